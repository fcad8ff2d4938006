using Microsoft.Extensions.Hosting;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Hands opens and clicks over, and keeps those in memory that cannot be handed over yet.</summary>
/// <remarks>
/// Usually an event is durable before its request is answered. While storage is away nobody is kept waiting: the event
/// is tried again until it is taken, and once more at a graceful shutdown. Only a crash in such a time loses any.
/// </remarks>
internal sealed partial class TrackedEvents(
    TrackedCampaigns campaigns, IFeedback feedback, TimeProvider clock, ILogger<TrackedEvents> log)
    : IHostedService, IDisposable
{
    /// <summary>How many events wait at most; what comes then is lost.</summary>
    public const int WaitingMax = 20_000;

    private const int AtOnceMax = 128;

    /// <summary>How long a request waits for its event.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>After so long an event is given up: not storage is at fault, but the event.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromHours(1);

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LogPause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(AtOnceMax);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private long _lost;
    private long _loggedAt;

    /// <summary>How many events are not handed over yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many were lost.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Hands an event over; returns when that is done, or when the request has waited long enough.</summary>
    public async Task Take(ContactId contact, FeedbackEvent happened)
    {
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Lose("TooManyWaiting");
            Leave();
            return;
        }

        var work = Deliver(contact, happened);
        try
        {
            await work.WaitAsync(Patience, clock);
        }
        catch (TimeoutException)
        {
            // It goes on in the background.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything that waits is tried once more, at once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (Waiting == 0)
        {
            return;
        }

        try
        {
            await _drained.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogAbandoned(log, Waiting);
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _stopping.Dispose();
    }

    private async Task Deliver(ContactId contact, FeedbackEvent happened)
    {
        var began = clock.GetTimestamp();
        for (var pause = PauseMin; ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            var isLast = _stopping.IsCancellationRequested || clock.GetElapsedTime(began) > AgeMax;
            if (await Apply(contact, happened with { Age = clock.GetElapsedTime(began) }, isLast) || isLast)
            {
                Leave();
                return;
            }

            await Task.Delay(pause, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> Apply(ContactId contact, FeedbackEvent happened, bool isLast)
    {
        await _places.WaitAsync();
        try
        {
            // A campaign that nobody knows was deleted with its database: its events concern nobody.
            if (await campaigns.Find(happened.Campaign) is { } campaign)
            {
                await feedback.Apply(campaign.Account, contact, happened);
            }

            return true;
        }
        catch (Exception failure)
        {
            if (isLast)
            {
                Lose(failure.GetType().Name);
            }
            else if (MayLog())
            {
                LogWaiting(log, Waiting, failure.GetType().FullName);
            }

            return false;
        }
        finally
        {
            _places.Release();
        }
    }

    private void Lose(string reason)
    {
        var lost = Interlocked.Increment(ref _lost);
        if (MayLog())
        {
            LogLost(log, lost, reason);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == 0 && _stopping.IsCancellationRequested)
        {
            _drained.TrySetResult();
        }
    }

    // An outage fails a thousand events a second; one line tells of all of them.
    private bool MayLog()
    {
        var now = clock.GetTimestamp();
        var before = Interlocked.Read(ref _loggedAt);
        return (before == 0 || clock.GetElapsedTime(before, now) >= LogPause)
            && Interlocked.CompareExchange(ref _loggedAt, now, before) == before;
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Waiting} opens and clicks wait to be recorded: {Failure}")]
    private static partial void LogWaiting(ILogger log, int waiting, string? failure);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Lost} opens and clicks have been lost so far, the last one by {Reason}")]
    private static partial void LogLost(ILogger log, long lost, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Waiting} opens and clicks were lost with the end of the process")]
    private static partial void LogAbandoned(ILogger log, int waiting);
}
