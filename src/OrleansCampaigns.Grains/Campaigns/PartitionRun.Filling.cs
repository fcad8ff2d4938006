using OrleansCampaigns.Contracts;
using OrleansCampaigns.Grains.Audiences;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class PartitionRun
{
    // As much as two windows: what is read ahead is held in memory by every partition that has a permit.
    private int BufferMax => 2 * options.WindowMax;

    private async Task<List<Recipient>> NextWindow(CancellationToken stop)
    {
        var room = RoomForWindow();
        if (room <= 0)
        {
            return [];
        }

        if (!MayHaveWork())
        {
            _hold = null; // Nothing is left that a relay would have to take.
            return [];
        }

        await TakePermit(stop); // Before anything is read: many partitions wait here.
        var window = await Reload(_held.BeginWindow(room));
        await AddRetries(window, room);
        if (!_held.IsFull)
        {
            await Refill();
            await RecordDuplicates();
        }

        while (window.Count < room && !_held.IsFull && _buffer.TryPeek(out var next) && next.Occurrence == 1)
        {
            _held.AddTo(window, Dequeue());
            await Refill();
            await RecordDuplicates();
        }

        _hold = window.Count > 0 ? _hold : null;
        return window;
    }

    private bool MayHaveWork() => _buffer.Count > 0 || !_isExhausted || _held.Count > 0 || IsTimeToLook()
        || record.Unattempted.Exists(seq => !troubles.Rests(seq));

    // Nobody tells a run of e-mails that came back meanwhile; a long one looks for them as a reminder would.
    private bool IsTimeToLook() => _nextDueAt <= clock.GetUtcNow()
        || _lookedAt is not { } last || clock.GetElapsedTime(last) >= options.ReminderPeriod;

    // Those who are held back for long wait without their profiles, because there may be many and they may wait for
    // hours.
    private async Task<List<Recipient>> Reload(List<Recipient> held)
    {
        var bare = _held.TakeBare(held);
        if (bare.Count == 0)
        {
            return held;
        }

        var read = (await audiences.Find(campaign, partition, bare)).ToDictionary(recipient => recipient.Seq);
        return held.ConvertAll(recipient => bare.Contains(recipient.Seq) ? read[recipient.Seq] : recipient);
    }

    // What is due again, and what was begun but never attempted.
    private async Task AddRetries(List<Recipient> window, int room)
    {
        var again = _held.IsFull
            ? []
            : record.Unattempted.Where(seq => !troubles.Rests(seq) && IsUnknown(seq, window))
                .Take(room - window.Count).ToList();
        if (again.Count > 0)
        {
            foreach (var recipient in await audiences.Find(campaign, partition, again))
            {
                _held.AddTo(window, recipient);
            }
        }

        if (window.Count < room && !_held.IsFull && IsTimeToLook())
        {
            var now = clock.GetUtcNow();
            _lookedAt = clock.GetTimestamp();
            var known = _inFlight.Count + _unclear.Count + _held.Count + window.Count + troubles.Count;
            var due = await audiences.Due(campaign, partition, now, room + known);
            foreach (var recipient in due.Where(
                recipient => !troubles.Rests(recipient.Seq) && IsUnknown(recipient.Seq, window)))
            {
                if (window.Count < room && !_held.IsFull)
                {
                    _held.AddTo(window, recipient);
                }
            }

            _nextDueAt = due.Count > 0 ? now : (await audiences.GetState(campaign, partition)).NextRetryAt;
        }
    }

    private bool IsUnknown(long seq, List<Recipient> window) =>
        !_inFlight.ContainsKey(seq)
        && !_unclear.Contains(seq)
        && !_givenUp.ContainsKey(seq)
        && !_held.Contains(seq)
        && window.TrueForAll(known => known.Seq != seq);

    private Recipient Dequeue()
    {
        var next = _buffer.Dequeue();
        _takenUpTo = next.Seq;
        return next;
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
            var last = Dequeue();
            while (_buffer.TryPeek(out var further) && further.Contact == last.Contact && further.Occurrence > 1)
            {
                last = Dequeue();
            }

            try
            {
                await grains.Contact(plan.Account, last.Contact).Duplicate(campaign, plan.QueuedAt, last.Occurrence);
            }
            catch (Exception failure) when (!Outages.Is(failure))
            {
                // One contact holds up no other. What is left undecided is settled before the partition is done.
            }

            await Refill();
        }
    }
}
