using Microsoft.Extensions.Logging;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>One relay: its pool of connections, those who wait for one, and its breaker.</summary>
/// <remarks>
/// Everything under one lock, nothing slow inside it. Those who wait are served strictly in turn: whoever is first
/// gets what is free, and what can still be opened, before the next gets anything.
/// </remarks>
internal sealed partial class Relay : IAsyncDisposable
{
    // Short beside a transaction, and long enough for a few of those that are under way to end.
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(3);

    private readonly RelayOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly List<RelayConnection> idle = [];
    private readonly LinkedList<Reservation> waiting = new();
    private readonly RelayBreaker breaker;
    private readonly RelayConnector connector;
    private readonly ITimer probeTimer;
    private readonly ITimer sweepTimer;
    private readonly ITimer gatherTimer;
    private int live;
    private int connecting;
    private int closing;
    private bool isDisposed;

    public Relay(
        RelayOptions options, int weight, TimeProvider clock, ILogger logger, TimeSpan? patience = null)
    {
        Weight = weight;
        Holds = new(options.Name, patience ?? new RetryPolicy().MaxAge, clock);
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        breaker = new RelayBreaker(clock);
        connector = new RelayConnector(options, clock);
        probeTimer = clock.CreateTimer(_ => ProbeOrServe(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        gatherTimer = clock.CreateTimer(
            _ => EndGathering(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        sweepTimer = clock.CreateTimer(_ => Sweep(), null, options.IdleTimeout / 2, options.IdleTimeout / 2);
    }

    public string Name => options.Name;

    /// <summary>Its part of the messages that may go to any relay; 0 when it takes only those that name it.</summary>
    public int Weight { get; }

    public TimeProvider Clock => clock;

    /// <summary>Which campaigns it refuses.</summary>
    public RelayHolds Holds { get; }

    public RelayState GetState()
    {
        lock (gate)
        {
            // Refused further connections do no harm while earlier ones still carry mail.
            return new RelayState(Name, !breaker.IsOpen || live > 0, breaker.Detail, breaker.NextProbeAt);
        }
    }

    /// <param name="max">How many lanes at most.</param>
    /// <param name="canFailOver">
    /// Whether to end with a <see cref="RelayDownException"/> when the relay is or goes down, instead of waiting.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<IMailLane>> Reserve(int max, bool canFailOver, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var reservation = new Reservation(Math.Min(max, options.MaxConnections)) { CanFailOver = canFailOver };
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (canFailOver && breaker.IsOpen && live == 0)
            {
                return Task.FromException<IReadOnlyList<IMailLane>>(new RelayDownException());
            }

            reservation.Node = waiting.AddLast(reservation);
            Serve();
        }

        // Registered outside the lock, because it runs at once when the token was cancelled meanwhile.
        reservation.CancelWith(() => Cancel(reservation, cancellation), cancellation);
        return reservation.Lanes;
    }

    /// <summary>Takes a connection back.</summary>
    public void Return(RelayConnection connection)
    {
        lock (gate)
        {
            Keep(connection);
            Serve();
        }
    }

    /// <summary>What a campaign's transaction showed about the relay, and about the campaign.</summary>
    /// <returns>The report, unless it was no attempt.</returns>
    public AttemptReport? Learn(CampaignId campaign, string recipient, SendResult result)
    {
        var domain = recipient[(recipient.LastIndexOf('@') + 1)..].ToLowerInvariant();
        if (result is not { RefusedAt: { } stage, Report.Reply: { } reply })
        {
            if (result is { Report: { InDoubt: false, IsUnsent: false, Reply: not null } })
            {
                Holds.Serve(campaign, domain);
            }

            if (result.Fault is { } told)
            {
                Holds.Hold(campaign, told.Detail);
            }

            return Learn(result.Report, result.Fault);
        }

        var subject = RelayRefusal.SubjectOf(reply, stage);
        var fault = RelayFault.Refused(reply);
        if (subject == RefusalSubject.Recipient
            || !Holds.Refuse(campaign, recipient, domain, subject, fault.Detail))
        {
            if (subject == RefusalSubject.Recipient)
            {
                Holds.Serve(campaign, domain);
            }

            return Learn(result.Report, result.Fault);
        }

        return Learn(null, subject == RefusalSubject.Relay ? fault : null);
    }

    /// <summary>What a transaction showed about the relay.</summary>
    public AttemptReport? Learn(AttemptReport? report, RelayFault? fault)
    {
        lock (gate)
        {
            if (fault is not null)
            {
                // Whatever lies in the pool would be refused alike.
                idle.ForEach(Discard);
                idle.Clear();
                Fail(fault);
            }
            else if (report is not null)
            {
                breaker.Forgive();
            }
        }

        return report;
    }

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            isDisposed = true;
            foreach (var reservation in waiting)
            {
                reservation.Gathered.ForEach(Discard);
                reservation.Fail(new ObjectDisposedException(nameof(Relay)));
            }

            waiting.Clear();
            idle.ForEach(Discard);
            idle.Clear();
        }

        await probeTimer.DisposeAsync();
        await sweepTimer.DisposeAsync();
        await gatherTimer.DisposeAsync();
        await connector.DisposeAsync();
    }

    /// <summary>Gives what there is to whoever is first; called whenever something has changed.</summary>
    private void Serve()
    {
        while (waiting.First?.Value is { } first)
        {
            Gather(first);
            Connect(first);
            if (first.Pending > 0 || first.Gathered.Count == 0 || AwaitsCompany(first))
            {
                return;
            }

            waiting.RemoveFirst();
            first.Grant([.. first.Gathered.Select(connection => new MailLane(this, connection))]);
        }
    }

    // Whoever takes lanes stores that it does: a few at once cost little more than one.
    private bool AwaitsCompany(Reservation first)
    {
        if (first.Missing == 0 || first.Gathered.Count >= options.MaxConnections / 2
            || first.Gathered.Count + idle.Count == live)
        {
            return false;
        }

        if (first.GatheringSince is not { } since)
        {
            first.GatheringSince = clock.GetTimestamp();
            gatherTimer.Change(GatherTime, Timeout.InfiniteTimeSpan);
            return true;
        }

        return clock.GetElapsedTime(since) < GatherTime;
    }

    private void EndGathering()
    {
        lock (gate)
        {
            Serve();
            if (waiting.First?.Value is { GatheringSince: { } since, Pending: 0, Gathered.Count: > 0 } && !isDisposed)
            {
                // The timer was early, or another reservation's.
                var left = GatherTime - clock.GetElapsedTime(since);
                gatherTimer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Gather(Reservation reservation)
    {
        while (reservation.Missing > 0 && idle.Count > 0)
        {
            var connection = idle[^1];
            idle.RemoveAt(idle.Count - 1);
            if (connection.IsDisturbed)
            {
                Discard(connection);
            }
            else
            {
                reservation.Gathered.Add(connection);
            }
        }
    }

    private void Connect(Reservation reservation)
    {
        var count = Math.Min(reservation.Missing, options.MaxConnections - live - connecting - closing);
        if (breaker.IsOpen)
        {
            count = breaker.IsProbeDue ? Math.Min(count, 1) : 0;
        }

        for (var i = 0; i < count; i++)
        {
            Begin(reservation);
        }
    }

    private void Begin(Reservation? reservation)
    {
        if (breaker.IsOpen)
        {
            breaker.Probe();
        }

        connecting++;
        if (reservation is not null)
        {
            reservation.Pending++;
        }

        connector.Begin(() => breaker.IsOpen && !breaker.IsProbing, opened => Connected(reservation, opened));
    }

    private void Connected(Reservation? reservation, ConnectResult result)
    {
        lock (gate)
        {
            connecting--;
            if (reservation is not null)
            {
                reservation.Pending--;
            }

            if (result.Connection is { } connection)
            {
                live++;
                if (breaker.IsOpen)
                {
                    LogUp(Name);
                }

                breaker.Close();
                if (reservation?.Node?.List is not null && !isDisposed)
                {
                    reservation.Gathered.Add(connection);
                }
                else
                {
                    Keep(connection);
                }
            }
            else if (result.Fault is { } fault)
            {
                Fail(fault);
            }

            Serve();
        }
    }

    private void Fail(RelayFault fault)
    {
        if (breaker.Open(fault.Detail) is { } delay && !isDisposed)
        {
            LogDown(Name, fault.Detail, delay);
            probeTimer.Change(delay, Timeout.InfiniteTimeSpan);
        }

        if (live == 0)
        {
            foreach (var reservation in waiting.Where(reservation => reservation.CanFailOver).ToList())
            {
                waiting.Remove(reservation);
                reservation.Fail(new RelayDownException());
            }
        }
    }

    private void ProbeOrServe()
    {
        lock (gate)
        {
            breaker.Ring();
            Serve();

            // Nobody waits: find out all the same, so that the state is true when somebody asks.
            if (breaker.IsProbeDue && live == 0 && !isDisposed)
            {
                Begin(null);
            }
        }
    }

    private void Keep(RelayConnection connection)
    {
        if (isDisposed || !connection.IsUsable)
        {
            Discard(connection);
            return;
        }

        connection.WasKept = true;
        connection.IdleSince = clock.GetTimestamp();
        idle.Add(connection);
    }

    private void Discard(RelayConnection connection)
    {
        live--;

        // To the relay it is there until it is closed, and the relay may count.
        closing++;
        connector.Close(connection, Closed);
    }

    private void Closed()
    {
        lock (gate)
        {
            closing--;
            Serve();
        }
    }

    private void Cancel(Reservation reservation, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (reservation.Node?.List is null)
            {
                return;
            }

            waiting.Remove(reservation.Node);
            reservation.Gathered.ForEach(Keep);
            reservation.Fail(new OperationCanceledException(cancellation));
            Serve();
        }
    }

    private void Sweep()
    {
        lock (gate)
        {
            // The longest unused stand first, because the last one used is the first to be used again.
            var expired = idle.FindAll(
                connection => clock.GetElapsedTime(connection.IdleSince) >= options.IdleTimeout);
            idle.RemoveAll(expired.Contains);
            expired.ForEach(Discard);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Relay {Relay} takes no connections ({Detail}); next try in {Delay}.")]
    private partial void LogDown(string relay, string detail, TimeSpan delay);

    [LoggerMessage(2, LogLevel.Information, "Relay {Relay} takes connections again.")]
    private partial void LogUp(string relay);
}
