using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>What lists, views and keys may be called.</summary>
internal static class DirectoryNames
{
    public const int LengthMax = 200;

    /// <summary>Takes blanks off both ends, and tells why the rest is no name.</summary>
    public static Refusal? Check(ref string name, string code)
    {
        name = name?.Trim() ?? "";
        return name.Length is > 0 and <= LengthMax && ContactText.IsClean(name)
            ? null
            : Refusal.Invalid(code, $"A name has 1 to {LengthMax} characters and no control characters.", "name");
    }
}
