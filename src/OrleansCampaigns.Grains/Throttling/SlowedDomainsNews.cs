using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>Which domains are slowed, as far as this silo has heard.</summary>
/// <remarks>
/// Asked for while the silo sends, every few seconds, and only then. Until when is kept as timestamps: by a wall clock
/// that is set back a domain would stay slowed.
/// </remarks>
internal sealed class SlowedDomainsNews(
    IGrainFactory grains, TimeSpan period, TimeProvider clock, Action<IReadOnlyCollection<string>> heard)
{
    // Until the grain has heard of it and says until when: longer than that takes, and shorter than a recovery.
    private static readonly TimeSpan OwnTime = TimeSpan.FromMinutes(1);

    // Two answers about the same recovery differ by the way that they came.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, long> _domains = new(StringComparer.Ordinal);
    private Guid? _version;
    private int _isAsking;
    private long _askAt = long.MinValue;

    public int Count => _domains.Count;

    public bool IsEmpty => _domains.IsEmpty;

    public bool Holds(string domain) => _domains.TryGetValue(domain, out var until) && until > clock.GetTimestamp();

    /// <summary>The silo has met a push-back itself.</summary>
    public void Add(string domain)
    {
        var until = clock.GetTimestamp() + TicksOf(OwnTime);
        _domains.AddOrUpdate(domain, until, (_, known) => known > until ? known : until);
    }

    public void AskWhenDue()
    {
        if (clock.GetTimestamp() < Volatile.Read(ref _askAt) || Interlocked.Exchange(ref _isAsking, 1) == 1)
        {
            return;
        }

#pragma warning disable RS0030 // Off the caller's scheduler: it may be a grain's, gone before the answer comes.
        _ = Task.Run(Ask);
#pragma warning restore RS0030
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is asked again soon.")]
    private async Task Ask()
    {
        try
        {
            if (await grains.SlowedDomains().List(_version) is { } news)
            {
                Take(news.Domains);
                _version = news.Version;
            }
            else
            {
                Take(null);
            }
        }
        catch (Exception)
        {
            // The grain that divides a limit knows it all the same; silos that met a push-back hold to it.
        }
        finally
        {
            Volatile.Write(ref _askAt, clock.GetTimestamp() + TicksOf(period));
            Volatile.Write(ref _isAsking, 0);
        }
    }

    private long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private void Take(IReadOnlyDictionary<string, TimeSpan>? slowed)
    {
        var now = clock.GetTimestamp();
        var changed = new List<string>();
        foreach (var (domain, left) in slowed ?? new Dictionary<string, TimeSpan>())
        {
            var until = now + TicksOf(left);
            if (!_domains.TryGetValue(domain, out var known) || until - known > TicksOf(Tolerance))
            {
                changed.Add(domain);
            }

            _domains[domain] = until;
        }

        foreach (var (domain, until) in _domains)
        {
            if (until <= now)
            {
                _domains.TryRemove(new(domain, until));
            }
        }

        heard(changed);
    }
}
