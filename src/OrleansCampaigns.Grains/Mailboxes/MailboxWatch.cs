using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Mailboxes;

/// <summary>When the mailboxes that this silo reads were last read without trouble.</summary>
internal sealed class MailboxWatch
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _readAt = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;

    public MailboxWatch(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        meters.Create(DeliveryMetrics.Name).CreateObservableGauge<double>(
            "campaigns.mailbox.unread",
            () => _readAt.Select(mailbox => new Measurement<double>(
                Math.Max(0, (_clock.GetUtcNow() - mailbox.Value).TotalSeconds),
                new KeyValuePair<string, object?>("mailbox", mailbox.Key))),
            "s",
            "How long ago a mailbox was last read without trouble, by its configured name.");
    }

    /// <summary>A reader begins: it has read nothing yet, and its time runs.</summary>
    public void Begins(string mailbox) => _readAt.TryAdd(mailbox, _clock.GetUtcNow());

    /// <summary>It was read without trouble.</summary>
    public void WasRead(string mailbox) => _readAt[mailbox] = _clock.GetUtcNow();

    /// <summary>It is read on another silo, or no more.</summary>
    public void Forget(string mailbox) => _readAt.TryRemove(mailbox, out _);
}
