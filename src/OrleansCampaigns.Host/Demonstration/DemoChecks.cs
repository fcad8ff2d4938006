using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// Holds what the engine says against what the sandbox counted and what the contacts' histories tell.
/// </summary>
internal sealed class DemoChecks(
    DemoClient client, string campaign, DemoStatistics statistics, SandboxSnapshot sandbox, List<SandboxContact> world)
{
    private const int PageSize = 500;
    private const int HistoriesMax = 10_000;

    private readonly List<DemoRecipient> _recipients = [];

    public async Task<IReadOnlyList<string>> FindViolations(CancellationToken cancellation)
    {
        var violations = new List<string>();
        Check(
            statistics.Status == "FinishedWithFailures"
                || Failures() == 0, $"the campaign ended as {statistics.Status}");
        Check(
            statistics.Audience == world.Count,
            $"the audience holds {statistics.Audience} recipients, not {world.Count}");
        foreach (var expected in world.GroupBy(contact => contact.Expected))
        {
            Check(
                Count(expected.Key) == expected.Count(),
                $"the rules of the sandbox make {expected.Count()} recipients {expected.Key}, the engine "
                    + $"{Count(expected.Key)}");
        }

        var counted = statistics.Outcomes.Values.Sum() + statistics.ExcludedTotal;
        Check(
            counted == statistics.Audience,
            $"conservation: outcomes and excluded are {counted}, the audience is {statistics.Audience}");
        foreach (var row in OutcomeTable.Rows.Where(row => row.IsTemporary))
        {
            Check(
                Count(
                    row.Outcome) == 0, $"{Count(row.Outcome)} recipients ended with the temporary outcome {row.Name}");
        }

        Check(sandbox.Accepted == Count(
            Outcome.Sent), $"the sandbox accepted {sandbox.Accepted} messages, {Count(Outcome.Sent)} are Sent");
        Check(sandbox.Duplicates == 0, $"the sandbox accepted {sandbox.Duplicates} messages twice");
        Check(
            statistics.Licences.Reserved == statistics.Licences.Deducted + statistics.Licences.Released,
            $"licences: {statistics.Licences.Reserved} reserved, {statistics.Licences.Deducted} deducted, "
                + $"{statistics.Licences.Released} released");
        var charged = OutcomeTable.Rows.Where(
            row => row.Licence == LicenceRule.DeductedOnce).Sum(row => Count(row.Outcome));
        Check(
            statistics.Licences.Deducted == charged,
            $"licences: {statistics.Licences.Deducted} deducted for {charged} recipients that cost one");

        await ReadRecipients(cancellation);
        Check(
            _recipients.Count == statistics.Audience,
            $"{_recipients.Count} recipients are listed of {statistics.Audience}");
        if (world.Count <= HistoriesMax)
        {
            await CheckHistories(violations, cancellation);
        }

        return violations;

        void Check(bool holds, string violation)
        {
            if (!holds)
            {
                violations.Add(violation);
            }
        }
    }

    /// <summary>Two or three histories worth reading: deferred then sent, three soft bounces, gone.</summary>
    public async Task<IReadOnlyList<(
        string Address, IReadOnlyList<DemoEntry> Entries)>> PickHistories(CancellationToken cancellation)
    {
        Func<DemoRecipient, bool>[] interests =
        [
            recipient => recipient is { Outcome: "Sent", Attempts: > 1 },
            recipient => recipient is { Outcome: "Bounced", Attempts: 3 },
            recipient => recipient is { Outcome: "Spam" or "Rejected" },
        ];
        var histories = new List<(string, IReadOnlyList<DemoEntry>)>();
        foreach (var interest in interests)
        {
            if (_recipients.Find(recipient => interest(recipient)) is { } chosen)
            {
                histories.Add((chosen.Address, await ReadHistory(chosen.ContactId, cancellation)));
            }
        }

        return histories;
    }

    private async Task CheckHistories(List<string> violations, CancellationToken cancellation)
    {
        var recounted = new Dictionary<string, long>();
        foreach (var recipient in _recipients.Where(recipient => recipient.Occurrence == 1))
        {
            var assigned = (await ReadHistory(recipient.ContactId, cancellation)).Where(
                entry => entry.Outcome is not null).ToList();
            var duplicates = assigned.Count(entry => entry.Outcome == nameof(Outcome.Duplicated));
            recounted[nameof(Outcome.Duplicated)] = recounted.GetValueOrDefault(
                nameof(Outcome.Duplicated)) + duplicates;
            if (assigned.FindLast(entry => entry.Outcome != nameof(Outcome.Duplicated)) is { Outcome: { } outcome })
            {
                recounted[outcome] = recounted.GetValueOrDefault(outcome) + 1;
            }
        }

        foreach (var (outcome, count) in statistics.Outcomes)
        {
            var told = recounted.GetValueOrDefault(outcome);
            if (told != count)
            {
                violations.Add($"the histories tell {outcome} of {told} recipients, the statistics of {count}");
            }
        }
    }

    private async Task ReadRecipients(CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var page = await client.Get(
                $"campaigns/{campaign}/recipients?limit={PageSize}{Cursor(cursor)}",
                DemoJson.Default.DemoPageDemoRecipient,
                cancellation);
            _recipients.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    private async Task<List<DemoEntry>> ReadHistory(string contact, CancellationToken cancellation)
    {
        var entries = new List<DemoEntry>();
        string? cursor = null;
        do
        {
            var page = await client.Get(
                $"contacts/{contact}/history?limit={PageSize}{Cursor(cursor)}",
                DemoJson.Default.DemoPageDemoEntry,
                cancellation);
            entries.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return entries;
    }

    private static string Cursor(string? cursor) => cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";

    private long Count(Outcome outcome) => statistics.Outcomes.GetValueOrDefault(outcome.ToString());

    private long Failures() => Count(Outcome.Rejected) + Count(Outcome.Spam) + Count(Outcome.Bounced);
}
