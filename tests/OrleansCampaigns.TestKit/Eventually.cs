namespace OrleansCampaigns.TestKit;

/// <summary>Waits for something that another thread or process brings about, and names what never happened.</summary>
public static class Eventually
{
    /// <summary>
    /// How long at most, unless said otherwise: no part of what is tested, only the end of hope. A machine that does a
    /// lot beside takes ten times as long as an idle one.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Asks again and again until <paramref name="ask"/> answers something.</summary>
    /// <param name="what">What is waited for; it is the message of the failure.</param>
    /// <param name="ask">Returns <see langword="null"/> while it has not happened.</param>
    /// <param name="limit">How long at most; <see cref="Patience"/> by default.</param>
    public static async Task<T> Get<T>(string what, Func<Task<T?>> ask, TimeSpan? limit = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(ask);
        using var deadline = new CancellationTokenSource(limit ?? Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            try
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"It never happened, within {limit ?? Patience}: {what}.");
            }
        }
    }

    /// <summary>Asks again and again until <paramref name="holds"/> says so.</summary>
    public static Task Holds(string what, Func<Task<bool>> holds, TimeSpan? limit = null) =>
        Get<object>(what, async () => await holds() ? true : null, limit);

    /// <summary>Asks again and again until <paramref name="holds"/> says so.</summary>
    public static Task Holds(string what, Func<bool> holds, TimeSpan? limit = null) =>
        Get<object>(what, () => Task.FromResult<object?>(holds() ? true : null), limit);
}
