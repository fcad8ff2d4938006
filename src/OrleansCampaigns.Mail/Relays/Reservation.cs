using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>Somebody who waits for lanes. Changed under the relay's lock only.</summary>
internal sealed class Reservation(int max)
{
    // Continuations must not run under the relay's lock.
    private readonly TaskCompletionSource<IReadOnlyList<IMailLane>> lanes =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IReadOnlyList<IMailLane>> Lanes => lanes.Task;

    /// <summary>Whether another relay will do, should this one go down.</summary>
    public bool CanFailOver { get; init; }

    /// <summary>Its place among those who wait; off the list once it is granted or given up.</summary>
    public LinkedListNode<Reservation>? Node { get; set; }

    /// <summary>What it has so far.</summary>
    public List<RelayConnection> Gathered { get; } = [];

    /// <summary>How many connections are being opened for it.</summary>
    public int Pending { get; set; }

    /// <summary>Since when it waits for more than it has; a timestamp.</summary>
    public long? GatheringSince { get; set; }

    /// <summary>How many it could still use.</summary>
    public int Missing => max - Gathered.Count - Pending;

    public void Grant(IReadOnlyList<IMailLane> granted) => lanes.TrySetResult(granted);

    public void Fail(Exception reason)
    {
        if (reason is OperationCanceledException cancelled)
        {
            lanes.TrySetCanceled(cancelled.CancellationToken);
        }
        else
        {
            lanes.TrySetException(reason);
        }
    }

    public void CancelWith(Action cancel, CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled || lanes.Task.IsCompleted)
        {
            return;
        }

        var registration = cancellation.Register(cancel);
        _ = lanes.Task.ContinueWith(
            _ => registration.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
