using System.Collections.Immutable;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // So long a validation waits for a relay: a connection takes a fraction of it.
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    private async Task<ImmutableList<Refusal>> FindWarnings(ValidationReport report, Refusal? unreachable)
    {
        var warnings = (await compilation.Compile(Id, Definition)).Warnings.ToList();
        if (unreachable is not null)
        {
            warnings.Add(unreachable);
        }

        if (report.Imports.Count > 0)
        {
            warnings.Add(Refusal.Invalid(
                "campaign.audience.import_running",
                $"{report.Imports.Count} imports into the audience run: it is larger than counted here, and a start "
                + "waits for them.",
                "audience"));
        }

        return [.. warnings];
    }

    /// <summary>Takes a connection to the relay and gives it back: what cannot be had is told.</summary>
    private async Task<Refusal?> FindUnreachable()
    {
        if (FindRelayProblem() is not null)
        {
            return null; // That is a problem of its own.
        }

        using var limit = new CancellationTokenSource(ProbeLimit, clock);
        try
        {
            foreach (var lane in await relays.Reserve(Definition.Relay, 1, limit.Token))
            {
                await lane.DisposeAsync();
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return Refusal.Invalid(
                "relay.unreachable",
                Relay is { IsUp: false } down
                    ? $"Relay {down.Name} is not reached: {down.Detail ?? "no answer"}. A campaign waits for it."
                    : $"Relay {Relay.Name} gave no connection within {ProbeLimit.TotalSeconds:0} seconds: it does not "
                        + "answer, or all its connections are at work.",
                "relay");
        }
    }
}
