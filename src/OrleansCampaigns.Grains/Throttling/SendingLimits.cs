using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Throttling;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>The silo's part of all limits: decides here, with leases that grains divide among silos.</summary>
/// <remarks>
/// What is not limited has no line, and costs a look into a dictionary. Leases are asked for in the background, before
/// they are needed; nobody who sends waits for a grain.
/// </remarks>
internal sealed partial class SendingLimits : IDisposable, IRelayWindows
{
    /// <summary>How far ahead a start may be booked: as long may a lane be held unused.</summary>
    public static readonly TimeSpan LookAhead = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan FailureWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimerMin = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<ThrottleName, ThrottleLine> _lines = new();
    private readonly IGrainFactory _grains;
    private readonly ThrottlingOptions _options;
    private readonly TimeProvider _clock;
    private readonly DeliveryMetrics _metrics;
    private readonly ILogger _logger;
    private readonly string _holder;
    private readonly bool _limitsDomains;
    private readonly SlowedDomainsNews _news;
    private volatile bool _isDisposed;

    public SendingLimits(
        IGrainFactory grains,
        IOptions<ThrottlingOptions> options,
        ILocalSiloDetails silo,
        DeliveryMetrics metrics,
        TimeProvider clock,
        ILogger<SendingLimits> logger)
    {
        (_grains, _options, _metrics, _clock, _logger) = (grains, options.Value, metrics, clock, logger);
        _holder = silo.SiloAddress.ToParsableString();
        _limitsDomains = _options.Domains.Count > 0 || !_options.Default.ToLimit(_options.Slack).IsNone;
        _news = new(grains, _options.NewsPeriod, clock, Forget);
        metrics.WatchSlowedDomains(() => _news.Count);
    }

    /// <summary>The limit of the address's domain; <see langword="null"/> when there is none.</summary>
    public ThrottleLine? OfDomain(string? address)
    {
        _news.AskWhenDue();
        if (address is null || (!_limitsDomains && _news.IsEmpty))
        {
            return null;
        }

        var name = ThrottleName.OfDomain(ThrottleName.DomainOf(address));
        return _news.Holds(name.Subject) || (_limitsDomains && !_options.LimitOf(name).IsNone) ? Line(name) : null;
    }

    /// <summary>The limits that hold for everything that a sender of an account sends.</summary>
    public IReadOnlyList<ThrottleLine> OfSender(string account, string? sender)
    {
        ThrottleName?[] names =
        [
            ThrottleName.OfAccount(account),
            sender is null ? null : ThrottleName.OfSender(sender),
            sender is null ? null : ThrottleName.OfSender(ThrottleName.DomainOf(sender)),
        ];
        return [.. names.OfType<ThrottleName>().Where(name => !_options.LimitOf(name).IsNone).Select(Line)];
    }

    /// <summary>The limit of a relay.</summary>
    public ThrottleLine? OfRelay(string relay)
    {
        var name = ThrottleName.OfRelay(relay);
        return _options.LimitOf(name).IsNone ? null : Line(name);
    }

    /// <summary>How many starts there are soon, for one who has use for so many.</summary>
    public int Openings(ThrottleLine? line, int wanted)
    {
        if (line is null)
        {
            return int.MaxValue;
        }

        lock (_gate)
        {
            var now = Touch(line);
            var openings = line.Held.Openings(now, now + LookAhead, line.InUse);
            if (openings < wanted)
            {
                line.Missed = Math.Max(line.Missed, wanted);
                Tend(line, now);
            }

            return openings;
        }
    }

    /// <summary>Takes a start that every limit agrees to.</summary>
    /// <param name="limits">The limits, absent ones among them.</param>
    /// <param name="blocker">Which of them has none soon.</param>
    public SendingPass? TryPass(IEnumerable<ThrottleLine?> limits, out ThrottleLine? blocker)
    {
        var lines = limits.OfType<ThrottleLine>().ToList();
        lock (_gate)
        {
            blocker = lines.Find(line => !HasRoom(line));
            if (blocker is not null || Book(lines, out blocker) is not { } at)
            {
                return null;
            }

            lines.ForEach(line => line.InUse++);
            return new(this, lines, at, _options.Slack, _clock);
        }
    }

    /// <summary>Waits for a start that every limit agrees to.</summary>
    public async Task<SendingPass> Pass(IReadOnlyList<ThrottleLine?> limits, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryPass(limits, out var blocker) is { } pass)
            {
                return pass;
            }

            await WhenOpen(blocker!, 1, cancellation);
            await Task.Delay(TimerMin, _clock, cancellation);
        }
    }

    /// <summary>Waits in line until there is a start, or until it is cancelled. Never throws.</summary>
    public async Task WhenOpen(ThrottleLine line, int wanted, CancellationToken cancellation)
    {
        LinkedListNode<ThrottleLine.Waiter> waiter;
        lock (_gate)
        {
            waiter = line.Join(wanted);
            Tend(line, Touch(line));
        }

        using var registration = cancellation.Register(() =>
        {
            lock (_gate)
            {
                line.Leave(waiter);
            }
        });
        await waiter.Value.Turn;
    }

    int IRelayWindows.Openings(string relay, int wanted) => Openings(OfRelay(relay), wanted);

    Task IRelayWindows.WhenOpen(string relay, int wanted, CancellationToken cancellation) =>
        OfRelay(relay) is { } line ? WhenOpen(line, wanted, cancellation) : Task.CompletedTask;

    /// <summary>Learns from an attempt whether the recipient's domain wants us slower.</summary>
    public void Learn(string address, AttemptReport report, DateTimeOffset begunAt)
    {
        if (!PushBack.IsIn(report))
        {
            return;
        }

        var name = ThrottleName.OfDomain(ThrottleName.DomainOf(address));
        _metrics.PushedBack();
        _news.Add(name.Subject);
        var line = Line(name);
        lock (_gate)
        {
            line.Drop();
            if (!line.IsTelling)
            {
                line.IsTelling = true;
                InBackground(() => Tell(line, begunAt, report.RetryAfter));
            }
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var line in _lines.Values)
        {
            line.Timer?.Dispose();
        }
    }

    internal DateTimeOffset? Book(IReadOnlyList<ThrottleLine> lines, out ThrottleLine? blocker)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            if (Agree(lines, now, out blocker) is not { } at)
            {
                return null;
            }

            foreach (var line in lines)
            {
                line.Held = line.Held.Start(at);
                line.Starts++;
                Tend(line, now);
            }

            return at;
        }
    }

    internal void GiveBack(IReadOnlyList<ThrottleLine> lines)
    {
        lock (_gate)
        {
            foreach (var line in lines)
            {
                line.InUse--;
                Tend(line, _clock.GetUtcNow());
            }
        }
    }

    // The earliest time that suits all of them.
    private static DateTimeOffset? Agree(
        IReadOnlyList<ThrottleLine> lines, DateTimeOffset now, out ThrottleLine? blocker)
    {
        blocker = null;
        var at = now;
        for (var isAgreed = false; !isAgreed;)
        {
            isAgreed = true;
            foreach (var line in lines)
            {
                if (line.Held.EarliestFrom(at) is not { } earliest || earliest > now + LookAhead)
                {
                    blocker = line;
                    return null;
                }

                isAgreed &= earliest == at;
                at = earliest;
            }
        }

        return at;
    }

    private bool HasRoom(ThrottleLine line)
    {
        var now = Touch(line);
        if (line.Held.Openings(now, now + LookAhead, line.InUse) > 0)
        {
            return true;
        }

        line.Missed = Math.Max(line.Missed, 1);
        Tend(line, now);
        return false;
    }

    private ThrottleLine Line(ThrottleName name) => _lines.GetOrAdd(name, static name => new(name));

    private DateTimeOffset Touch(ThrottleLine line) => line.UsedAt = _clock.GetUtcNow();

    // Asks for what is missing, calls those whose turn has come, and sets the timer to when there is more to do.
    private void Tend(ThrottleLine line, DateTimeOffset now)
    {
        if (line.NeedsLease(now, _options.LeaseTime))
        {
            var share = line.Held.ShareAt(now);
            var request = new LeaseRequest(_holder, line.Wanted, line.InUse, share);
            (line.IsAsking, line.Starts, line.Missed) = (true, 0, 0);
            _metrics.LeaseAsked(line.Name.Kind);
            InBackground(() => Ask(line, request, now));
        }

        if (line.HasWaiters)
        {
            line.Call(line.Held.Openings(now, now + LookAhead, line.InUse));
        }

        if (NextLook(line, now) is { } at && !_isDisposed)
        {
            line.Timer ??= _clock.CreateTimer(
                _ => Ring(line), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            line.Timer.Change(at - now > TimerMin ? at - now : TimerMin, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring(ThrottleLine line)
    {
        lock (_gate)
        {
            Tend(line, _clock.GetUtcNow());
        }
    }

    private DateTimeOffset? NextLook(ThrottleLine line, DateTimeOffset now)
    {
        var isUsed = line.HasWaiters || line.Missed > 0 || line.Starts > 0;
        var times = new List<DateTimeOffset>();
        if (line.InUse > 0 && line.Held.Share is not null)
        {
            times.Add(line.Held.StartUntil);
        }

        if (isUsed && !line.Held.Segments.IsEmpty)
        {
            times.Add(line.Held.Segments[^1].Closes - (_options.LeaseTime / 4));
        }

        if (isUsed && line.AskAgainAt > now)
        {
            times.Add(line.AskAgainAt);
        }

        // One that is there already and still not open lacks concurrency, which comes with a lease or a give-back.
        if (line.HasWaiters && line.Held.EarliestFrom(now) is { } start && start > now + LookAhead)
        {
            times.Add(start - LookAhead);
        }

        times.RemoveAll(time => time <= now);
        return times.Count == 0 ? null : times.Min();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is: without a lease nothing is sent, and it is "
        + "asked for again.")]
    private async Task Ask(ThrottleLine line, LeaseRequest request, DateTimeOffset askedAt)
    {
        Lease? lease = null;
        try
        {
            lease = await _grains.Throttle(line.Name.ToString()).Lease(request);
        }
        catch (Exception failure)
        {
            LogLeaseFailed(failure.GetType().Name);
        }

        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            line.IsAsking = false;
            line.AskAgainAt = now + (lease?.RetryAfter ?? FailureWait);
            if (lease is null)
            {
                line.Missed = Math.Max(line.Missed, request.Wanted);
            }
            else if (!line.IsTelling)
            {
                line.Held = line.Held.With(lease, askedAt, now);
                line.Missed = lease.Closes > lease.Opens || lease.IsFree ? 0 : request.Wanted;
            }

            Tend(line, now);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, the grain must be told in the end.")]
    private async Task Tell(ThrottleLine line, DateTimeOffset begunAt, TimeSpan? retryAfter)
    {
        while (!_isDisposed)
        {
            try
            {
                await _grains.Throttle(line.Name.ToString()).Slow(new(_clock.GetUtcNow() - begunAt, retryAfter));
                break;
            }
            catch (Exception failure)
            {
                LogTellFailed(failure.GetType().Name);
                await Task.Delay(FailureWait, _clock);
            }
        }

        lock (_gate)
        {
            line.IsTelling = false;
            Tend(line, _clock.GetUtcNow());
        }
    }

    // Others have met a push-back: what was granted before it is too much.
    private void Forget(IReadOnlyCollection<string> slowed)
    {
        lock (_gate)
        {
            foreach (var domain in slowed)
            {
                if (_lines.TryGetValue(ThrottleName.OfDomain(domain), out var line))
                {
                    line.Drop();
                    Tend(line, _clock.GetUtcNow());
                }
            }

            var unused = _clock.GetUtcNow() - (_options.LeaseTime * 12);
            foreach (var line in _lines.Values)
            {
                if (line is { InUse: 0, HasWaiters: false, IsAsking: false, IsTelling: false } && line.UsedAt < unused
                    && line.Held.Next < _clock.GetUtcNow())
                {
                    line.Timer?.Dispose();
                    _lines.TryRemove(line.Name, out _);
                }
            }
        }
    }

    // Off the caller's scheduler: it may be a grain's, which may be gone before the answer comes.
    private static void InBackground(Func<Task> work)
    {
#pragma warning disable RS0030 // Leaving the caller's scheduler is the point.
        _ = Task.Run(work);
#pragma warning restore RS0030
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "A sending limit granted nothing ({Failure}); it is asked again.")]
    private partial void LogLeaseFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A domain's push-back could not be passed on ({Failure}); it is tried again.")]
    private partial void LogTellFailed(string failure);
}
