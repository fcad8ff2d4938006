using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// Holds what the engine learned afterwards against what the world says it sent, and both against histories.
/// </summary>
internal static class FeedbackChecks
{
    private static readonly (SandboxSignalKind Kind, string Entry)[] Entries =
    [
        (SandboxSignalKind.Bounce, nameof(HistoryKind.Bounce)),
        (SandboxSignalKind.Complaint, nameof(HistoryKind.Complaint)),
        (SandboxSignalKind.OneClick, nameof(HistoryKind.Unsubscribe)),
        (SandboxSignalKind.UnsubscribeMail, nameof(HistoryKind.Unsubscribe)),
    ];

    public static IReadOnlyList<string> FindViolations(DemoRecord record, DemoReading reading)
    {
        var violations = new Violations();
        CheckAnswers(record, violations);
        var feedback = DemoFeedback.Of(record);
        violations.Equal(feedback.Sent, feedback.Applied + feedback.Ignored,
            "signals applied or ignored, against sent");
        foreach (var (campaign, statistics) in record.Sent)
        {
            CheckStatistics([.. record.EffectiveOf(campaign)], statistics, violations);
        }

        CheckRecipients(record, reading, violations);
        if (reading.Histories is { } histories)
        {
            CheckHistories(record, reading, histories, violations);
        }

        return violations.All;
    }

    private static void CheckAnswers(DemoRecord record, Violations violations)
    {
        violations.Equal(
            0,
            record.Signals.Count(signal => !signal.IsForged && signal.Fate != SandboxSignalFate.Acknowledged),
            "signals that nobody took");
        violations.Equal(
            0,
            record.Signals.Count(signal => signal.Leads is { } url && url.Host is not "news.example"),
            "clicks that led elsewhere than the message says");
    }

    private static void CheckStatistics(
        List<SandboxSignal> effective, DemoStatistics statistics, Violations violations)
    {
        var people = effective.Where(signal => !signal.IsMachine).ToList();
        violations.Equal(statistics.Outcomes.GetValueOrDefault("Sent"), statistics.Delivered,
            "delivered, against Sent");
        violations.Equal(
            Recipients(people, SandboxSignalKind.Open, SandboxSignalKind.Click),
            statistics.Opened,
            "recipients that opened, against the world");
        violations.Equal(
            Recipients(people, SandboxSignalKind.Click), statistics.Clicked,
                "recipients that clicked, against the world");
        violations.Equal(
            Recipients(people, SandboxSignalKind.OneClick, SandboxSignalKind.UnsubscribeMail),
            statistics.Unsubscribed,
            "recipients that unsubscribed, against the world");
        violations.Equal(
            Recipients(people, SandboxSignalKind.Complaint),
            statistics.Complained,
            "recipients that complained, against the world");
        foreach (var (isMachine, opens, clicks) in ((bool, long, long)[])
            [(false, statistics.Opens, statistics.Clicks), (true, statistics.MachineOpens, statistics.MachineClicks)])
        {
            var who = isMachine ? "machines" : "people";
            var signals = effective.Where(signal => signal.IsMachine == isMachine).ToList();
            violations.Equal(
                signals.Count(signal => signal.Kind == SandboxSignalKind.Open), opens,
                    $"opens by {who}, against the world");
            violations.Equal(
                signals.Count(signal => signal.Kind == SandboxSignalKind.Click),
                clicks,
                $"clicks by {who}, against the world");
        }
    }

    private static int Recipients(List<SandboxSignal> signals, params SandboxSignalKind[] kinds) =>
        signals.Where(signal => kinds.Contains(signal.Kind)).Select(signal => signal.Recipient).Distinct().Count();

    private static void CheckRecipients(DemoRecord record, DemoReading reading, Violations violations)
    {
        var expected = record.Contacts.Where(contact => contact.Kind != SandboxContactKind.Duplicate)
            .ToDictionary(contact => contact.Address);
        foreach (var recipient in reading.Recipients.Where(recipient => recipient.Occurrence == 1))
        {
            var contact = expected[recipient.Address];
            violations.Check(
                recipient.RecipientStatus == contact.ExpectedReach.ToString(),
                $"{recipient.Address} is {recipient.RecipientStatus}, by its rule {contact.ExpectedReach}");
            violations.Check(
                recipient.ContactStatus == contact.ExpectedStatus.ToString(),
                $"{recipient.Address} is {recipient.ContactStatus}, by its rule {contact.ExpectedStatus}");
        }
    }

    // Once each: a signal that came twice has one entry, one that must not count has none.
    private static void CheckHistories(
        DemoRecord record,
        DemoReading reading,
        IReadOnlyDictionary<string, IReadOnlyList<DemoEntry>> histories,
        Violations violations)
    {
        var sent = record.Effective
            .SelectMany(signal => Entries.Where(entry => entry.Kind == signal.Kind), (signal, entry) =>
                (signal.Recipient, entry.Entry))
            .CountBy(pair => pair).ToDictionary();
        var kinds = Entries.Select(entry => entry.Entry).Distinct().ToArray();
        long opened = 0, clicked = 0;
        foreach (var recipient in reading.Recipients.Where(recipient => recipient.Occurrence == 1))
        {
            var entries = histories[recipient.ContactId].Where(entry => entry.CampaignId == record.Campaign).ToList();
            var told = entries.CountBy(entry => entry.Kind).ToDictionary();
            foreach (var kind in kinds)
            {
                violations.Equal(
                    sent.GetValueOrDefault((recipient.Address, kind)),
                    told.GetValueOrDefault(kind),
                    $"entries {kind} in the history of {recipient.Address}, against the world");
            }

            // What was taken back as a machine's was no person's; an opening is of no link.
            var hasClicked = told.GetValueOrDefault(nameof(HistoryKind.Click))
                > entries.Count(entry => entry is { Kind: nameof(HistoryKind.Machine), Link: > 0 });
            var hasOpened = told.GetValueOrDefault(nameof(HistoryKind.Open))
                > entries.Count(entry => entry is { Kind: nameof(HistoryKind.Machine), Link: not > 0 });
            clicked += hasClicked ? 1 : 0;
            opened += hasClicked || hasOpened ? 1 : 0;
        }

        violations.Equal(opened, record.Statistics.Opened, "recipients that opened, against histories");
        violations.Equal(clicked, record.Statistics.Clicked, "recipients that clicked, against histories");
    }
}
