namespace OrleansCampaigns.Contracts;

/// <summary>The database cannot be written or read now: the disk is full, a file is read-only or gone.</summary>
/// <remarks>An outage, not a refusal: nothing was changed, and the same call works once the cause is mended.</remarks>
[GenerateSerializer, Alias("StorageUnavailableException")]
public sealed class StorageUnavailableException : Exception
{
    /// <summary>For the serializer.</summary>
    public StorageUnavailableException()
    {
    }

    /// <summary>Says what is wrong, for operators.</summary>
    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, for operators, and what the database said.</summary>
    public StorageUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>The outage in a chain of exceptions, or <see langword="null"/>.</summary>
    public static StorageUnavailableException? In(Exception? failure) => failure switch
    {
        null => null,
        StorageUnavailableException outage => outage,
        AggregateException many => many.InnerExceptions.Select(In).FirstOrDefault(outage => outage is not null),
        _ => In(failure.InnerException),
    };
}
