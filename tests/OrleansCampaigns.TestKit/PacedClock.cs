namespace OrleansCampaigns.TestKit;

/// <summary>The machine's clock, whose timers last as long as the test says at that moment.</summary>
/// <remarks>
/// A sink that answers by such a clock can be slowed down while a test does something to a campaign that is under way,
/// and hurried afterwards. So the campaign is not over before the test has come to it, however slow the machine is, and
/// costs no more time than that. A timer that is set already is not changed.
/// </remarks>
public sealed class PacedClock : TimeProvider
{
    private volatile Func<TimeSpan, TimeSpan> _pace = due => due;

    /// <summary>From now on timers last as long as <paramref name="pace"/> says of the time that was asked for.
    /// </summary>
    public void Pace(Func<TimeSpan, TimeSpan> pace) => _pace = pace;

    /// <summary>From now on timers last as long as was asked for.</summary>
    public void Normally() => Pace(due => due);

    /// <summary>From now on timers last so long, whatever was asked for.</summary>
    public void Slowly(TimeSpan each) => Pace(_ => each);

    /// <summary>From now on timers are over as soon as they begin.</summary>
    public void Hurry() => Pace(_ => TimeSpan.Zero);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(
            callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : _pace(dueTime), period);
}
