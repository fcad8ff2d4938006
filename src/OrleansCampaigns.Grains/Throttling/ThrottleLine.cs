using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>One limit as this silo has it: its lease, what it has under way, and who waits in line.</summary>
/// <remarks>Touched under the lock of <see cref="SendingLimits"/> only.</remarks>
internal sealed class ThrottleLine(ThrottleName name)
{
    private readonly LinkedList<Waiter> _waiters = new();

    /// <summary>Somebody who waits for a start.</summary>
    public sealed class Waiter(int wanted)
    {
        // Continuations must not run under the lock.
        private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Wanted => wanted;

        public Task Turn => _turn.Task;

        public void Call() => _turn.TrySetResult();
    }

    public ThrottleName Name => name;

    public HeldLease Held { get; set; } = new();

    /// <summary>Transactions under way, and those about to begin.</summary>
    public int InUse { get; set; }

    /// <summary>Starts since the silo asked for a lease.</summary>
    public int Starts { get; set; }

    /// <summary>How many starts somebody could not have since the silo asked for a lease.</summary>
    public int Missed { get; set; }

    public bool IsAsking { get; set; }

    /// <summary>Whether the grain has yet to hear of a push-back: until then its leases are not worth asking
    /// for.</summary>
    public bool IsTelling { get; set; }

    public DateTimeOffset AskAgainAt { get; set; }

    public DateTimeOffset UsedAt { get; set; }

    public ITimer? Timer { get; set; }

    public bool HasWaiters => _waiters.Count > 0;

    /// <summary>How many starts there is use for.</summary>
    public int Wanted => Math.Max(1, Math.Max(Starts, Math.Max(Missed, _waiters.Sum(waiter => waiter.Wanted))));

    /// <summary>Whether it is time to ask for a lease, if there is use for one.</summary>
    public bool NeedsLease(DateTimeOffset now, TimeSpan leaseTime)
    {
        if (IsAsking || IsTelling || now < AskAgainAt || (Held.IsFree && now < Held.ValidUntil))
        {
            return false;
        }

        var isUsed = Starts > 0 || Missed > 0 || HasWaiters;
        var endsSoon = Held.Segments.IsEmpty || Held.Segments[^1].Closes - now < leaseTime / 4;
        var shareEndsSoon = Held.Share is not null && now >= Held.StartUntil;
        return (isUsed && endsSoon) || ((isUsed || InUse > 0) && shareEndsSoon);
    }

    /// <summary>Forgets a lease that came about before a push-back.</summary>
    public void Drop() => Held = new() { Next = Held.Next };

    public LinkedListNode<Waiter> Join(int wanted) => _waiters.AddLast(new Waiter(wanted));

    public void Leave(LinkedListNode<Waiter> waiter)
    {
        if (waiter.List is not null)
        {
            _waiters.Remove(waiter);
        }

        waiter.Value.Call();
    }

    /// <summary>Calls as many as there are starts, first come first served.</summary>
    public void Call(int starts)
    {
        for (; starts > 0 && _waiters.First is { } first; starts--)
        {
            Leave(first);
        }
    }
}
