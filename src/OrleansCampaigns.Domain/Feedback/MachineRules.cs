using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>How machines that open and click give themselves away, beside the signs of their requests.</summary>
/// <param name="Window">Whoever opens or clicks so soon after an e-mail was sent is a machine; zero: never.</param>
/// <param name="Burst">Two links followed within this time are a machine's work; zero: never.</param>
/// <remarks>
/// The rules look at all that was seen lately of one recipient, in whatever order it came. Each only ever finds more
/// machines in more sights, so that what was found stays found. What they are based on is told in ADR 0022.
/// </remarks>
public sealed record MachineRules(TimeSpan Window, TimeSpan Burst)
{
    /// <summary>So many links within <see cref="Sweep"/> are a machine's work if the message has no others.</summary>
    public const int LinksOfSweepMin = 3;

    /// <summary>So many different links within <see cref="Sweep"/> are a machine's work in any case.</summary>
    public const int LinksOfSweepMax = 5;

    /// <summary>Around a visit to the hidden link, all is a machine's for so long.</summary>
    public static readonly TimeSpan HiddenReach = TimeSpan.FromSeconds(30);

    /// <summary>10 and 2 seconds.</summary>
    public static MachineRules Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <summary>For so long after an e-mail was sent, image proxies are taken to fetch in advance: a minute.</summary>
    public TimeSpan ProxyWindow => 6 * Window;

    /// <summary>Scanners that take their time follow every link within it: half a minute.</summary>
    public TimeSpan Sweep => 15 * Burst;

    /// <summary>Whether nobody can have read the e-mail so soon.</summary>
    /// <remarks>
    /// Before its attempt is recorded, the e-mail has only just been handed over: scanners look at it while we wait for
    /// the reply. Only where the fate of an attempt was hidden it may have been there for long.
    /// </remarks>
    internal bool IsTooSoon(CampaignDelivery delivery, DateTimeOffset at, bool isProxy) =>
        Window > TimeSpan.Zero
        && (delivery.SentAt is { } sent
            ? at < sent + (isProxy ? ProxyWindow : Window)
            : delivery.DoubtfulAttempt == 0);

    /// <summary>Which of the sights that count as a person's are a machine's after all.</summary>
    /// <param name="sights">What was seen, in the order of time.</param>
    /// <param name="links">How many tracked links the message has; 0 when that is not known.</param>
    internal IEnumerable<Sight> Convict(IReadOnlyList<Sight> sights, int links)
    {
        var spans = Spans(sights, links);
        return sights.Where(sight =>
            sight.IsPersons && spans.Exists(span => span.From <= sight.At && sight.At <= span.To));
    }

    // The times within which a machine was at work.
    private List<(DateTimeOffset From, DateTimeOffset To)> Spans(IReadOnlyList<Sight> sights, int links)
    {
        var spans = sights.Where(sight => sight.Signal == FeedbackSignal.HiddenLink)
            .Select(sight => (sight.At - HiddenReach, sight.At + HiddenReach))
            .ToList();
        if (Burst <= TimeSpan.Zero)
        {
            return spans;
        }

        var clicks = sights.Where(sight => sight.IsClick).ToList();
        for (var first = 0; first < clicks.Count; first++)
        {
            var followed = new HashSet<int>();
            for (var last = first; last < clicks.Count && clicks[last].At - clicks[first].At <= Sweep; last++)
            {
                followed.Add(clicks[last].Link);
                var isBurst = followed.Count > 1 && clicks[last].At - clicks[first].At <= Burst;
                var isSweep = followed.Count >= LinksOfSweepMax
                    || (followed.Count >= LinksOfSweepMin && followed.Count == links);
                if (isBurst || isSweep)
                {
                    spans.Add((clicks[first].At - Burst, clicks[last].At + Burst));
                }
            }
        }

        return spans;
    }
}
