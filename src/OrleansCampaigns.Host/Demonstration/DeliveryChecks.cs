using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// Holds what the engine says of outcomes and licences against the sandbox's rules and books and against histories.
/// </summary>
internal static class DeliveryChecks
{
    public static IReadOnlyList<string> FindViolations(DemoRecord record, DemoReading reading)
    {
        var violations = new Violations();
        CheckOutcomes(record, violations);
        CheckSandbox(record, violations);
        CheckLicences(record, violations);
        violations.Equal(record.Statistics.Audience, reading.Recipients.Count, "recipients that are listed");
        if (reading.Histories is { } histories)
        {
            CheckHistories(record, histories, violations);
        }

        return violations.All;
    }

    private static void CheckOutcomes(DemoRecord record, Violations violations)
    {
        var statistics = record.Statistics;
        var failures = OutcomeTable.Rows.Where(row => row.Outcome.IsFailure()).Sum(row => record[row.Outcome]);
        violations.Check(
            statistics.Status == (failures > 0 ? "FinishedWithFailures" : "Finished"),
            $"the campaign ended as {statistics.Status}");
        violations.Equal(record.Contacts.Count, statistics.Audience, "the audience");
        foreach (var row in OutcomeTable.Rows)
        {
            violations.Equal(
                record.Contacts.Count(contact => contact.Expected == row.Outcome),
                record[row.Outcome],
                $"recipients that are {row.Name}, against the sandbox's rules");
        }

        violations.Equal(
            statistics.Audience,
            statistics.Outcomes.Values.Sum() + statistics.ExcludedTotal,
            "conservation: outcomes and excluded, against the audience");
    }

    private static void CheckSandbox(DemoRecord record, Violations violations)
    {
        violations.Equal(
            record[Outcome.Sent],
            record.Deliveries.Count - record.Returned,
            "messages that the sandbox accepted and did not send back, against Sent");
        violations.Equal(0, record.Duplicates, "messages that the sandbox accepted twice, re-sends left aside");
    }

    // A re-send costs nothing: one licence for each recipient whose outcome costs one, however many e-mails it took.
    private static void CheckLicences(DemoRecord record, Violations violations)
    {
        var licences = record.Statistics.Licences;
        violations.Equal(licences.Reserved, licences.Deducted + licences.Released, "licences, against those reserved");
        violations.Equal(
            OutcomeTable.Rows.Where(row => row.Licence == LicenceRule.DeductedOnce).Sum(row => record[row.Outcome]),
            licences.Deducted,
            "licences deducted, against the recipients that cost one");
    }

    private static void CheckHistories(
        DemoRecord record, IReadOnlyDictionary<string, IReadOnlyList<DemoEntry>> histories, Violations violations)
    {
        var told = new Dictionary<string, long>();
        foreach (var history in histories.Values)
        {
            var assigned = history.Where(entry => entry.CampaignId == record.Campaign && entry.Outcome is not null)
                .ToLookup(entry => entry.Outcome == nameof(Outcome.Duplicated), entry => entry.Outcome!);
            told[nameof(Outcome.Duplicated)] =
                told.GetValueOrDefault(nameof(Outcome.Duplicated)) + assigned[true].Count();
            if (assigned[false].LastOrDefault() is { } outcome)
            {
                told[outcome] = told.GetValueOrDefault(outcome) + 1;
            }
        }

        foreach (var (outcome, count) in record.Statistics.Outcomes)
        {
            violations.Equal(told.GetValueOrDefault(outcome), count,
                $"recipients that are {outcome}, against histories");
        }
    }
}
