using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class PartitionRun
{
    // Whoever waits for a limit looks now and then whether something else has become due.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DisagreementWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OtherRelayWait = TimeSpan.FromMilliseconds(200);

    // Whoever waits leaves the permit to others.
    private async Task AwaitOpening(CancellationToken stop)
    {
        GiveBackPermit();
        if (_hasUnnoted && _inFlight.Count == 0)
        {
            await write(); // A crash while it waits must not take those that were never attempted for doubtful ones.
            _hasUnnoted = false;
        }

        await _told.Tell(_hold ?? _held.FindHold());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        IEnumerable<Task> opening = this switch
        {
            { _hold: { } hold } => [Until(hold.NextTryAt, over.Token)],
            { _blocker: { } blocker } => [Opening(blocker, over.Token)],
            { _isRefusedRoute: true } => [Task.Delay(OtherRelayWait, clock, over.Token)],
            _ => _held.WhenOpen(over.Token),
        };
        (_blocker, _hold, _isRefusedRoute) = (null, null, false);
        await Task.WhenAny([.. opening, .. _inFlight.Values, Task.Delay(LookAgain, clock, over.Token)]);
        await over.CancelAsync();
    }

    private Task Until(DateTimeOffset at, CancellationToken over) =>
        at - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero
            ? Task.Delay(wait, clock, over)
            : Task.Delay(DisagreementWait, clock, over);

    // Each of several limits may be open, and still they do not agree on a time: they soon will.
    private async Task Opening(ThrottleLine line, CancellationToken over)
    {
        await limits.WhenOpen(line, options.WindowMax, over);
        await Task.Delay(DisagreementWait, clock, CancellationToken.None);
    }
}
