using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>What the demo counted. What the sandbox accepted comes from the sandbox, not from the engine.</summary>
/// <param name="Recipients">The audience.</param>
/// <param name="Outcomes">Recipients by outcome; all ten are named.</param>
/// <param name="RecipientStatuses">Recipients by how far they went with the campaign.</param>
/// <param name="ContactStatuses">The audience's contacts by their status afterwards; all eight are named.</param>
/// <param name="Excluded">Recipients that are excluded.</param>
/// <param name="Attempts">Attempts, as the engine counts them.</param>
/// <param name="Retries">Attempts that were not a recipient's first.</param>
/// <param name="InDoubt">Recipients whose fate is in doubt.</param>
/// <param name="Licences">Reserved, deducted, released.</param>
/// <param name="AcceptedBySink">Messages that the sandbox accepted and did not send back.</param>
/// <param name="ReturnedBySink">Messages that the sandbox accepted and sent back later.</param>
/// <param name="DuplicateDeliveries">Messages that the sandbox accepted again without having sent them back.</param>
/// <param name="Feedback">What came back for the campaign.</param>
/// <param name="Seconds">From the start of the campaign until nothing was to come back any more.</param>
/// <param name="Violations">What does not hold; empty when everything does.</param>
internal sealed record DemoResult(
    long Recipients,
    IReadOnlyDictionary<string, long> Outcomes,
    IReadOnlyDictionary<string, long> RecipientStatuses,
    IReadOnlyDictionary<string, long> ContactStatuses,
    long Excluded,
    long Attempts,
    long Retries,
    long InDoubt,
    DemoLicences Licences,
    long AcceptedBySink,
    long ReturnedBySink,
    long DuplicateDeliveries,
    DemoFeedback Feedback,
    double Seconds,
    IReadOnlyList<string> Violations)
{
    public static DemoResult Of(
        DemoRecord record, DemoReading reading, TimeSpan took, IReadOnlyList<string> violations)
    {
        var statistics = record.Statistics;
        var contacts = reading.Recipients.Where(recipient => recipient.Occurrence == 1).ToList();
        return new(
            statistics.Audience,
            statistics.Outcomes,
            Count<RecipientStatus>(contacts.Select(contact => contact.RecipientStatus), RecipientStatus.None),
            Count<ContactStatus>(contacts.Select(contact => contact.ContactStatus)),
            statistics.ExcludedTotal,
            statistics.Attempts,
            statistics.Retries,
            statistics.InDoubt,
            statistics.Licences,
            record.Deliveries.Count - record.Returned,
            record.Returned,
            record.Duplicates,
            DemoFeedback.Of(record),
            Math.Round(took.TotalSeconds, 2),
            violations);
    }

    public string ToJson() => JsonSerializer.Serialize(this, DemoJson.Default.DemoResult);

    private static Dictionary<string, long> Count<T>(IEnumerable<string> values, params T[] except)
        where T : struct, Enum
    {
        var counts = values.CountBy(value => value).ToDictionary();
        return Enum.GetValues<T>().Except(except).Select(value => value.ToString()).ToDictionary(
            value => value, value => (long)counts.GetValueOrDefault(value));
    }
}

/// <summary>What came back for the campaign.</summary>
/// <param name="Sent">How many messages and requests the world sent, by its own books.</param>
/// <param name="Applied">How many changed something, as the engine counts.</param>
/// <param name="Ignored">
/// How many had to change nothing, by the world's books: delay notices, automatic replies, what came twice, what was
/// forged, and machines that only looked.
/// </param>
internal sealed record DemoFeedback(long Sent, long Applied, long Ignored)
{
    public static DemoFeedback Of(DemoRecord record)
    {
        var statistics = record.Statistics;
        var sent = record.Signals.Where(signal => signal.Campaign == record.Campaign).ToList();
        var bounced = record.Deliveries.Count - record[Outcome.Sent];
        return new(
            sent.Count,
            bounced + statistics.Complained + statistics.Unsubscribed + statistics.Opens + statistics.Clicks
                + statistics.MachineOpens + statistics.MachineClicks,
            sent.Count(signal => !signal.Matters));
    }
}

/// <summary>The licences of the campaign.</summary>
internal sealed record DemoLicences(long Reserved, long Deducted, long Released);

/// <summary>The statistics of a campaign, as the API tells them.</summary>
internal sealed record DemoStatistics(
    string Status,
    long Audience,
    Dictionary<string, long> Outcomes,
    long ExcludedTotal,
    Dictionary<string, long> Causes,
    long Attempts,
    long Retries,
    long RetriesWaiting,
    long InDoubt,
    DemoLicences Licences,
    long Delivered,
    long Opened,
    long Clicked,
    long Opens,
    long Clicks,
    long MachineOpens,
    long MachineClicks,
    long Unsubscribed,
    long Complained,
    string? WaitingFor)
{
    /// <summary>How many recipients are not done: untried, or waiting for another attempt.</summary>
    public long Open => Outcomes.GetValueOrDefault("Queued") + Outcomes.GetValueOrDefault("Deferred")
        + Outcomes.GetValueOrDefault("SoftBounced");

    public bool IsOver => Status is "Finished" or "FinishedWithFailures" or "Cancelled";
}

/// <summary>One entry of a contact's history, as the API tells it.</summary>
internal sealed record DemoEntry(
    DateTimeOffset At,
    string Kind,
    string? CampaignId,
    string Source,
    int? Link,
    int? Attempt,
    string? Outcome,
    string? OutcomeName,
    string? Cause,
    DemoReply? Reply,
    string? StatusName,
    string? Reason,
    bool InDoubt,
    DateTimeOffset? NextAttemptAt);

internal sealed record DemoReply(int Code, string? EnhancedCode, string Text);

internal sealed record DemoPage<T>(List<T> Items, string? NextCursor);

internal sealed record DemoRecipient(
    string ContactId,
    string Address,
    int Occurrence,
    string? Outcome,
    int Attempts,
    string RecipientStatus,
    string ContactStatus);

internal sealed record DemoImport(
    string Id, string Status, long Rows, long Created, long Duplicated, long Malformed, long Rejected);

internal sealed record DemoNamed(string Id, string? Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DemoResult))]
[JsonSerializable(typeof(DemoStatistics))]
[JsonSerializable(typeof(DemoPage<DemoEntry>))]
[JsonSerializable(typeof(DemoPage<DemoRecipient>))]
[JsonSerializable(typeof(DemoImport))]
[JsonSerializable(typeof(DemoNamed))]
internal sealed partial class DemoJson : JsonSerializerContext;
