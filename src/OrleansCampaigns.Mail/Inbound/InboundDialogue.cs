using System.Buffers;
using Microsoft.Extensions.Logging;
using OrleansCampaigns.Contracts.Feedback;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>What clients are answered: taken is only what has been applied or set aside.</summary>
internal sealed partial class InboundDialogue(
    IFeedbackMessages messages,
    InboundRecipients recipients,
    int messageOctetsMax,
    TimeProvider clock,
    ILogger<InboundServer> logger) : IMailboxFilter, IMessageStore
{
    private const string Source = "smtp";
    private const string RecipientsKey = "Inbound:Recipients";
    private const int RecipientsMax = 50;

    // A sender waits ten minutes (RFC 5321 §4.5.3.2.6); storage that takes longer than this is away.
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromMinutes(2);

    private static readonly SmtpResponse Taken = new(SmtpReplyCode.Ok, "2.0.0 Ok");
    private static readonly SmtpResponse NotNow = new((SmtpReplyCode)451, "4.3.0 Not now, try again later");
    private static readonly SmtpResponse TooLarge = new((SmtpReplyCode)552, "5.3.4 The message is too large");
    private static readonly SmtpResponse TooMany = new((SmtpReplyCode)452, "4.5.3 Too many recipients");
    private static readonly SmtpResponse Unknown =
        new(SmtpReplyCode.MailboxUnavailable, "5.1.1 There is no such mailbox");

    private static readonly SmtpResponse Foreign = new(SmtpReplyCode.MailboxUnavailable, "5.7.1 Relaying denied");

    /// <remarks>Bounces have no sender, requests have any: nothing depends on it.</remarks>
    public Task<bool> CanAcceptFromAsync(
        ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken)
    {
        context.Properties[RecipientsKey] = 0;
        return Task.FromResult(true);
    }

    public Task<bool> CanDeliverToAsync(
        ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken)
    {
        var refusal = recipients.Judge(to.AsAddress()) switch
        {
            InboundVerdict.Foreign => Foreign,
            InboundVerdict.Unknown => Unknown,
            _ when (int)context.Properties[RecipientsKey] == RecipientsMax => TooMany,
            _ => null,
        };
        if (refusal is not null)
        {
            throw new SmtpResponseException(refusal);
        }

        context.Properties[RecipientsKey] = (int)context.Properties[RecipientsKey] + 1;
        return Task.FromResult(true);
    }

    public async Task<SmtpResponse> SaveAsync(
        ISessionContext context,
        IMessageTransaction transaction,
        ReadOnlySequence<byte> buffer,
        CancellationToken cancellationToken)
    {
        if (((InboundPipe)context.Pipe).MessageOctets > messageOctetsMax)
        {
            return TooLarge;
        }

        var message = buffer.ToArray();
        using var limit = new CancellationTokenSource(ReceiveTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // If one of several fails, all are sent again: what was applied is known by then.
            foreach (var recipient in transaction.To.Select(to => to.AsAddress()).Distinct())
            {
                await messages.Take(message, recipient, Source, either.Token);
            }

            return Taken;
        }
        catch (Exception failure)
        {
            // Storage or a silo is away, and even what is wrong with a message cannot be kept: its sender tries again.
            LogNotTaken(failure.GetType().Name);
            return NotNow;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A message could not be taken ({Failure}); its sender keeps it.")]
    private partial void LogNotTaken(string failure);
}
