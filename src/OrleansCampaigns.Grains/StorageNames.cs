namespace OrleansCampaigns.Grains;

/// <summary>The names under which the Host registers grain storage.</summary>
public static class StorageNames
{
    /// <summary>The states of contacts: by far the most, and the most often written.</summary>
    public const string Contacts = "contacts";

    /// <summary>Every other state.</summary>
    public const string Engine = "engine";
}
