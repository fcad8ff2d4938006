namespace OrleansCampaigns.Storage.Imports;

/// <summary>Somebody else is reading the import as well; nothing that this step did was kept.</summary>
internal sealed class ImportTakenException : Exception
{
    public ImportTakenException()
        : base("Somebody else is reading the import as well.")
    {
    }

    public ImportTakenException(string message)
        : base(message)
    {
    }

    public ImportTakenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
