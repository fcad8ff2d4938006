using System.Globalization;
using System.Text.Json;

namespace OrleansCampaigns.TestKit.Postgres;

/// <summary>The stored state of one contact, and the rows that there must be because of it.</summary>
internal sealed class RecountedContact
{
    /// <summary>The row of a contact that has no state.</summary>
    public const string Never = "New|-|-|-|None";

    /// <summary>The row of a recipient whose contact knows nothing of the campaign.</summary>
    public const string Unknown = "Queued|None|-|0|0|0|1|0|-|-|None|-|-";

    /// <summary>The columns of one recipient's row, in the order of <see cref="RecipientRow"/>.</summary>
    public const string RecipientColumns = """
        concat_ws('|', r.outcome, r.cause, coalesce(r.excluded, '-'), r.decided, r.in_doubt, r.attempts, r.pass,
            r.charged, coalesce(r.next_attempt_at::text, '-'), coalesce(r.reply_code::text, '-'), r.recipient_status,
            coalesce(r.updated_at::text, '-'), coalesce(r.sent_at::text, '-'))
        """;

    private readonly JsonElement _contact;
    private readonly Dictionary<string, JsonElement> _deliveries = new(StringComparer.Ordinal);
    private readonly List<JsonElement> _history = [];

    /// <param name="state">What is stored under the contact's own key.</param>
    /// <param name="pages">The pages that are stored for it, by number and stamp: one that an overtaken activation has
    /// written is among them and does not count.</param>
    public RecountedContact(string state, IReadOnlyDictionary<(int Page, int Stamp), string>? pages)
    {
        _contact = Parse(state).GetProperty("contact");
        for (var page = 0; page < Number(_contact, "pageCount"); page++)
        {
            var stamp = _contact.GetProperty("pageStamps")[page].GetInt32();
            if (pages?.GetValueOrDefault((page, stamp)) is { } stored)
            {
                Read(Parse(stored), "entries");
            }
            else
            {
                LacksPage = true;
            }
        }

        // What is at hand is newer than what any page holds of it.
        Read(_contact, "history");
    }

    /// <summary>Whether it counts a page that is not stored.</summary>
    public bool LacksPage { get; }

    /// <summary>status, status_since, last_status, last_status_at, last_recipient_status.</summary>
    public string Row => string.Join(
        '|',
        Text(_contact, "status"),
        Time(_contact, "statusSince"),
        Text(_contact, "lastOutcome"),
        Time(_contact, "lastOutcomeAt"),
        DeliveryOf(Text(_contact, "lastCampaign")) is { } last ? Text(last, "recipientStatus") : "None");

    public JsonElement? DeliveryOf(string campaign) =>
        _deliveries.TryGetValue(campaign, out var delivery) ? delivery : null;

    public IEnumerable<JsonElement> HistoryOf(string campaign) =>
        _history.Where(entry => Text(entry, "campaign") == campaign);

    /// <summary>What the row of one occurrence must say.</summary>
    public static string RecipientRow(JsonElement? delivery, int occurrence)
    {
        if (delivery is not { } known || (occurrence > 1 && occurrence > Number(known, "duplicatesUpTo")))
        {
            return Unknown;
        }

        var (pass, updated) = (Text(known, "pass"), Time(known, "updatedAt"));
        if (occurrence > 1)
        {
            return $"Duplicated|DuplicateAddress|-|1|0|0|{pass}|0|-|-|None|{updated}|-";
        }

        var reply = known.TryGetProperty("reply", out var said) ? said : default;
        return string.Join(
            '|',
            Text(known, "outcome"), Text(known, "cause"), Text(known, "excluded"), Flag(known, "decided"),
            Flag(known, "inDoubt"), Text(known, "attempts"), pass, Flag(known, "charged"),
            Time(known, "nextAttemptAt"), Text(reply, "code"), Text(known, "recipientStatus"), updated,
            Time(known, "sentAt"));
    }

    /// <summary>Whether a row says that the campaign was cancelled before the recipient's turn, and nothing else.
    /// </summary>
    public static bool IsLeftOut(string row) => row.Split('|') is { Length: 13 } columns
        && columns[11] != "-"
        && string.Join('|', [.. columns[..11], "-", columns[12]]) == "Queued|None|cancelled|1|0|0|1|0|-|-|None|-|-";

    public static string Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value.ToString() : "-";

    public static int Number(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    public static bool Is(JsonElement of, string name) => of.GetProperty(name).GetBoolean();

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private void Read(JsonElement from, string history)
    {
        _history.AddRange(from.GetProperty(history).EnumerateArray());
        foreach (var delivery in from.GetProperty("deliveries").EnumerateArray())
        {
            _deliveries[delivery.GetProperty("campaign").GetString()!] = delivery;
        }
    }

    private static string Flag(JsonElement of, string name) => Is(of, name) ? "1" : "0";

    private static string Time(JsonElement of, string name) => Text(of, name) is var text && text == "-"
        ? "-"
        : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()
            .ToString(CultureInfo.InvariantCulture);
}

/// <summary>One recipient of a campaign, by what its contact's state says.</summary>
/// <param name="Address">Its address, which no message of a failure may show.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Excluded">Why it is excluded, if it is.</param>
/// <param name="InDoubt">Whether the fate of an attempt is hidden.</param>
/// <param name="Attempts">How many attempts there were.</param>
/// <param name="Charged">Whether it cost a licence.</param>
/// <param name="Waits">Whether a retry is to come.</param>
/// <param name="Doubts">How many of its attempts were ever in doubt, by its history.</param>
/// <param name="HistoryFault">What is wrong with its history, or <see langword="null"/>.</param>
/// <param name="Partition">Which part of the audience it belongs to.</param>
public sealed record RecountedRecipient(
    string Address,
    string Outcome,
    string? Excluded,
    bool InDoubt,
    int Attempts,
    bool Charged,
    bool Waits,
    int Doubts,
    string? HistoryFault,
    int Partition)
{
    internal static RecountedRecipient Of(
        string address, int partition, int occurrence, JsonElement? delivery, IEnumerable<JsonElement>? history)
    {
        if (occurrence > 1)
        {
            var isDecided = delivery is { } first && RecountedContact.Number(first, "duplicatesUpTo") >= occurrence;
            return new(address, isDecided ? "Duplicated" : "Queued", null, false, 0, false, false, 0, null, partition);
        }

        if (delivery is not { } known)
        {
            return new(address, "Queued", null, false, 0, false, false, 0, null, partition);
        }

        var attempts = RecountedContact.Number(known, "attempts");
        var entries = history!
            .Select(entry => (
                Kind: RecountedContact.Text(entry, "kind"),
                Attempt: RecountedContact.Number(entry, "attempt"),
                InDoubt: RecountedContact.Is(entry, "inDoubt")))
            .Where(entry => entry.Attempt > 0)
            .ToList();
        return new(
            address,
            RecountedContact.Text(known, "outcome"),
            RecountedContact.Text(known, "excluded") is var excluded && excluded == "-" ? null : excluded,
            RecountedContact.Is(known, "inDoubt"),
            attempts,
            RecountedContact.Is(known, "charged"),
            known.TryGetProperty("nextAttemptAt", out _),
            entries.Where(entry => entry.InDoubt).Select(entry => entry.Attempt).Distinct().Count(),
            FaultOf(entries.ConvertAll(entry => (entry.Kind, entry.Attempt)), attempts),
            partition);
    }

    // One entry for each attempt; one that was in doubt and cleared up later has two.
    private static string? FaultOf(List<(string Kind, int Attempt)> entries, int attempts)
    {
        if (entries.Distinct().Count() != entries.Count)
        {
            return "An attempt is told twice.";
        }

        return entries.Select(entry => entry.Attempt).Distinct().Order().SequenceEqual(Enumerable.Range(1, attempts))
            ? null
            : "An attempt is not told.";
    }
}

/// <summary>What the stored ledger says about a campaign.</summary>
/// <param name="Reserved">Taken from the balance.</param>
/// <param name="Deducted">Used up.</param>
/// <param name="Released">Given back.</param>
/// <param name="IsSettled">Whether nothing is held any more.</param>
public sealed record RecountedLicences(long Reserved, long Deducted, long Released, bool IsSettled)
{
    internal static RecountedLicences? Find(string account, string campaign)
    {
        using var document = JsonDocument.Parse(account);
        return document.RootElement.GetProperty("ledger").GetProperty("reservations").TryGetProperty(
            campaign, out var held)
            ? new(
                held.GetProperty("reserved").GetInt64(),
                held.GetProperty("deducted").GetInt64(),
                held.GetProperty("released").GetInt64(),
                held.GetProperty("isSettled").GetBoolean())
            : null;
    }
}
