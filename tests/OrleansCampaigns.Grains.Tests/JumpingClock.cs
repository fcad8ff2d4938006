namespace OrleansCampaigns.Grains.Tests;

/// <summary>The system's clock, which finds that time has passed, as a process does that was stopped and goes on.
/// </summary>
public sealed class JumpingClock : TimeProvider
{
    private long _passedTicks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _passedTicks));

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetTimestamp()
        + (Interlocked.Read(ref _passedTicks) * TimestampFrequency / TimeSpan.TicksPerSecond);

    /// <summary>Lets <paramref name="time"/> pass at once. No timer fires because of it.</summary>
    public void Jump(TimeSpan time) => Interlocked.Add(ref _passedTicks, time.Ticks);
}
