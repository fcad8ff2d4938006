namespace OrleansCampaigns.Host.Logs;

/// <summary>
/// Lets a few warnings of a kind through each minute and counts the others: what goes wrong once for each recipient
/// must not fill a disk, nor hide what went wrong before it.
/// </summary>
/// <remarks>Lines below Warning are never held back. Thread-safe.</remarks>
internal sealed class LineLimit(TimeProvider clock)
{
    public const int LinesMax = 5;

    // Some libraries format their messages first: then every line would be a kind of its own.
    private const int KindsMax = 1_000;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Category, string Template), Tally> _tallies = [];

    /// <summary>Whether a line may be written.</summary>
    /// <param name="category">Whose line it is.</param>
    /// <param name="level">How bad it is.</param>
    /// <param name="template">What all lines of the kind have in common.</param>
    /// <param name="heldBack">Kinds of which lines were held back in a minute that is over.</param>
    public bool Admit(string category, LogLevel level, string template, out IReadOnlyList<HeldBack> heldBack)
    {
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            heldBack = End(now);
            if (level < LogLevel.Warning)
            {
                return true;
            }

            var kind = (category, template);
            if (!_tallies.TryGetValue(kind, out var tally))
            {
                if (_tallies.Count >= KindsMax)
                {
                    return true;
                }

                _tallies[kind] = tally = new Tally(now, level);
            }

            return ++tally.Lines <= LinesMax;
        }
    }

    private List<HeldBack> End(long now)
    {
        List<HeldBack>? ended = null;
        foreach (var (kind, tally) in _tallies)
        {
            if (clock.GetElapsedTime(tally.Begun, now) >= Period)
            {
                _tallies.Remove(kind);
                if (tally.Lines > LinesMax)
                {
                    (ended ??= []).Add(new(kind.Category, tally.Level, kind.Template, tally.Lines - LinesMax));
                }
            }
        }

        return ended ?? [];
    }

    private sealed class Tally(long begun, LogLevel level)
    {
        public long Begun => begun;

        public LogLevel Level => level;

        public int Lines { get; set; }
    }
}

/// <summary>Lines of one kind that were not written.</summary>
internal readonly record struct HeldBack(string Category, LogLevel Level, string Template, int Lines);
