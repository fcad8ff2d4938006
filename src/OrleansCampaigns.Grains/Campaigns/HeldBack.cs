using System.Collections.Immutable;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>The recipients of a partition's run whose domain takes nothing now, or who found no lane.</summary>
/// <remarks>
/// They wait here, in memory, while others go on. Nothing is written for them: those that the stored cursor passes over
/// are noted as unattempted with the next window. When it is full, nobody passes them any more. Their profiles are kept
/// for as long as the partition has its permit: those that wait longer are read again when their window comes.
/// </remarks>
internal sealed class HeldBack(
    SendingLimits limits, DeliveryMetrics metrics, IMailRelays relays, LaneRequest wanted, TimeProvider clock)
{
    private const int CountMax = 250;

    private readonly Dictionary<string, Queue<Recipient>> _byDomain = new(StringComparer.Ordinal);
    private readonly HashSet<long> _seqs = [];
    private readonly HashSet<long> _bare = [];
    private readonly Dictionary<ThrottleLine, int> _planned = [];
    private readonly HashSet<string> _probed = new(StringComparer.Ordinal);

    public int Count => _seqs.Count;

    public bool IsFull => Count >= CountMax;

    public bool Contains(long seq) => _seqs.Contains(seq);

    /// <summary>Those up to a place that were never attempted.</summary>
    public IEnumerable<long> FreshUpTo(long cursor) => _byDomain.Values
        .SelectMany(queue => queue)
        .Where(recipient => recipient.Seq <= cursor && recipient.Attempts == 0)
        .Select(recipient => recipient.Seq);

    public void Add(Recipient recipient)
    {
        var domain = recipient.Address is { } address ? ThrottleName.DomainOf(address) : "";
        if (!_byDomain.TryGetValue(domain, out var queue))
        {
            _byDomain.Add(domain, queue = new());
        }

        queue.Enqueue(recipient);
        _seqs.Add(recipient.Seq);
        metrics.HeldBack(1);
    }

    /// <summary>Forgets what fills their templates.</summary>
    public void ForgetProfiles()
    {
        foreach (var (domain, queue) in _byDomain.ToList())
        {
            _byDomain[domain] = new(queue.Select(
                recipient => recipient with { Name = null, Attributes = ImmutableDictionary<string, string>.Empty }));
        }

        _bare.UnionWith(_seqs);
    }

    /// <summary>Which of a window's recipients came without their profiles; each is told once.</summary>
    public List<long> TakeBare(List<Recipient> window) =>
        window.ConvertAll(recipient => recipient.Seq).FindAll(_bare.Remove);

    /// <summary>Begins a new window with those whose domain takes something now.</summary>
    public List<Recipient> BeginWindow(int room)
    {
        _planned.Clear();
        _probed.Clear();
        var window = new List<Recipient>();
        foreach (var (domain, queue) in _byDomain.ToList())
        {
            while (window.Count < room && queue.TryPeek(out var next) && Admits(next, queue.Count))
            {
                window.Add(queue.Dequeue());
                _seqs.Remove(next.Seq);
            }

            if (queue.Count == 0)
            {
                _byDomain.Remove(domain);
            }
        }

        metrics.HeldBack(-window.Count);
        return window;
    }

    /// <summary>Adds a recipient to the window, or holds it back.</summary>
    public void AddTo(List<Recipient> window, Recipient recipient)
    {
        if (Admits(recipient, wanted: 1))
        {
            window.Add(recipient);
        }
        else
        {
            Add(recipient);
        }
    }

    /// <summary>One wait for each domain that somebody is held back for.</summary>
    public IEnumerable<Task> WhenOpen(CancellationToken cancellation) => _byDomain.Select(
        held => HoldOf(held.Key) is { } hold && hold.NextTryAt - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero
            ? Task.Delay(wait, clock, cancellation)
            : limits.OfDomain(held.Value.Peek().Address) is { } line
                ? limits.WhenOpen(line, held.Value.Count, cancellation)
                : Task.CompletedTask);

    /// <summary>Why some of them wait for a relay that refuses us for their domain; null when none does.</summary>
    public RelayHold? FindHold() => _byDomain.Keys.Select(HoldOf).FirstOrDefault(hold => hold is not null);

    /// <summary>The run ends; what is stored knows everybody.</summary>
    public void End() => metrics.HeldBack(-Count);

    private RelayHold? HoldOf(string domain) => domain.Length == 0 ? null : relays.GetHold(wanted, domain);

    // Where a relay refused us for the domain, one of its recipients finds out whether that is mended.
    private bool AdmitsRoute(Recipient recipient)
    {
        var domain = recipient.Address is { } address ? ThrottleName.DomainOf(address) : "";
        return HoldOf(domain) is not { } hold || (hold.NextTryAt <= clock.GetUtcNow() && _probed.Add(domain));
    }

    private bool Admits(Recipient recipient, int wanted)
    {
        if (!AdmitsRoute(recipient))
        {
            return false;
        }

        if (limits.OfDomain(recipient.Address) is not { } line)
        {
            return true;
        }

        var planned = _planned.GetValueOrDefault(line);
        if (limits.Openings(line, planned + wanted) <= planned)
        {
            return false;
        }

        _planned[line] = planned + 1;
        return true;
    }
}
