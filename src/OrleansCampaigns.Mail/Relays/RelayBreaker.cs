namespace OrleansCampaigns.Mail.Relays;

/// <summary>
/// Whether new connections to one relay are tried, and when again after failures: 1 s, 2 s, 4 s … 60 s.
/// </summary>
/// <remarks>Not thread-safe: the pool asks under its own lock.</remarks>
internal sealed class RelayBreaker(TimeProvider clock)
{
    public static readonly TimeSpan DelayMin = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(60);

    private int failures;
    private bool isDue;

    /// <summary>Why no connections are tried; <see langword="null"/> when they are.</summary>
    public string? Detail { get; private set; }

    /// <summary>When the next one is tried; <see langword="null"/> when there is nothing to wait for.</summary>
    public DateTimeOffset? NextProbeAt { get; private set; }

    /// <summary>Whether the last that is known of connecting is a failure.</summary>
    public bool IsOpen => NextProbeAt is not null;

    /// <summary>Whether the one connection is under way that decides.</summary>
    public bool IsProbing { get; private set; }

    /// <summary>Whether it is time for that one connection.</summary>
    /// <remarks>
    /// The timer says so, not the clock: a timer may fire a little before the clock shows its time, and then nobody
    /// would ever ask again.
    /// </remarks>
    public bool IsProbeDue => IsOpen && !IsProbing && isDue;

    /// <summary>The time of the next try has come.</summary>
    public void Ring() => isDue = true;

    /// <summary>The one connection is tried.</summary>
    public void Probe() => IsProbing = true;

    /// <summary>A connection stands.</summary>
    public void Close()
    {
        Detail = null;
        NextProbeAt = null;
        IsProbing = false;
    }

    /// <summary>
    /// A message was answered: only that proves that the relay serves us, so only that forgets failures.
    /// </summary>
    public void Forgive() => failures = 0;

    /// <summary>A connection failed, or the relay refused us on one.</summary>
    /// <returns>How long to wait for the probe; <see langword="null"/> when a probe is already waited for.</returns>
    public TimeSpan? Open(string detail)
    {
        if (IsOpen && !IsProbing)
        {
            // One of several that were tried at once: together they are one failure.
            return null;
        }

        var delay = DelayMin * Math.Pow(2, Math.Min(failures, 10));
        delay = delay < DelayMax ? delay : DelayMax;
        failures++;
        Detail = detail;
        NextProbeAt = clock.GetUtcNow() + delay;
        IsProbing = false;
        isDue = false;
        return delay;
    }
}
