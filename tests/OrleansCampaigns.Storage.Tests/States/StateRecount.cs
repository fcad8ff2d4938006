using System.Globalization;
using System.Text.Json;

namespace OrleansCampaigns.Storage.Tests.States;

/// <summary>
/// The rows that a contact's stored states say there must be, read from their JSON by nothing that wrote or projected
/// it.
/// </summary>
internal sealed class StateRecount
{
    private const string Never = """{"contact":{"status":"New","deliveries":[],"history":[]}}""";

    private static readonly string[] Failures = ["Rejected", "Spam", "Bounced"];

    private readonly JsonElement _contact;
    private readonly Dictionary<string, JsonElement> _deliveries = [];
    private readonly List<JsonElement> _history = [];

    /// <param name="state">The state; <see langword="null"/> when none was ever written.</param>
    /// <param name="pages">The pages, oldest first.</param>
    public StateRecount(string? state, IEnumerable<string> pages)
    {
        _contact = Parse(state ?? Never).GetProperty("contact");
        foreach (var page in pages.Select(Parse))
        {
            Read(page.GetProperty("entries"), page.GetProperty("deliveries"));
        }

        // What is at hand is newer than what any page holds of it.
        Read(_contact.GetProperty("history"), _contact.GetProperty("deliveries"));
    }

    /// <summary>status, status_since, last_status, last_status_at, last_recipient_status.</summary>
    public string Contact => string.Join(
        '|',
        Text(_contact, "status"),
        Time(_contact, "statusSince"),
        Text(_contact, "lastOutcome"),
        Time(_contact, "lastOutcomeAt"),
        _contact.TryGetProperty("lastCampaign", out var last)
            ? Text(_deliveries[last.GetString()!], "recipientStatus")
            : "None");

    /// <summary>The row of one occurrence in a campaign, in the order of <see cref="RowColumns"/>.</summary>
    public string Row(string campaign, int occurrence)
    {
        if (!_deliveries.TryGetValue(campaign, out var delivery)
            || (occurrence > 1 && occurrence > delivery.GetProperty("duplicatesUpTo").GetInt32()))
        {
            return "Queued|None|-|0|0|0|1|0|-|-|-|-|None|-|-|-|0|-|0|0|-|0|0|-|-";
        }

        var (pass, updated) = (Text(delivery, "pass"), Time(delivery, "updatedAt"));
        if (occurrence > 1)
        {
            return $"Duplicated|DuplicateAddress|-|1|0|0|{pass}|0|-|-|-|-|None|{updated}|-|-|0|-|0|0|-|0|0|-|-";
        }

        var reply = delivery.TryGetProperty("reply", out var said) ? said : default;
        var engagement = delivery.TryGetProperty("engagement", out var seen) ? seen : default;
        return string.Join(
            '|',
            Text(delivery, "outcome"), Text(delivery, "cause"), Text(delivery, "excluded"), Flag(delivery, "decided"),
            Flag(delivery, "inDoubt"), Text(delivery, "attempts"), pass, Flag(delivery, "charged"),
            Time(delivery, "nextAttemptAt"), Text(reply, "code"), Text(reply, "enhancedCode"), Text(reply, "text"),
            Text(delivery, "recipientStatus"), updated, Time(delivery, "sentAt"), FailedAt(campaign),
            Text(delivery, "overturnedAttempt") == "0" ? 0 : 1, Time(engagement, "firstOpenAt"),
            Count(engagement, "opens"), Count(engagement, "machineOpens"), Time(engagement, "firstClickAt"),
            Clicks(engagement, "clicks"), Clicks(engagement, "machineClicks"), Time(delivery, "unsubscribedAt"),
            Time(delivery, "complainedAt"));
    }

    public const string RowColumns = """
        outcome, cause, excluded, decided, in_doubt, attempts, pass, charged, next_attempt_at, reply_code,
        enhanced_code, reply_text, recipient_status, updated_at, sent_at, failed_at, overturned, opened_at, opens,
        machine_opens, clicked_at, clicks, machine_clicks, unsubscribed_at, complained_at
        """;

    /// <summary>campaign, link, clicks, machine clicks, first click; in order.</summary>
    public IEnumerable<string> Links => _deliveries
        .Where(pair => pair.Value.TryGetProperty("engagement", out _))
        .SelectMany(pair => pair.Value.GetProperty("engagement").GetProperty("links").EnumerateArray().Select(
            link => string.Join(
                '|', pair.Key, Text(link, "link"), Text(link, "clicks"), Text(link, "machineClicks"),
                Time(link, "firstClickAt"))))
        .Order(StringComparer.Ordinal);

    // The first failure since the last thing that was none; further occurrences of the address say nothing about it.
    private string FailedAt(string campaign)
    {
        var failedAt = "-";
        foreach (var entry in _history.Where(entry => Text(entry, "campaign") == campaign))
        {
            var outcome = Text(entry, "outcome");
            if (outcome is not ("-" or "Duplicated"))
            {
                failedAt = !Failures.Contains(outcome) ? "-" : failedAt == "-" ? Time(entry, "at") : failedAt;
            }
        }

        return failedAt;
    }

    private void Read(JsonElement history, JsonElement deliveries)
    {
        _history.AddRange(history.EnumerateArray());
        foreach (var delivery in deliveries.EnumerateArray())
        {
            _deliveries[delivery.GetProperty("campaign").GetString()!] = delivery;
        }
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value.ToString() : "-";

    private static string Flag(JsonElement of, string name) => of.GetProperty(name).GetBoolean() ? "1" : "0";

    private static string Count(JsonElement of, string name) => Text(of, name) is var text && text == "-" ? "0" : text;

    private static string Clicks(JsonElement engagement, string name) => engagement.ValueKind == JsonValueKind.Undefined
        ? "0"
        : engagement.GetProperty("links").EnumerateArray().Sum(link => link.GetProperty(name).GetInt32())
            .ToString(CultureInfo.InvariantCulture);

    private static string Time(JsonElement of, string name) => Text(of, name) is var text && text == "-"
        ? "-"
        : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()
            .ToString(CultureInfo.InvariantCulture);
}
