using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>A message in a mailbox.</summary>
/// <param name="Key">Names it for as long as it is there.</param>
/// <param name="Place">Where it is now: its UID over IMAP, its index over POP3.</param>
internal sealed record MailboxItem(string Key, uint Place);

/// <summary>What is in a mailbox and has not been dealt with.</summary>
/// <param name="Cursor">How far it has been read, as it looks now.</param>
/// <param name="Items">The messages, oldest first.</param>
internal sealed record MailboxListing(MailboxCursor Cursor, IReadOnlyList<MailboxItem> Items);

/// <summary>A message, fetched.</summary>
/// <param name="Octets">What is read of it.</param>
/// <param name="Size">How large the whole is, where it is too large to be read; otherwise 0.</param>
internal sealed record FetchedMessage(byte[] Octets, long Size = 0);

/// <summary>What becomes of a message that was dealt with.</summary>
internal enum MailboxEnding
{
    /// <summary>It was read.</summary>
    Read,

    /// <summary>It was set aside.</summary>
    SetAside,
}

/// <summary>One connection to a mailbox, authenticated and with its folder open.</summary>
internal interface IMailboxSession : IAsyncDisposable
{
    /// <summary>What has not been dealt with.</summary>
    Task<MailboxListing> List(MailboxCursor cursor, CancellationToken cancellation);

    /// <summary>One message; <see langword="null"/> when it has gone meanwhile.</summary>
    Task<FetchedMessage?> Fetch(MailboxItem item, CancellationToken cancellation);

    /// <summary>The cursor past a message that was dealt with, or that waits for another try.</summary>
    MailboxCursor Past(MailboxCursor cursor, MailboxItem item, bool isWaiting);

    /// <summary>Takes what was dealt with out of the way. Durable when it returns.</summary>
    Task Finish(
        IReadOnlyList<(MailboxItem Item, MailboxEnding Ending)> ended, CancellationToken cancellation);
}
