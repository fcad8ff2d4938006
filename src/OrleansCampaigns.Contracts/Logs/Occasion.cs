namespace OrleansCampaigns.Contracts.Logs;

/// <summary>
/// When to tell of something that may happen a thousand times a minute: at once, and then at most once a period, with
/// the number of times that it happened meanwhile.
/// </summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="clock">The time.</param>
/// <param name="period">How long nothing is told after it was told.</param>
public sealed class Occasion(TimeProvider clock, TimeSpan period)
{
    private readonly Lock _lock = new();
    private long? _toldAt;
    private long _untold;

    /// <summary>It happened.</summary>
    /// <returns>
    /// How often since it was last told, this time included, if it is to be told now; otherwise 0.
    /// </returns>
    public long Happen()
    {
        lock (_lock)
        {
            _untold++;
            if (_toldAt is { } told && clock.GetElapsedTime(told) < period)
            {
                return 0;
            }

            var count = _untold;
            (_toldAt, _untold) = (clock.GetTimestamp(), 0);
            return count;
        }
    }
}
