using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// What is known of a demo without asking contacts: the rules, the sandbox's own books, the statistics.
/// </summary>
/// <param name="Contacts">The sample contacts.</param>
/// <param name="Deliveries">What the sandbox accepted of the campaign.</param>
/// <param name="Signals">What the world sent back, for every campaign.</param>
internal sealed record DemoRecord(
    IReadOnlyList<SandboxContact> Contacts,
    IReadOnlyList<SandboxDelivery> Deliveries,
    IReadOnlyList<SandboxSignal> Signals)
{
    public required string Campaign { get; init; }

    /// <summary>The statistics of the campaign and of the one before it.</summary>
    public required IReadOnlyDictionary<string, DemoStatistics> Sent { get; init; }

    public required string List { get; init; }

    public DemoStatistics Statistics => Sent[Campaign];

    /// <summary>What came back for the campaign and must count.</summary>
    public IEnumerable<SandboxSignal> Effective => EffectiveOf(Campaign);

    /// <summary>How many messages the sandbox accepted and sent back later.</summary>
    public int Returned => Effective.Count(signal => signal.Kind == SandboxSignalKind.Bounce);

    /// <summary>Messages that the sandbox accepted again although it had not sent them back.</summary>
    public long Duplicates
    {
        get
        {
            var returned = Effective.Where(signal => signal.Kind == SandboxSignalKind.Bounce)
                .CountBy(signal => signal.Recipient).ToDictionary();
            return Deliveries.CountBy(delivery => delivery.Recipient)
                .Sum(accepted => Math.Max(0, accepted.Value - returned.GetValueOrDefault(accepted.Key) - 1));
        }
    }

    public IEnumerable<SandboxSignal> EffectiveOf(string campaign) =>
        Signals.Where(signal => signal.Matters && signal.Campaign == campaign);

    public long this[Outcome outcome] => Statistics.Outcomes.GetValueOrDefault(outcome.ToString());
}

/// <summary>Collects what does not hold.</summary>
internal sealed class Violations
{
    private readonly List<string> _violations = [];

    public IReadOnlyList<string> All => _violations;

    public void Check(bool holds, string violation)
    {
        if (!holds)
        {
            _violations.Add(violation);
        }
    }

    public void Equal(long expected, long actual, string what) =>
        Check(expected == actual, $"{what}: {actual}, not {expected}");
}
