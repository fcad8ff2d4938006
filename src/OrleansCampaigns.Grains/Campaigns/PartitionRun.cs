using System.Diagnostics;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>One run of a partition's pump: windows of recipients, each stored before its attempts begin.</summary>
/// <remarks>
/// Lanes are taken before a window is stored, and a window holds no more recipients than lanes: what a crash leaves in
/// doubt was being handed to a relay, or had been and was not recorded yet. A turn that did not begin after all is
/// noted as such.
/// </remarks>
internal sealed class PartitionRun(
    CampaignId campaign,
    int partition,
    CampaignPlan plan,
    RecipientSender sender,
    PartitionRecord record,
    Func<Task> write,
    IAudienceStore audiences,
    IMailRelays relays,
    PumpPermits permits,
    IGrainFactory grains,
    DeliveryMetrics metrics,
    EngineOptions options,
    TimeProvider clock)
{
    private const int BufferMax = 500;

    private readonly Queue<Recipient> _buffer = new();
    private readonly Dictionary<long, Task<TurnResult>> _inFlight = [];
    private readonly HashSet<long> _attempting = [.. record.Attempting.Select(known => known.Seq)];
    private readonly HashSet<long> _unclear = [];
    private long _bufferedUpTo = record.Cursor;
    private bool _isExhausted;
    private bool _hasPermit;
    private int _slice;
    private DateTimeOffset? _nextDueAt = DateTimeOffset.MinValue;
    private DateTimeOffset _lookedAt = DateTimeOffset.MinValue;
    private bool _hasFailed;

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
                if (_hasFailed)
                {
                    return false;
                }

                var window = await NextWindow(stop);
                if (window.Count > 0)
                {
                    await SendWindow(window, stop, shutdown);
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
            await Drain();
        }

        return false;
    }

    private async Task<List<Recipient>> NextWindow(CancellationToken stop)
    {
        var room = options.WindowMax - _inFlight.Count;
        if (room <= 0)
        {
            return [];
        }

        var window = await TakeRetries(room);
        await Refill();
        await RecordDuplicates();
        while (window.Count < room && _buffer.TryPeek(out var next) && next.Occurrence == 1)
        {
            window.Add(_buffer.Dequeue());
        }

        if (window.Count > 0)
        {
            await TakePermit(stop);
        }

        return window;
    }

    // What is due again, and what was begun but never attempted.
    private async Task<List<Recipient>> TakeRetries(int room)
    {
        var window = new List<Recipient>();
        var again = record.Unattempted.Take(room).ToList();
        if (again.Count > 0)
        {
            window.AddRange(await audiences.Find(campaign, partition, again));
        }

        var now = clock.GetUtcNow();

        // Nobody tells a run of e-mails that came back meanwhile; a long one looks for them as a reminder would.
        if (window.Count < room && (_nextDueAt <= now || now - _lookedAt >= options.ReminderPeriod))
        {
            _lookedAt = now;
            var known = _inFlight.Count + _unclear.Count + again.Count;
            var due = await audiences.Due(campaign, partition, now, room + known);
            window.AddRange(due
                .Where(recipient => !_inFlight.ContainsKey(recipient.Seq)
                    && !_unclear.Contains(recipient.Seq)
                    && !again.Contains(recipient.Seq))
                .Take(room - window.Count));
            _nextDueAt = due.Count > 0 ? now : (await audiences.GetState(campaign, partition)).NextRetryAt;
        }

        return window;
    }

    private async Task Refill()
    {
        if (_buffer.Count > 0 || _isExhausted)
        {
            return;
        }

        var batch = await audiences.Next(campaign, partition, _bufferedUpTo, BufferMax);
        _isExhausted = batch.Count == 0;
        foreach (var recipient in batch)
        {
            _buffer.Enqueue(recipient);
            _bufferedUpTo = recipient.Seq;
        }
    }

    // They cost no e-mail and no lane. All occurrences of an address are neighbours: one call tells them all.
    private async Task RecordDuplicates()
    {
        while (_buffer.TryPeek(out var next) && next.Occurrence > 1)
        {
            var last = _buffer.Dequeue();
            while (_buffer.TryPeek(out var further) && further.Contact == last.Contact && further.Occurrence > 1)
            {
                last = _buffer.Dequeue();
            }

            await grains.Contact(plan.Account, last.Contact).Duplicate(campaign, plan.QueuedAt, last.Occurrence);
            await Refill();
        }
    }

    private async Task SendWindow(List<Recipient> window, CancellationToken stop, CancellationToken shutdown)
    {
        IReadOnlyList<IMailLane> lanes;
        try
        {
            lanes = await relays.Reserve(plan.Definition.Relay, window.Count, stop);
        }
        catch
        {
            Unread(window);
            throw;
        }

        Unread(window[lanes.Count..]);
        window.RemoveRange(lanes.Count, window.Count - lanes.Count);
        try
        {
            await StoreWindow(window);
        }
        catch
        {
            // None of it has begun. Should the next write succeed, it says so.
            foreach (var (recipient, lane) in window.Zip(lanes))
            {
                Settle(recipient.Seq, new(TurnEnd.NotBegun));
                await lane.DisposeAsync();
            }

            throw;
        }

        for (var i = 0; i < window.Count; i++)
        {
            var (recipient, lane) = (window[i], lanes[i]);
            _inFlight.Add(recipient.Seq, permits.Run(() => sender.Send(recipient, lane, stop, shutdown)));
        }

        _slice += window.Count;
        if (_slice >= PumpPermits.SliceMax)
        {
            GiveBackPermit();
        }
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

        await write();
        metrics.WindowStored(window.Count);
    }

    // Recipients of a window that found no lane go back to where they came from, in front.
    private void Unread(List<Recipient> window)
    {
        var fresh = window.Where(recipient => recipient.Seq > record.Cursor && recipient.Attempts == 0).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        var rest = _buffer.ToList();
        _buffer.Clear();
        foreach (var recipient in fresh.Concat(rest))
        {
            _buffer.Enqueue(recipient);
        }
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

        if (_attempting.Remove(seq))
        {
            record.Attempting.RemoveAll(known => known.Seq == seq);
        }

        _hasFailed |= result.End == TurnEnd.Failed;
        if (result.End != TurnEnd.Recorded)
        {
            record.Unattempted.Add(seq);
        }
        else if (result.NextAttemptAt is { } at)
        {
            _nextDueAt = _nextDueAt is { } other && other < at ? other : at;
        }
    }

    private async Task Drain()
    {
        while (_inFlight.Count > 0)
        {
            await Task.WhenAny(_inFlight.Values);
            Collect();
        }

        // Nothing is in flight: what is stored now leaves nothing in doubt.
        await write();
    }

    private async Task<bool> IsOver() =>
        record.Unattempted.Count == 0
        && _isExhausted
        && _buffer.Count == 0
        && (await audiences.GetState(campaign, partition)).NextRetryAt is null;

    // What is due within a reminder's period is waited for here; for anything later the reminder comes back.
    private async Task<bool> AwaitNextDue(CancellationToken stop)
    {
        GiveBackPermit();
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
        if (!_hasPermit)
        {
            await permits.Take(plan.Definition.Relay, stop);
            _hasPermit = true;
            _slice = 0;
        }
    }

    private void GiveBackPermit()
    {
        if (_hasPermit)
        {
            _hasPermit = false;
            permits.GiveBack(plan.Definition.Relay);
        }
    }
}
