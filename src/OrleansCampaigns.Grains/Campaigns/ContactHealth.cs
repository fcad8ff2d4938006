namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>How a silo's calls to contacts go, so that a fault of this software is not taken for one of theirs.
/// </summary>
/// <remarks>
/// A state that cannot be read is rare. Where many fail and few answer, something else is wrong with all of them, and
/// they wait for its mending rather than be left out.
/// </remarks>
internal sealed class ContactHealth
{
    private const int GivenUpMin = 10;
    private const int AnswersForEach = 100;

    private long _answered;
    private int _givenUp;

    /// <summary>A contact has answered.</summary>
    public void Answered() => Interlocked.Increment(ref _answered);

    /// <summary>Whether one more contact may be given up. When it may, it is counted.</summary>
    public bool MayGiveUp()
    {
        var most = GivenUpMin + (Interlocked.Read(ref _answered) / AnswersForEach);
        if (Interlocked.Increment(ref _givenUp) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref _givenUp);
        return false;
    }
}

/// <summary>The recipients of a partition whose contacts failed by themselves: each rests before it is tried again.
/// </summary>
/// <remarks>Only touched in turns of the partition. Lost with its activation, which costs a few tries more.</remarks>
internal sealed class ContactTroubles(ContactHealth health, TimeProvider clock)
{
    /// <summary>How often a contact is tried before it is settled without being asked.</summary>
    public const int TriesMax = 5;

    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(1);

    private readonly Dictionary<long, Trouble> _bySeq = [];

    private readonly record struct Trouble(int Failures, long Since, TimeSpan Rest);

    /// <summary>How many recipients are in trouble.</summary>
    public int Count => _bySeq.Count;

    /// <summary>How long until the next one may be tried again; <see langword="null"/> when there is none.</summary>
    public TimeSpan? Rest => _bySeq.Count == 0 ? null : _bySeq.Values.Min(Left);

    /// <summary>Whether it is too early to try a recipient again.</summary>
    public bool Rests(long seq) => _bySeq.TryGetValue(seq, out var known) && Left(known) > TimeSpan.Zero;

    /// <summary>A recipient's contact has answered.</summary>
    public void Forget(long seq)
    {
        health.Answered();
        _bySeq.Remove(seq);
    }

    /// <summary>A recipient's contact has failed by itself.</summary>
    /// <returns>Whether it is given up: it will be settled without being asked.</returns>
    public bool Fails(long seq)
    {
        var failures = _bySeq.GetValueOrDefault(seq).Failures + 1;
        if (failures >= TriesMax && health.MayGiveUp())
        {
            _bySeq.Remove(seq);
            return true;
        }

        var rest = RestMin * Math.Pow(2, Math.Min(failures - 1, 10));
        _bySeq[seq] = new(failures, clock.GetTimestamp(), rest < RestMax ? rest : RestMax);
        return false;
    }

    private TimeSpan Left(Trouble known)
    {
        var left = known.Rest - clock.GetElapsedTime(known.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
