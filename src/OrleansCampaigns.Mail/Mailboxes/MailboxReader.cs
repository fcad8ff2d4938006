using MailKit;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>Reads mailboxes over IMAP and POP3.</summary>
public sealed partial class MailboxReader(
    IOptions<MailboxesOptions> options,
    IFeedbackMessages messages,
    ISetAsideMessages setAside,
    TimeProvider clock,
    ILogger<MailboxReader> logger) : IMailboxReader
{
    private readonly Dictionary<string, MailboxOptions> mailboxes =
        options.Value.Mailboxes.ToDictionary(mailbox => mailbox.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => mailboxes.Keys;

    /// <inheritdoc/>
    public TimeSpan? PollPeriodOf(string name) => mailboxes.GetValueOrDefault(name)?.PollPeriod;

    /// <inheritdoc/>
#pragma warning disable RS0030 // Off the grain's scheduler: mail programs and servers take their time.
    public Task<MailboxBatch> Read(string name, MailboxCursor cursor, CancellationToken cancellation) =>
        Task.Run(() => ReadBatch(mailboxes[name], cursor, cancellation), CancellationToken.None);
#pragma warning restore RS0030

    private async Task<MailboxBatch> ReadBatch(
        MailboxOptions mailbox, MailboxCursor cursor, CancellationToken cancellation)
    {
        try
        {
            await using var session = mailbox.Protocol == MailboxProtocol.Imap
                ? await ImapSession.Open(mailbox, cancellation)
                : await Pop3Session.Open(mailbox, cancellation);
            var run = new MailboxRun(mailbox.Name, session, messages, setAside, clock);
            var batch = await run.Run(cursor, cancellation);
            Tell(mailbox.Name, run, batch);
            return batch;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new MailboxBatch(cursor, HasMore: true, MailboxTrouble.None);
        }
        catch (Exception failure)
        {
            // Its text may quote what the server was told; its name says enough.
            LogUnreachable(mailbox.Name, Explain(failure));
            var reached = failure is ConnectionLostException lost ? lost.Cursor : cursor;
            return new MailboxBatch(reached, HasMore: true, MailboxTrouble.Unreachable);
        }
    }

    private void Tell(string name, MailboxRun run, MailboxBatch batch)
    {
        if (run.Read > 0)
        {
            LogRead(name, run.Read, run.SetAside, batch.Cursor.Waiting.Count);
        }

        if (batch.Trouble == MailboxTrouble.StorageAway)
        {
            LogStorageAway(name);
        }
    }

    private static string Explain(Exception failure) => failure switch
    {
        ConnectionLostException { InnerException: { } cause } => $"the connection was lost: {Explain(cause)}",
        AuthenticationException => "the server refuses the user name or the password",
        SslHandshakeException => "TLS failed",
        NotEncryptedException => "STARTTLS is not offered, and the password is not sent in the clear",
        FolderNotFoundException => "there is no such folder",
        System.Net.Sockets.SocketException socket => socket.SocketErrorCode.ToString(),
        _ => failure.GetType().Name,
    };

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The mailbox {Mailbox}: {Read} messages read, {SetAside} of them set aside, {Waiting} waiting.")]
    private partial void LogRead(string mailbox, int read, int setAside, int waiting);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mailbox {Mailbox} cannot be read: {Reason}.")]
    private partial void LogUnreachable(string mailbox, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The mailbox {Mailbox} waits: what its messages say cannot be stored now.")]
    private partial void LogStorageAway(string mailbox);
}
