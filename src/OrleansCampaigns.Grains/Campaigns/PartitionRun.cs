using System.Diagnostics;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>One run of a partition's pump: windows of recipients, each stored before its attempts begin.</summary>
/// <remarks>
/// Lanes are taken before a window is stored, and a window holds no more recipients than lanes: what a crash leaves in
/// doubt was being handed to a relay, or had been and was not recorded yet. A turn that did not begin after all is
/// noted as such. Whoever a sending limit keeps waiting is held back before any of this, and others go on.
/// </remarks>
internal sealed partial class PartitionRun(
    CampaignId campaign,
    int partition,
    CampaignPlan plan,
    RecipientSender sender,
    PartitionRecord record,
    Func<Task> write,
    IAudienceStore audiences,
    IMailRelays relays,
    SendingLimits limits,
    PumpPermits permits,
    ContactTroubles troubles,
    IGrainFactory grains,
    DeliveryMetrics metrics,
    EngineOptions options,
    CampaignTrace? trace,
    TimeProvider clock)
{
    private readonly Queue<Recipient> _buffer = new();
    private readonly Dictionary<long, Task<TurnResult>> _inFlight = [];
    private readonly HashSet<long> _attempting = [.. record.Attempting.Select(known => known.Seq)];
    private readonly HashSet<long> _unclear = [];
    private readonly Dictionary<long, Settlement> _givenUp = [];
    private readonly LaneRequest _wanted = new(plan.Definition.Relay, campaign) { Needs = sender.Needs };
    private readonly HeldBack _held = new(
        limits, metrics, relays, new(plan.Definition.Relay, campaign), clock);
    private readonly ToldWait _told = new(campaign, partition, grains, clock);
    private readonly IReadOnlyList<ThrottleLine> _shared = limits.OfSender(
        plan.Account.Value, plan.Definition.Sender?.Address);
    private long _takenUpTo = record.Cursor;
    private long _bufferedUpTo = record.Cursor;
    private bool _isExhausted;
    private FairQueue.Turn? _permit;
    private int _slice;
    private DateTimeOffset? _nextDueAt = DateTimeOffset.MinValue;
    private long? _lookedAt;
    private bool _hasFailed;
    private ThrottleLine? _blocker;
    private RelayHold? _hold;
    private bool _isRefusedRoute;
    private bool _hasUnnoted;

    /// <summary>Whether something stays unclear that only another look at what is stored can settle.</summary>
    public bool NeedsRecovery => _hasFailed || _unclear.Count > 0;

    /// <summary>How many recipients are in flight.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>Sends until nothing is left, nothing is due for a while, or it is told to stop.</summary>
    /// <returns>Whether nothing is left in this pass.</returns>
    public async Task<bool> Send(CancellationToken stop, CancellationToken shutdown)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                Collect();
                await SettleGivenUp();
                if (_hasFailed)
                {
                    return false;
                }

                if (_told.IsTelling)
                {
                    await _told.Tell(relays.GetHold(_wanted) ?? _held.FindHold());
                }

                var window = await NextWindow(stop);
                if (window.Count > 0)
                {
                    if (!await SendWindow(window, stop, shutdown))
                    {
                        await AwaitOpening(stop);
                    }
                }
                else if (_blocker is not null || _hold is not null
                    || (_held.Count > 0 && _inFlight.Count < options.WindowMax))
                {
                    await AwaitOpening(stop);
                }
                else if (_inFlight.Count > 0)
                {
                    await Task.WhenAny(_inFlight.Values);
                }
                else if (await IsOver())
                {
                    return true;
                }
                else if (NeedsRecovery || !await AwaitNextDue(stop))
                {
                    return false;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop while it waited for a lane, a permit or a time.
        }
        finally
        {
            GiveBackPermit();
            _held.End();
            await Drain();
            await _told.End();
        }

        return false;
    }

    // What holds for the whole campaign holds nobody back: the window is as large as it allows.
    private int RoomForWindow()
    {
        var room = options.WindowMax - _inFlight.Count;
        _hold = relays.GetHold(_wanted);
        if (_hold is not null)
        {
            // One of the silo's partitions finds out whether it is mended; the others wait without a permit.
            room = _hold.NextTryAt <= clock.GetUtcNow() ? Math.Min(room, 1) : 0;
        }

        foreach (var line in _shared)
        {
            var openings = room > 0 ? limits.Openings(line, room) : 0;
            if (room > 0 && openings == 0)
            {
                _blocker = line;
            }

            room = Math.Min(room, openings);
        }

        return room;
    }

    private async Task<bool> SendWindow(List<Recipient> window, CancellationToken stop, CancellationToken shutdown)
    {
        var starts = await TakeStarts(window, stop);
        if (starts.Count == 0)
        {
            return false;
        }

        // The first window of a pump is told whole: one for which no lane was free would be it and tell nothing.
        using var span = trace?.Window();
        span?.SetTag("recipients", starts.Count);
        _blocker = null;

        try
        {
            await StoreWindow(starts.ConvertAll(start => start.Recipient));
        }
        catch
        {
            // None of it has begun. Should the next write succeed, it says so.
            foreach (var (recipient, lane, pass) in starts)
            {
                Settle(recipient.Seq, new(TurnEnd.NotBegun));
                pass.Dispose();
                await lane.DisposeAsync();
            }

            permits.Leave(plan, starts.Count);
            throw;
        }

        foreach (var (recipient, lane, pass) in starts)
        {
            _inFlight.Add(recipient.Seq, permits.Run(
                plan, () => sender.Send(recipient, lane, pass, stop, shutdown)));
        }

        _slice += starts.Count;
        if (_slice >= PumpPermits.SliceMax || permits.AreWanted(plan))
        {
            GiveBackPermit();
        }

        return true;
    }

    // A lane first, because that may take long; then the start, which all limits must agree to within a moment.
    private async Task<List<(Recipient Recipient, IMailLane Lane, SendingPass Pass)>> TakeStarts(
        List<Recipient> window, CancellationToken stop)
    {
        var lanes = await permits.TakeLanes(relays, campaign, plan, _wanted, window.Count, stop);
        _hold = lanes.Count == 0 ? relays.GetHold(_wanted) : null;
        _isRefusedRoute = false;
        var starts = new List<(Recipient, IMailLane, SendingPass)>();
        foreach (var (recipient, lane) in window.Zip(lanes))
        {
            if (recipient.Address is { } address
                && !relays.MayTry(_wanted, lane.Relay, ThrottleName.DomainOf(address)))
            {
                _isRefusedRoute = true;
                _held.Add(recipient);
                await lane.DisposeAsync();
                continue;
            }

            ThrottleLine?[] lines = [limits.OfDomain(recipient.Address), limits.OfRelay(lane.Relay), .. _shared];
            if (limits.TryPass(lines, out var blocker) is { } pass)
            {
                starts.Add((recipient, lane, pass));
                continue;
            }

            _blocker = blocker;
            _held.Add(recipient);
            await lane.DisposeAsync();
        }

        permits.Leave(plan, lanes.Count - starts.Count);
        window.Skip(lanes.Count).ToList().ForEach(_held.Add);
        return starts;
    }

    private async Task StoreWindow(List<Recipient> window)
    {
        Debug.Assert(
            window.All(recipient => !_inFlight.ContainsKey(recipient.Seq)), "A recipient is in flight once at a time.");
        foreach (var recipient in window)
        {
            if (recipient.Seq > record.Cursor)
            {
                record.Cursor = recipient.Seq;
            }
            else
            {
                record.Unattempted.Remove(recipient.Seq);
                if (_attempting.Add(recipient.Seq))
                {
                    record.Attempting.Add(new(recipient.Seq, recipient.Attempts + 1));
                }
            }
        }

        if (_held.Count > 0)
        {
            record.Unattempted.AddRange(_held.FreshUpTo(record.Cursor).Except(record.Unattempted).ToList());
        }

        await write();
        _hasUnnoted = false;
        metrics.WindowStored(window.Count);
    }

    private void Collect()
    {
        foreach (var (seq, task) in _inFlight.Where(pair => pair.Value.IsCompleted).ToList())
        {
            _inFlight.Remove(seq);
            Settle(seq, task.GetAwaiter().GetResult());
        }
    }

    private void Settle(long seq, TurnResult result)
    {
        if (result.End is TurnEnd.Busy or TurnEnd.Unrecorded)
        {
            // The stored window keeps it: the next look at what is stored finds out what became of it.
            _unclear.Add(seq);
            return;
        }

        if (result.Settlement is { } settlement)
        {
            _givenUp[seq] = settlement;
            return; // The stored window keeps it until it is settled.
        }

        if (_attempting.Remove(seq))
        {
            record.Attempting.RemoveAll(known => known.Seq == seq);
        }

        _hasFailed |= result.End == TurnEnd.Failed;
        if (result.End == TurnEnd.FailedAlone && troubles.Fails(seq))
        {
            _givenUp[seq] = Settlement.LeftOut;
        }

        if (result.End != TurnEnd.Recorded)
        {
            record.Unattempted.Add(seq);
            _hasUnnoted = true;
            return;
        }

        troubles.Forget(seq);
        if (result.NextAttemptAt is { } at)
        {
            _nextDueAt = _nextDueAt is { } other && other < at ? other : at;
        }
    }

    // Their contacts cannot be asked or told: only the table can say what became of them.
    private async Task SettleGivenUp()
    {
        foreach (var (seq, settlement) in _givenUp.ToList())
        {
            await audiences.Settle(campaign, partition, [seq], settlement, clock.GetUtcNow());
            _givenUp.Remove(seq);
            record.Unattempted.Remove(seq);
            if (_attempting.Remove(seq))
            {
                record.Attempting.RemoveAll(known => known.Seq == seq);
            }
        }
    }

    private async Task Drain()
    {
        while (_inFlight.Count > 0)
        {
            await Task.WhenAny(_inFlight.Values);
            Collect();
        }

        await SettleGivenUp();

        // Nothing is in flight: what is stored now leaves nothing in doubt.
        await write();
    }

    private async Task<bool> IsOver() =>
        record.Unattempted.Count == 0
        && _held.Count == 0
        && _isExhausted
        && _buffer.Count == 0
        && (await audiences.GetState(campaign, partition)).NextRetryAt is null;

    // What is due within a reminder's period is waited for here; for anything later the reminder comes back.
    private async Task<bool> AwaitNextDue(CancellationToken stop)
    {
        GiveBackPermit();
        if (troubles.Rest is { } rest)
        {
            if (rest == TimeSpan.Zero)
            {
                return false; // Not one of this run's, which would be in a window: the next pump sees to it.
            }

            await Task.Delay(rest, clock, stop);
            return true;
        }

        _nextDueAt = (await audiences.GetState(campaign, partition, stop)).NextRetryAt;
        var wait = _nextDueAt - clock.GetUtcNow();
        if (wait is null || wait > options.ReminderPeriod)
        {
            return false;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait.Value, clock, stop);
        }

        return true;
    }

    private async Task TakePermit(CancellationToken stop)
    {
        if (_permit is null)
        {
            _permit = await permits.Take(campaign, plan, stop);
            _slice = 0;
        }
    }

    // What is read for a turn is not kept until the next one: memory goes with the permits, not with the partitions.
    private void GiveBackPermit()
    {
        if (_permit is { } permit)
        {
            _permit = null;
            permits.GiveBack(permit, plan, _slice);
            _held.ForgetProfiles();
            _buffer.Clear();
            _bufferedUpTo = _takenUpTo;
        }
    }
}
