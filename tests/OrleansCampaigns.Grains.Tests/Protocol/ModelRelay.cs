using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>The relay: what it has accepted is out.</summary>
internal sealed class ModelRelay
{
    /// <summary>How often each address was accepted.</summary>
    public Dictionary<string, int> Accepted { get; } = [];

    private readonly Dictionary<string, int> _attempts = [];

    public Domain.Contacts.AttemptReport? Take(string address)
    {
        var attempt = _attempts[address] = _attempts.GetValueOrDefault(address) + 1;
        var report = address.Split('-')[0] switch
        {
            "defer" when attempt == 1 => Report(Outcome.Deferred, Cause.Greylisted),
            "full" => Report(Outcome.SoftBounced, Cause.MailboxFull),
            "reject" when attempt < 3 => Report(Outcome.Rejected, Cause.Policy),
            "missing" => Report(Outcome.Bounced, Cause.NoSuchMailbox),
            "lost" when attempt == 1 => Report(Outcome.Deferred, Cause.Unreachable) with { InDoubt = true },
            _ => Report(Outcome.Sent, Cause.None),
        };
        if (report.Outcome == Outcome.Sent || report.InDoubt)
        {
            Accepted[address] = Accepted.GetValueOrDefault(address) + 1;
        }

        return report;
    }

    private static Domain.Contacts.AttemptReport Report(Outcome outcome, Cause cause) =>
        new() { Outcome = outcome, Cause = cause, Relay = "model" };
}
