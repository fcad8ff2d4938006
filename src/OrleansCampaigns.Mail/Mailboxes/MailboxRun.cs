using System.Collections.Immutable;
using MailKit;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>Reads one batch of one mailbox: applies each message, then takes it out of the way.</summary>
/// <remarks>
/// The order is what loses nothing: applied or set aside first, out of the way second, the cursor last. A message that
/// cannot be applied stays where it is and is tried again later, while the others go on.
/// </remarks>
internal sealed class MailboxRun(
    string name,
    IMailboxSession session,
    IFeedbackMessages messages,
    ISetAsideMessages setAside,
    TimeProvider clock)
{
    /// <summary>How many messages one connection reads.</summary>
    public const int BatchMax = 100;

    // If so many in a row fail, it is not the messages.
    private const int FailuresInARowMax = 3;

    // Whoever waits is remembered, so that there must be an end to it.
    private const int WaitingMax = 1000;

    private static readonly TimeSpan RetryFirst = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromHours(1);

    private readonly List<(MailboxItem Item, MailboxEnding Ending)> ended = [];
    private MailboxCursor cursor = new();
    private int failuresInARow;

    /// <summary>How many messages were read.</summary>
    public int Read => ended.Count;

    /// <summary>How many of them were set aside.</summary>
    public int SetAside => ended.Count(one => one.Ending == MailboxEnding.SetAside);

    public async Task<MailboxBatch> Run(MailboxCursor start, CancellationToken cancellation)
    {
        var listing = await session.List(start, cancellation);
        cursor = listing.Cursor;
        var now = clock.GetUtcNow();
        var due = listing.Items
            .Where(item => !cursor.Waiting.TryGetValue(item.Key, out var retry) || retry.NotBefore <= now)
            .ToList();
        var handled = 0;
        var goesOn = true;
        foreach (var item in due.Take(BatchMax))
        {
            goesOn = !cancellation.IsCancellationRequested && await Handle(item, cancellation);
            if (!goesOn)
            {
                break;
            }

            handled++;
        }

        // What has been applied is taken out of the way even if we are to stop: the connection has its own time limits.
        await session.Finish(ended, CancellationToken.None);
        return new MailboxBatch(
            cursor,
            HasMore: handled < due.Count,
            goesOn || cancellation.IsCancellationRequested ? MailboxTrouble.None : MailboxTrouble.StorageAway);
    }

    /// <returns>Whether the next message is worth a try.</returns>
    private async Task<bool> Handle(MailboxItem item, CancellationToken cancellation)
    {
        try
        {
            // Cancelling a command costs the connection, and with it what was done over it.
            if (await Fetch(item) is { } message)
            {
                ended.Add((item, await Receive(message, cancellation)));
            }
        }
        catch (Exception failure) when (failure is not ConnectionLostException)
        {
            if (cancellation.IsCancellationRequested
                || IsOutage(failure)
                || ++failuresInARow == FailuresInARowMax
                || (cursor.Waiting.Count >= WaitingMax && !cursor.Waiting.ContainsKey(item.Key)))
            {
                return false;
            }

            cursor = session.Past(cursor, item, isWaiting: true) with { Waiting = Later(item) };
            return true;
        }

        failuresInARow = 0;
        cursor = session.Past(cursor, item, isWaiting: false) with { Waiting = cursor.Waiting.Remove(item.Key) };
        return true;
    }

    private async Task<FetchedMessage?> Fetch(MailboxItem item)
    {
        try
        {
            return await session.Fetch(item, CancellationToken.None);
        }
        catch (Exception failure) when (failure is not (CommandException or NotSupportedException))
        {
            // A refused command concerns one message; anything else is about the connection.
            throw new ConnectionLostException(failure);
        }
    }

    private async Task<MailboxEnding> Receive(FetchedMessage message, CancellationToken cancellation)
    {
        if (message.Size > 0)
        {
            await setAside.SetAside(
                message.Octets, name, SetAsideReasons.TooLarge, "other", message.Size, cancellation);
            return MailboxEnding.SetAside;
        }

        var receipt = await messages.Receive(message.Octets, envelopeRecipient: null, name, cancellation);
        return receipt.IsSetAside ? MailboxEnding.SetAside : MailboxEnding.Read;
    }

    private ImmutableDictionary<string, MailboxRetry> Later(MailboxItem item)
    {
        var failures = (cursor.Waiting.GetValueOrDefault(item.Key)?.Failures ?? 0) + 1;
        var wait = RetryFirst * Math.Pow(2, Math.Min(failures - 1, 10));
        return cursor.Waiting.SetItem(
            item.Key, new MailboxRetry(failures, clock.GetUtcNow() + (wait < RetryMax ? wait : RetryMax)));
    }

    private static bool IsOutage(Exception failure) =>
        StorageUnavailableException.In(failure) is not null
            || failure is TimeoutException or OperationCanceledException;
}

/// <summary>The mailbox cannot be read on over this connection.</summary>
internal sealed class ConnectionLostException(Exception cause) : Exception(cause.Message, cause);
