using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Throttling;

/// <summary>Tells a domain that wants us slower from one that has other troubles.</summary>
public static class PushBack
{
    /// <summary>
    /// Whether the report asks for less: a limit of rate, connections or volume, a 421, or a temporary refusal for
    /// reasons of security or policy (4.7.x, RFC 3463 §3.8).
    /// </summary>
    /// <remarks>
    /// Greylisting is none: it judges a pair of addresses that it has not seen, and is over when that pair comes back,
    /// however fast others come. Trouble of the relay in between, which no recipient's server has spoken of, is none.
    /// </remarks>
    public static bool IsIn(AttemptReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report is { Outcome: Outcome.Deferred, Cause: not Cause.Greylisted, Reply: not null }
            && (report.Cause == Cause.Throttled
                || report.Reply.Code == 421
                || report.Reply.EnhancedCode?.StartsWith("4.7.", StringComparison.Ordinal) == true);
    }
}
