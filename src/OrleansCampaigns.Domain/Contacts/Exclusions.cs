namespace OrleansCampaigns.Domain.Contacts;

/// <summary>The reasons for which a recipient is excluded. Public and stable.</summary>
public static class Exclusions
{
    /// <summary>The mailbox or its domain is known not to exist.</summary>
    public const string DoesNotExist = "does-not-exist";

    /// <summary>The mailbox was full, and its rest period is not over.</summary>
    public const string MailboxFull = "mailbox-full";

    /// <summary>The contact was unavailable, and its rest period is not over.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The contact could not be sent to when the campaign started, and can be now.</summary>
    public const string UnavailableAtStart = "unavailable-at-start";

    /// <summary>The contact lacks a field that the message needs and that has no fallback.</summary>
    public const string MissingField = "missing-field";

    /// <summary>The message became too large for this recipient, or for the relay's announced SIZE.</summary>
    public const string TooLarge = "too-large";

    /// <summary>The templates fail for this recipient.</summary>
    public const string Unrenderable = "unrenderable";

    /// <summary>The address needs SMTPUTF8 (RFC 6531), which the relay does not offer.</summary>
    public const string NeedsSmtputf8 = "needs-smtputf8";

    /// <summary>The contact was deleted after the audience was taken.</summary>
    public const string Deleted = "deleted";

    /// <summary>The campaign was cancelled before the recipient's turn.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The contact's state could not be read or stored, again and again, while that of others could.</summary>
    public const string Unprocessable = "unprocessable";

    /// <summary>The reasons that are failures of the campaign: a message that could not be made or carried.</summary>
    /// <remarks>Each is the name of the cause that is recorded with it.</remarks>
    public static IReadOnlyList<string> Failures { get; } = [MissingField, TooLarge, Unrenderable, NeedsSmtputf8];

    /// <summary>Whether a recipient that is excluded for that reason makes a finished campaign one with failures.
    /// </summary>
    public static bool IsFailure(string? reason) => reason is not null && Failures.Contains(reason);
}
