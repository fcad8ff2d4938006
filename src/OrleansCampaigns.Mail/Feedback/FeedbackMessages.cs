using Microsoft.Extensions.Logging;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Contracts.Logs;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Inbound;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Takes messages that came back: reads them, finds whose they are, applies what they say.</summary>
internal sealed partial class FeedbackMessages(
    RecipientTokens tokens,
    FeedbackAddresses addresses,
    IRecipientDirectory directory,
    IContactIdentity identity,
    IFeedback feedback,
    ISetAsideMessages setAside,
    TimeProvider clock,
    ILogger<FeedbackMessages> logger) : IFeedbackMessages
{
    // A mailbox can hold thousands of them.
    private readonly Occasion setAsides = new(clock, TimeSpan.FromMinutes(1));
    private readonly FeedbackMatcher matcher = new(tokens, addresses, directory);
    private readonly FeedbackEvents events = new(identity);

    public async Task<FeedbackReceipt> Receive(
        ReadOnlyMemory<byte> message,
        string? envelopeRecipient,
        string source,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var reading = FeedbackReader.Read(message.Span);
        if (!reading.Arrival.IsReadable)
        {
            return await SetAside(message, source, SetAsideReasons.Unreadable, Name(reading.Kind), cancellation);
        }

        var match = await matcher.Find(reading, envelopeRecipient, cancellation);
        var signal = FeedbackEvents.SignalOf(reading, match.IsRequest);
        var kind = signal == FeedbackSignal.Unsubscribe ? Name(FeedbackKind.Unsubscribe) : Name(reading.Kind);
        if (match.IsForged && reading.Kind is not (FeedbackKind.AutoReply or FeedbackKind.Delayed))
        {
            return await SetAside(message, source, SetAsideReasons.BadToken, kind, cancellation);
        }

        if (signal is null)
        {
            // Only machines know a return path: what comes there is about the e-mail, in whatever form.
            if (match.IsReturned && !reading.IsUnderstood)
            {
                return await SetAside(message, source, SetAsideReasons.NotUnderstood, kind, cancellation);
            }

            return new FeedbackReceipt(kind, 0, 0, Ignored: 1, IsSetAside: false);
        }

        if (match.Email is not { } email)
        {
            return await SetAside(message, source, SetAsideReasons.Unmatched, kind, cancellation);
        }

        if (events.Make(signal.Value, reading, email, message.Span, clock.GetUtcNow()) is not { } happened)
        {
            return new FeedbackReceipt(kind, 0, 0, Ignored: 1, IsSetAside: false);
        }

        return ReceiptOf(kind, await feedback.Apply(email.Account, email.Contact, happened, cancellation));
    }

    public async Task<FeedbackReceipt> Take(
        ReadOnlyMemory<byte> message,
        string? envelopeRecipient,
        string source,
        CancellationToken cancellation = default)
    {
        try
        {
            var receipt = await Receive(message, envelopeRecipient, source, cancellation);
            return receipt is { Applied: 0, Repeated: 0, IsSetAside: false }
                && InboundRecipients.IsPostmaster(envelopeRecipient)
                    ? await SetAside(message, source, SetAsideReasons.Postmaster, receipt.Kind, cancellation)
                    : receipt;
        }
        catch (Exception fault) when (!Outages.Is(fault))
        {
            LogNotApplied(source, fault.GetType().Name);
            return await SetAside(
                message, source, SetAsideReasons.NotApplied, Name(FeedbackKind.Other), cancellation);
        }
    }

    private async Task<FeedbackReceipt> SetAside(
        ReadOnlyMemory<byte> message, string source, string reason, string seeming, CancellationToken cancellation)
    {
        await setAside.SetAside(message, source, reason, seeming, cancellation: cancellation);
        if (setAsides.Happen() is > 0 and var count)
        {
            LogSetAside(count, source, reason);
        }

        return new FeedbackReceipt(seeming, 0, 0, Ignored: 1, IsSetAside: true);
    }

    private static FeedbackReceipt ReceiptOf(string kind, FeedbackAnswer answer) => answer.Effect switch
    {
        FeedbackEffect.Repeated => new FeedbackReceipt(kind, 0, Repeated: 1, 0, IsSetAside: false),
        FeedbackEffect.Ignored => new FeedbackReceipt(kind, 0, 0, Ignored: 1, IsSetAside: false),
        _ => new FeedbackReceipt(kind, Applied: 1, 0, 0, IsSetAside: false),
    };

    private static string Name(FeedbackKind kind) => kind.ToString().ToLowerInvariant();

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Messages were set aside: {Count} since the last such line, the last one from {Source}: {Reason}.")]
    private partial void LogSetAside(long count, string source, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "What a message from {Source} says could not be applied: {Failure}.")]
    private partial void LogNotApplied(string source, string failure);
}
