using System.Collections.Immutable;

namespace OrleansCampaigns.Grains.Mailboxes;

/// <summary>Reads the configured mailboxes, a batch at a time.</summary>
public interface IMailboxReader
{
    /// <summary>The mailboxes that are configured.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>How often a mailbox is looked into; <see langword="null"/> when it is not configured.</summary>
    TimeSpan? PollPeriodOf(string name);

    /// <summary>Reads some messages, applies each, and takes it out of the way.</summary>
    /// <remarks>
    /// A message is taken out of the way after it was applied or set aside, and the cursor goes past it after that: a
    /// crash anywhere means that some are read again, which changes nothing. Never throws: what is wrong is told.
    /// Ends early, with what it has done, when it is cancelled.
    /// </remarks>
    Task<MailboxBatch> Read(string name, MailboxCursor cursor, CancellationToken cancellation);
}

/// <summary>How far a mailbox has been read.</summary>
public sealed record MailboxCursor
{
    /// <summary>Which numbering <see cref="LastUid"/> belongs to (RFC 9051 §2.3.1.1); IMAP alone.</summary>
    public uint UidValidity { get; init; }

    /// <summary>The last message that was dealt with; IMAP alone.</summary>
    public uint LastUid { get; init; }

    /// <summary>The messages that were dealt with and may still be there, in order; POP3 alone.</summary>
    public ImmutableList<string> Done { get; init; } = [];

    /// <summary>Whether there was no room for older ones: whatever comes before them was dealt with.</summary>
    public bool HasForgotten { get; init; }

    /// <summary>The messages that could not be dealt with and are tried again.</summary>
    public ImmutableDictionary<string, MailboxRetry> Waiting { get; init; } =
        ImmutableDictionary<string, MailboxRetry>.Empty;
}

/// <summary>When a message is tried again.</summary>
/// <param name="Failures">How often it has failed.</param>
/// <param name="NotBefore">The next try.</param>
public sealed record MailboxRetry(int Failures, DateTimeOffset NotBefore);

/// <summary>What keeps a mailbox from being read.</summary>
public enum MailboxTrouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its server cannot be reached, or refuses us.</summary>
    Unreachable,

    /// <summary>What messages say cannot be stored.</summary>
    StorageAway,
}

/// <summary>What reading came to.</summary>
/// <param name="Cursor">How far it came.</param>
/// <param name="HasMore">Whether there is more to read at once.</param>
/// <param name="Trouble">Why it ended early.</param>
public sealed record MailboxBatch(MailboxCursor Cursor, bool HasMore, MailboxTrouble Trouble);
