using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>What the demo counted. What the sandbox accepted comes from the sandbox, not from the engine.</summary>
/// <param name="Recipients">The audience.</param>
/// <param name="Outcomes">Recipients by outcome; all ten are named.</param>
/// <param name="Excluded">Recipients that are excluded.</param>
/// <param name="Attempts">Attempts, as the engine counts them.</param>
/// <param name="Retries">Attempts that were not a recipient's first.</param>
/// <param name="InDoubt">Recipients whose fate is in doubt.</param>
/// <param name="Licences">Reserved, deducted, released.</param>
/// <param name="AcceptedBySink">Messages that the sandbox accepted.</param>
/// <param name="DuplicateDeliveries">Messages that the sandbox accepted more than once.</param>
/// <param name="Seconds">From the start of the campaign to its end.</param>
/// <param name="Violations">What does not hold; empty when everything does.</param>
internal sealed record DemoResult(
    long Recipients,
    IReadOnlyDictionary<string, long> Outcomes,
    long Excluded,
    long Attempts,
    long Retries,
    long InDoubt,
    DemoLicences Licences,
    long AcceptedBySink,
    long DuplicateDeliveries,
    double Seconds,
    IReadOnlyList<string> Violations)
{
    public string ToJson() => JsonSerializer.Serialize(this, DemoJson.Default.DemoResult);
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
    string? WaitingFor)
{
    public bool IsOver => Status is "Finished" or "FinishedWithFailures" or "Cancelled";
}

/// <summary>One entry of a contact's history, as the API tells it.</summary>
internal sealed record DemoEntry(
    DateTimeOffset At,
    string Kind,
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

internal sealed record DemoRecipient(string ContactId, string Address, int Occurrence, string? Outcome, int Attempts);

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
