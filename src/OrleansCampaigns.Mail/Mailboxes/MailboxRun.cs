using System.Collections.Immutable;
using MailKit;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>Reads one batch of one mailbox: applies each message, then takes it out of the way.</summary>
/// <remarks>
/// The order is what loses nothing: applied or set aside first, out of the way second, the cursor last. A message that
/// cannot be applied waits for another try while the others go on, and is set aside after
/// <see cref="FailuresMax"/> of them. Nothing that one message does keeps the next one from being read: only storage
/// that calls itself away ends a batch, and messages that wait are read when no fresh one is there.
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

    /// <summary>After how many failures a message is set aside: about four hours of tries.</summary>
    public const int FailuresMax = 10;

    /// <summary>How many messages may wait; the next one that fails is set aside at once.</summary>
    public const int WaitingMax = 1000;

    // Each takes half a minute, and a batch has its time; those that timed out wait, so that the next batch goes on.
    private const int TimeoutsInARowMax = 3;

    private static readonly TimeSpan RetryFirst = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromHours(1);

    private readonly List<(MailboxItem Item, MailboxEnding Ending)> ended = [];
    private MailboxCursor cursor = new();
    private int timeoutsInARow;

    /// <summary>How many messages were read.</summary>
    public int Read => ended.Count;

    /// <summary>How many of them were set aside.</summary>
    public int SetAside => ended.Count(one => one.Ending == MailboxEnding.SetAside);

    /// <exception cref="ConnectionLostException">The connection is lost; it tells which message waits for that.
    /// </exception>
    public async Task<MailboxBatch> Run(MailboxCursor start, CancellationToken cancellation)
    {
        var listing = await session.List(start, cancellation);
        cursor = listing.Cursor;
        var now = clock.GetUtcNow();
        var waiting = listing.Items
            .Where(item => cursor.Waiting.TryGetValue(item.Key, out var retry) && retry.NotBefore <= now)
            .ToList();
        var fresh = listing.Items.Where(item => !cursor.Waiting.ContainsKey(item.Key)).ToList();

        // A message that breaks the connection at each try must not take fresh ones of its batch with it.
        var due = fresh.Count > 0 ? fresh : waiting;
        var handled = 0;
        var goesOn = true;
        foreach (var item in due.Take(BatchMax))
        {
            goesOn = !cancellation.IsCancellationRequested && await Handle(item, listing.Cursor, cancellation);
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
            HasMore: handled < due.Count || (fresh.Count > 0 && waiting.Count > 0),
            goesOn || cancellation.IsCancellationRequested ? MailboxTrouble.None : MailboxTrouble.StorageAway);
    }

    /// <returns>Whether the next message is worth a try.</returns>
    private async Task<bool> Handle(MailboxItem item, MailboxCursor listed, CancellationToken cancellation)
    {
        FetchedMessage? message = null;
        try
        {
            // Cancelling a command costs the connection, and with it what was done over it.
            message = await Fetch(item, listed);
            if (message is not null)
            {
                ended.Add((item, await Receive(message, cancellation)));
            }
        }
        catch (Exception failure) when (failure is not ConnectionLostException)
        {
            if (cancellation.IsCancellationRequested || StorageUnavailableException.In(failure) is not null)
            {
                return false;
            }

            return await PutOff(item, message, failure, cancellation);
        }

        timeoutsInARow = 0;
        Pass(item);
        return true;
    }

    /// <summary>Lets a message that failed wait, or sets it aside once it has failed often enough.</summary>
    /// <returns>Whether the next message is worth a try.</returns>
    private async Task<bool> PutOff(
        MailboxItem item, FetchedMessage? message, Exception failure, CancellationToken cancellation)
    {
        // A call that is not answered says nothing of the message: it is tried for as long as there is room to wait.
        var isTimeout = failure is TimeoutException or OperationCanceledException;
        timeoutsInARow = isTimeout ? timeoutsInARow + 1 : 0;
        var hasRoom = cursor.Waiting.Count < WaitingMax || cursor.Waiting.ContainsKey(item.Key);
        var failures = 1 + (cursor.Waiting.GetValueOrDefault(item.Key)?.Failures ?? 0);
        if ((hasRoom && (isTimeout || failures < FailuresMax)) || message is null)
        {
            // What the server refuses to give away cannot be kept by us: without room it stays there, passed over.
            cursor = session.Past(cursor, item, isWaiting: hasRoom) with
            {
                Waiting = hasRoom ? Later(cursor, item, clock.GetUtcNow()) : cursor.Waiting,
            };
            return timeoutsInARow < TimeoutsInARowMax;
        }

        try
        {
            await setAside.SetAside(
                message.Octets, name, SetAsideReasons.NotApplied, "other", message.Size, cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return false; // Our own storage of such messages is away, whatever it calls it.
        }

        ended.Add((item, MailboxEnding.SetAside));
        Pass(item);
        return true;
    }

    private void Pass(MailboxItem item) =>
        cursor = session.Past(cursor, item, isWaiting: false) with { Waiting = cursor.Waiting.Remove(item.Key) };

    private async Task<FetchedMessage?> Fetch(MailboxItem item, MailboxCursor listed)
    {
        try
        {
            return await session.Fetch(item, CancellationToken.None);
        }
        catch (Exception failure) when (failure is not (CommandException or NotSupportedException))
        {
            // A refused command concerns one message; anything else is about the connection. What was read over it is
            // read again, so the cursor stays, but for the message that may be what breaks the connection.
            var hasRoom = listed.Waiting.Count < WaitingMax || listed.Waiting.ContainsKey(item.Key);
            throw new ConnectionLostException(
                failure,
                hasRoom ? listed with { Waiting = Later(listed, item, clock.GetUtcNow()) } : listed);
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

    private static ImmutableDictionary<string, MailboxRetry> Later(
        MailboxCursor cursor, MailboxItem item, DateTimeOffset now)
    {
        var failures = (cursor.Waiting.GetValueOrDefault(item.Key)?.Failures ?? 0) + 1;
        var wait = RetryFirst * Math.Pow(2, Math.Min(failures - 1, 10));
        return cursor.Waiting.SetItem(
            item.Key, new MailboxRetry(failures, now + (wait < RetryMax ? wait : RetryMax)));
    }
}

/// <summary>The mailbox cannot be read on over this connection.</summary>
internal sealed class ConnectionLostException(Exception cause, MailboxCursor cursor) : Exception(cause.Message, cause)
{
    /// <summary>How far the mailbox was read before, with the message at which the connection broke waiting.</summary>
    public MailboxCursor Cursor { get; } = cursor;
}
