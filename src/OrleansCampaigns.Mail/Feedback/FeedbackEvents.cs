using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Makes the one event that a message is for the contact whose e-mail it is about.</summary>
internal sealed class FeedbackEvents(IContactIdentity identity)
{
    private const string Source = "message";

    // A clock that is wrong by more than this says nothing of when it happened.
    private static readonly TimeSpan AgeMax = TimeSpan.FromDays(30);

    /// <summary>What the message says, if it is to change anything at all.</summary>
    /// <param name="reading">The message.</param>
    /// <param name="isRequest">Whether it came to an address for unsubscribing.</param>
    public static FeedbackSignal? SignalOf(FeedbackReading reading, bool isRequest) => reading.Kind switch
    {
        FeedbackKind.Complaint => FeedbackSignal.Complaint,
        FeedbackKind.Unsubscribe => FeedbackSignal.Unsubscribe,
        FeedbackKind.Bounce => FeedbackSignal.Bounce,

        // Whoever writes there wants out, whatever the words are; machines that answer do not.
        FeedbackKind.Other when isRequest && !reading.Arrival.IsReport => FeedbackSignal.Unsubscribe,
        _ => null,
    };

    /// <summary>The event; <see langword="null"/> when what is said concerns somebody else.</summary>
    public FeedbackEvent? Make(
        FeedbackSignal signal,
        FeedbackReading reading,
        MatchedEmail email,
        ReadOnlySpan<byte> message,
        DateTimeOffset now)
    {
        var attempt = email.Attempt;
        var happened = new FeedbackEvent
        {
            Signal = signal,
            Campaign = email.Campaign,

            // One accepted attempt comes back once, however many servers report it.
            Key = signal == FeedbackSignal.Bounce && attempt is not null
                ? $"attempt-{attempt}"
                : reading.EventKey ?? $"message-{Digest(reading, message)}",
            At = Time(reading.Arrival.Date, now),
            Source = Source,
            Attempt = attempt,
        };
        if (signal != FeedbackSignal.Bounce)
        {
            return happened;
        }

        return Gravest(reading, email) is { Outcome: { } outcome } bounce
            ? happened with
            {
                Outcome = outcome,
                Cause = bounce.Cause,
                Reply = bounce.Reply,
                RetryAfter = bounce.RetryAfter,
            }
            : null;
    }

    /// <summary>The gravest of what is said of the contact that we wrote to.</summary>
    /// <remarks>
    /// We write to one contact at a time, so a report about several recipients speaks of where the e-mail went from
    /// there: a forwarding or an alias. What names the contact as the original recipient comes first, then what
    /// names it
    /// as the final one; where nothing names it, all of it is about its e-mail. Addresses only choose among what one
    /// report says; whose report it is has been found without them.
    /// </remarks>
    private RecipientFeedback? Gravest(FeedbackReading reading, MatchedEmail email)
    {
        var original = reading.Recipients.Where(said => IsOurs(said.OriginalRecipient)).ToList();
        var final = original.Count > 0
            ? original
            : reading.Recipients.Where(said => IsOurs(said.FinalRecipient)).ToList();
        return (final.Count > 0 ? final : reading.Recipients)
            .Where(said => said.Kind == FeedbackKind.Bounce)
            .MaxBy(said => Gravity(said.Outcome is { } outcome ? new(outcome, said.Cause) : null));

        bool IsOurs(string? address) => address is not null
            && (address.Equals(reading.Origin?.WrittenTo, StringComparison.OrdinalIgnoreCase)
                || identity.Owns(email.Account, email.Contact, address));
    }

    /// <summary>What of several things that are said of one e-mail outweighs the others.</summary>
    internal static int Gravity(Classification? said) => said switch
    {
        { Outcome: Outcome.Bounced, Cause: Cause.NoSuchMailbox or Cause.NoSuchDomain } => 6,
        { Outcome: Outcome.Bounced } => 5,
        { Outcome: Outcome.Rejected } => 4,
        { Outcome: Outcome.Spam } => 3,
        { Outcome: Outcome.SoftBounced } => 2,
        { Outcome: Outcome.Deferred } => 1,
        _ => 0,
    };

    private static DateTimeOffset Time(DateTimeOffset? date, DateTimeOffset now) =>
        date is { } written && written <= now && written >= now - AgeMax ? written.ToUniversalTime() : now;

    /// <summary>What the same message always has, wherever and however often it is collected.</summary>
    private static string Digest(FeedbackReading reading, ReadOnlySpan<byte> message)
    {
        var hash = reading.Arrival.MessageId is { Length: > 0 } id
            ? SHA256.HashData(Encoding.UTF8.GetBytes($"Message-ID\n{id}"))
            : SHA256.HashData(RawMessage.Normalise(message));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }
}
