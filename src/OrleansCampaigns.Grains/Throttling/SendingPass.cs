namespace OrleansCampaigns.Grains.Throttling;

/// <summary>A start that every limit agrees to, at a time; held until the transaction is over.</summary>
internal sealed class SendingPass(
    SendingLimits limits, IReadOnlyList<ThrottleLine> lines, DateTimeOffset at, TimeSpan slack, TimeProvider clock)
    : IDisposable
{
    private int _isHeld = 1;
    private DateTimeOffset _at = at;

    /// <summary>Waits until the start has come.</summary>
    public async Task Wait(CancellationToken stop)
    {
        // A timer may ring a little before the clock shows its time.
        while (lines.Count > 0 && _at - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, stop);
        }
    }

    /// <summary>Makes sure that the transaction may begin this instant.</summary>
    /// <returns>
    /// Whether it may. Preparing has taken too long when not, and no other start is near: the turn comes again.
    /// </returns>
    public async Task<bool> Confirm(CancellationToken stop)
    {
        // Half of the slack is for the way to the server.
        while (lines.Count > 0 && clock.GetUtcNow() > _at + (slack / 2))
        {
            if (limits.Book(lines, out _) is not { } again)
            {
                return false;
            }

            _at = again;
            await Wait(stop);
        }

        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isHeld, 0) == 1)
        {
            limits.GiveBack(lines);
        }
    }
}
