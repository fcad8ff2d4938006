using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>The relays that share the campaigns which name none: by weight, and by which of them is up.</summary>
/// <remarks>
/// A message goes to the relay whose turn it is, however slow that one is: a weight is a promise, for instance to a new
/// address that must send little at first. Passed over is only who is down or has used up its sending window.
/// </remarks>
internal sealed class RelayPool(IReadOnlyList<Relay> members, IRelayWindows? windows)
{
    // A relay that comes up while others' windows are used up is found out this soon.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Relay, long> credits = members.ToDictionary(member => member, _ => 0L);

    /// <summary>Takes lanes of one of them, as soon as one of them has any.</summary>
    public Task<IReadOnlyList<IMailLane>> Reserve(int max, CancellationToken cancellation) =>
        Reserve(members, max, cancellation);

    /// <summary>Takes lanes that serve a campaign; none when all of them refuse it for now.</summary>
    public async Task<IReadOnlyList<IMailLane>> Reserve(
        LaneRequest wanted, int max, CancellationToken cancellation)
    {
        while (true)
        {
            var now = members[0].Clock.GetUtcNow();
            var held = members.ToDictionary(member => member, member => member.Holds.Find(wanted.Campaign)?.NextTryAt);
            var willing = members.Where(member => held[member] is not { } at || at <= now).ToList();
            if (willing.Count == 0)
            {
                return [];
            }

            var lanes = await ReserveUntil(held.Values.Where(at => at > now).Min() - now, willing, max, cancellation);
            if (lanes.Count > 0 && await Admit(wanted, lanes) is { Count: > 0 } admitted)
            {
                return admitted;
            }
        }
    }

    // While one is waited for, the time may come to try another one again.
    private async Task<IReadOnlyList<IMailLane>> ReserveUntil(
        TimeSpan? wait, List<Relay> willing, int max, CancellationToken cancellation)
    {
        if (wait is not { } limit)
        {
            return await Reserve(willing, max, cancellation);
        }

        using var time = new CancellationTokenSource(limit, members[0].Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
        try
        {
            return await Reserve(willing, max, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>Why none of them serves something; <see langword="null"/> when one does.</summary>
    /// <param name="find">Why one of them does not.</param>
    public RelayHold? GetHold(Func<Relay, RelayHold?> find)
    {
        RelayHold? soonest = null;
        foreach (var member in members)
        {
            if (find(member) is not { } hold)
            {
                return null;
            }

            soonest = soonest is null || hold.NextTryAt < soonest.NextTryAt ? hold : soonest;
        }

        return soonest;
    }

    private async Task<IReadOnlyList<IMailLane>> Reserve(
        IReadOnlyList<Relay> members, int max, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var up = members.Count == 1 ? members : [.. members.Where(member => member.GetState().IsUp)];
            if (up.Count == 0)
            {
                return await Race(members, max, cancellation);
            }

            var open = up.Select(member => (Relay: member, Openings: Openings(member, max)))
                .Where(member => member.Openings > 0)
                .ToList();
            if (open.Count == 0)
            {
                await WhenOpen(up, max, cancellation);
            }
            else if (await TryReserve(open, max, members.Count > 1, cancellation) is { } lanes)
            {
                return lanes;
            }
        }
    }

    /// <summary>Up, when one of them is; else how the first one is.</summary>
    public RelayState GetState() =>
        members.Select(member => member.GetState()).FirstOrDefault(state => state.IsUp) ?? members[0].GetState();

    private async Task<IReadOnlyList<IMailLane>?> TryReserve(
        List<(Relay Relay, int Openings)> open, int max, bool canFailOver, CancellationToken cancellation)
    {
        var wanted = Math.Min(max, open.Max(member => member.Openings));
        List<Relay> choice = [.. open.Select(member => member.Relay)];
        var chosen = Choose(choice, wanted);
        var most = Math.Min(wanted, open.Find(member => member.Relay == chosen).Openings);
        try
        {
            var lanes = await chosen.Reserve(most, canFailOver, cancellation);
            Return(choice, chosen, wanted - lanes.Count);
            return lanes;
        }
        catch (RelayDownException)
        {
            Return(choice, chosen, wanted);
            return null;
        }
        catch
        {
            Return(choice, chosen, wanted);
            throw;
        }
    }

    // Smoothly: each gets credit by its weight, and whoever has most pays for all. Who is passed over gets none, so
    // that nobody has to make up for the time that it was away.
    private Relay Choose(IReadOnlyList<Relay> open, int count)
    {
        lock (gate)
        {
            foreach (var relay in open)
            {
                credits[relay] += (long)relay.Weight * count;
            }

            var chosen = open.MaxBy(relay => credits[relay])!;
            credits[chosen] -= open.Sum(relay => (long)relay.Weight) * count;
            return chosen;
        }
    }

    // What was paid for and not taken.
    private void Return(IReadOnlyList<Relay> open, Relay chosen, int count)
    {
        lock (gate)
        {
            foreach (var relay in open)
            {
                credits[relay] -= (long)relay.Weight * count;
            }

            credits[chosen] += open.Sum(relay => (long)relay.Weight) * count;
        }
    }

    // All are down: whoever comes up first.
    private static async Task<IReadOnlyList<IMailLane>> Race(
        IReadOnlyList<Relay> members, int max, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tries = members.Select(member => member.Reserve(max, canFailOver: false, over.Token)).ToList();
        var first = await Task.WhenAny(tries);
        await over.CancelAsync();
        foreach (var late in tries.Where(other => other != first))
        {
            await GiveBack(late);
        }

        return await first;
    }

    // What the relay offers is known by now. One lane finds out whether what was refused is mended.
    private static async Task<IReadOnlyList<IMailLane>> Admit(LaneRequest wanted, IReadOnlyList<IMailLane> lanes)
    {
        var first = (MailLane)lanes[0];
        var leave = first.Owner.Holds.Ask(wanted.Campaign);
        if (leave != RelayHolds.Leave.None && first.Object(wanted.Needs) is { } objection)
        {
            first.Owner.Holds.Hold(wanted.Campaign, objection);
            first.Retire();
            leave = RelayHolds.Leave.None;
        }

        var count = leave switch
        {
            RelayHolds.Leave.Free => lanes.Count,
            RelayHolds.Leave.Probe => 1,
            _ => 0,
        };
        foreach (var lane in lanes.Skip(count))
        {
            await lane.DisposeAsync();
        }

        foreach (var lane in lanes.Take(count))
        {
            ((MailLane)lane).Campaign = wanted.Campaign;
        }

        return [.. lanes.Take(count)];
    }

    private static async Task GiveBack(Task<IReadOnlyList<IMailLane>> late)
    {
        try
        {
            foreach (var lane in await late)
            {
                await lane.DisposeAsync();
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // It has none to give back.
        }
    }

    private async Task WhenOpen(IReadOnlyList<Relay> shut, int max, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var opening = shut.Select(member => windows!.WhenOpen(member.Name, max, over.Token));
        await Task.WhenAny([.. opening, Task.Delay(LookAgain, members[0].Clock, over.Token)]);
        await over.CancelAsync();
    }

    private int Openings(Relay member, int wanted) => windows?.Openings(member.Name, wanted) ?? int.MaxValue;
}

/// <summary>The relay is down, and whoever waited for it may go to another one.</summary>
internal sealed class RelayDownException() : Exception("The relay is down.");
