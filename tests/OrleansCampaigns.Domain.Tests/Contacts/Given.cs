using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>What tests of contacts start from.</summary>
internal static class Given
{
    public static DeliveryRules Doubt(InDoubtPolicy policy) => new() { InDoubt = policy };

    public static readonly DateTimeOffset QueuedAt = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Now = QueuedAt.AddMinutes(10);
    public static readonly CampaignId Campaign = new("cmp_0000000000000000000000000000000a");
    public static readonly CampaignId OtherCampaign = new("cmp_0000000000000000000000000000000b");

    // Without jitter the times of retries are exact.
    public static readonly DeliveryRules Rules = new() { Retry = new RetryPolicy { Jitter = 0 } };
    public static readonly DeliveryRules ResendRules = Rules with { InDoubt = InDoubtPolicy.Resend };

    public static Turn Turn(int attempt, CampaignId? campaign = null) =>
        new() { Campaign = campaign ?? Campaign, QueuedAt = QueuedAt, Attempt = attempt };

    public static AttemptReport Report(Outcome outcome, Cause cause = Cause.None) => new()
    {
        Outcome = outcome,
        Cause = cause,
        Reply = new SmtpReply(250, "2.0.0", $"{outcome}"),
        Relay = "relay-1",
    };

    public static readonly AttemptReport Sent = Report(Outcome.Sent);
    public static readonly AttemptReport Deferred = Report(Outcome.Deferred, Cause.Greylisted);
    public static readonly AttemptReport Full = Report(Outcome.SoftBounced, Cause.MailboxFull);
    public static readonly AttemptReport LostAfterData =
        Report(Outcome.Deferred, Cause.Unreachable) with { InDoubt = true };

    /// <summary>A contact whose attempt in the other campaign left it with <paramref name="status"/>.</summary>
    public static Contact Contact(ContactStatus status) =>
        new() { Status = status, StatusSince = status == ContactStatus.New ? null : Now.AddDays(-1) };

    /// <summary>Records the end of one attempt of the campaign.</summary>
    public static Contact Attempted(
        this Contact contact,
        int attempt,
        AttemptReport report,
        DateTimeOffset? at = null,
        DeliveryRules? rules = null,
        CampaignId? campaign = null) =>
        contact.Record(Turn(attempt, campaign), report, rules ?? Rules, jitterSeed: attempt, at ?? Now);

    /// <summary>Something that came back for the campaign.</summary>
    public static FeedbackEvent Event(FeedbackSignal signal, string key = "key", CampaignId? campaign = null) => new()
    {
        Signal = signal,
        Campaign = campaign ?? Campaign,
        Key = key,
        At = Now,
        Source = "test",
        Link = signal == FeedbackSignal.Click ? 1 : 0,
    };

    /// <summary>A bounce message for one attempt of the campaign, or for one that it does not tell.</summary>
    public static FeedbackEvent Bounce(
        int? attempt, Outcome outcome = Outcome.Bounced, Cause cause = Cause.NoSuchMailbox, string key = "key") =>
        Event(FeedbackSignal.Bounce, key) with
        {
            Attempt = attempt,
            Outcome = outcome,
            Cause = cause,
            Reply = new SmtpReply(550, "5.1.1", "no such user"),
        };

    public static FeedbackEvent FullMailbox(int? attempt, string key = "key") =>
        Bounce(attempt, Outcome.SoftBounced, Cause.MailboxFull, key);

    public static Contact.Lesson Learn(
        this Contact contact, FeedbackEvent happened, DateTimeOffset? at = null, DeliveryRules? rules = null) =>
        contact.Learn(happened, rules ?? Rules, MachineRules.Default, jitterSeed: 1, at ?? Now);

    /// <summary>Unsubscribed by way of an e-mail of the other campaign.</summary>
    public static Contact Unsubscribed(this Contact contact, DateTimeOffset? at = null) =>
        contact.Learn(Event(FeedbackSignal.Unsubscribe, campaign: OtherCampaign) with { QueuedAt = QueuedAt }, at)
            .Contact;

    public static CampaignDelivery Delivery(this Contact contact) => contact.DeliveryOf(Campaign)!;

    /// <summary>The history in short: kind, outcome and attempt.</summary>
    public static IEnumerable<(HistoryKind Kind, Outcome? Outcome, int Attempt)> Told(this Contact contact) =>
        contact.History.Select(entry => (entry.Kind, entry.Outcome, entry.Attempt));
}
