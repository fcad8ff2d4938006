using Microsoft.Extensions.Logging;
using OrleansCampaigns.Api.Tests.Fakes;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests.Tracking;

public sealed class TrackedEventsTests : IDisposable
{
    private static readonly ContactId Ann = FakeContacts.IdOf(AccountId.Main, "ann@example.org");

    private readonly ManualClock _clock = new();
    private readonly FakeRecipients _recipients = new();
    private readonly FakeFeedback _feedback;
    private readonly LogRecorder _log = new();
    private readonly CampaignId _campaign;
    private readonly TrackedEvents _events;

    public TrackedEventsTests()
    {
        _feedback = new(FakeGrains.Create(_clock).Grains);
        _campaign = CampaignId.Create(_clock.GetUtcNow());
        _recipients.Campaigns[_campaign] = new TrackedCampaign(AccountId.Main, []);
        _events = new(
            new TrackedCampaigns(_recipients), _feedback, _clock,
            LoggerFactory.Create(logging => logging.AddProvider(_log)).CreateLogger<TrackedEvents>());
    }

    public void Dispose()
    {
        _events.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task More_events_than_there_is_room_for_are_lost_and_told_of_and_the_rest_is_not()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _feedback.Gate = gate.Task;
        var waiting = Enumerable.Range(0, TrackedEvents.WaitingMax).Select(_ => Take()).ToList();

        await Task.WhenAll(Take(), Take());

        Assert.Equal((TrackedEvents.WaitingMax, 2), (_events.Waiting, _events.Lost));
        Assert.Contains("1 opens and clicks have been lost", Assert.Single(_log.Lines), StringComparison.Ordinal);
        gate.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal((0, TrackedEvents.WaitingMax), (_events.Waiting, _feedback.Applied.Count));
        await Take();
        Assert.Equal(2, _events.Lost);
    }

    [Fact]
    public async Task No_more_are_under_way_at_once_than_the_cluster_can_take()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _feedback.Gate = gate.Task;

        var waiting = Enumerable.Range(0, 1_000).Select(_ => Take()).ToList();

        Assert.Equal(128, _feedback.Tried.Count);
        gate.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(1_000, _feedback.Applied.Count);
    }

    [Fact]
    public async Task An_event_that_fails_whatever_happens_is_given_up_in_the_end()
    {
        _feedback.Failure = new InvalidOperationException("A bug.");
        var taken = Take();
        await Eventually.Holds("the event is given up", () =>
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            return _events.Waiting == 0;
        });

        await taken;
        Assert.Equal(1, _events.Lost);
        Assert.Equal(TrackedEvents.AgeMax, TimeSpan.FromHours(1));
        Assert.True(_feedback.Tried.Count > 20, $"It was tried only {_feedback.Tried.Count} times.");
    }

    [Fact]
    public async Task An_end_without_storage_tells_how_much_was_lost()
    {
        _feedback.Failure = new TimeoutException();
        var taken = Take();
        await Eventually.Holds("the event waits to be tried again", () => _clock.Timers > 1);

        await _events.StopAsync(CancellationToken.None);

        await taken;
        Assert.Equal((0, 1), (_events.Waiting, _events.Lost));
        Assert.Equal(2, _feedback.Tried.Count);
    }

    [Fact]
    public async Task An_end_that_may_not_wait_tells_what_was_under_way()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _feedback.Gate = gate.Task;
        var taken = Take();

        await _events.StopAsync(new CancellationToken(canceled: true));

        Assert.Contains(
            _log.Lines, line => line.Contains("1 opens and clicks were lost with the end", StringComparison.Ordinal));
        gate.SetResult();
        await taken;
    }

    [Fact]
    public async Task An_outage_is_told_of_in_one_line()
    {
        _feedback.Failure = new TimeoutException();
        var taken = Enumerable.Range(0, 100).Select(_ => Take()).ToList();
        await Eventually.Holds("all were tried", () => _feedback.Tried.Count >= 100);

        Assert.Single(_log.Lines);
        _feedback.Failure = null;
        await Eventually.Holds("all are taken", () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _feedback.Applied.Count == 100;
        });
        await Task.WhenAll(taken);
    }

    private Task Take() => _events.Take(Ann, new FeedbackEvent
    {
        Signal = FeedbackSignal.Open,
        Campaign = _campaign,
        Key = Guid.NewGuid().ToString("N"),
        At = _clock.GetUtcNow(),
        Source = "pixel",
    });
}
