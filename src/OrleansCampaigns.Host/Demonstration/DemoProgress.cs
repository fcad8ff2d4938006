using System.Globalization;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>One look at a demo that runs.</summary>
/// <param name="Statistics">The campaign's, as the API tells them.</param>
/// <param name="Pending">How many messages somebody in the sandbox's world has still to react to.</param>
/// <param name="IsLast">Whether nothing is to come any more.</param>
internal sealed record DemoLook(DemoStatistics Statistics, int Pending, bool IsLast);

/// <summary>How far a demo is, how fast it goes, and what it waits for, in words.</summary>
internal sealed class DemoProgress
{
    private const double RateSeconds = 2;

    private readonly Queue<(double Seconds, long Attempts)> _looks = new();
    private double _rate;

    /// <summary>A line of progress, and a sentence about what happens now.</summary>
    /// <param name="look">The last look.</param>
    /// <param name="seconds">When that was, since the start.</param>
    public (string Progress, string Sentence) Describe(DemoLook look, double seconds)
    {
        var statistics = look.Statistics;
        Measure(statistics.Attempts, seconds);
        var open = statistics.Open;
        var share = statistics.Audience == 0 ? 0 : 100.0 * (statistics.Audience - open) / statistics.Audience;
        var progress = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share):0} %, {seconds:0.0} s");
        var untried = statistics.Outcomes.GetValueOrDefault("Queued");
        if (untried > 0 && _rate >= 1)
        {
            progress += string.Create(
                CultureInfo.InvariantCulture,
                $", {_rate:0} attempts/s, about {Math.Ceiling(untried / _rate):0} s left");
        }

        return (progress, Sentence(look, untried));
    }

    private static string Sentence(DemoLook look, long untried)
    {
        var statistics = look.Statistics;
        if (statistics.IsOver)
        {
            return look.Pending == 0
                ? "Everything has come back; the counts are compared."
                : $"All is sent. {look.Pending} servers and people have yet to react, whose hour takes six seconds.";
        }

        if (statistics.WaitingFor is { } reason)
        {
            return $"It waits: {reason}";
        }

        if (statistics.Audience == 0)
        {
            return "The audience is taken.";
        }

        return untried > 0
            ? "It sends."
            : $"All are tried; {statistics.RetriesWaiting} wait for their next attempt, "
                + "one to three seconds each time.";
    }

    private void Measure(long attempts, double seconds)
    {
        _looks.Enqueue((seconds, attempts));
        while (_looks.Count > 2 && seconds - _looks.Peek().Seconds > RateSeconds)
        {
            _looks.Dequeue();
        }

        var (since, before) = _looks.Peek();
        _rate = seconds > since ? (attempts - before) / (seconds - since) : attempts / Math.Max(seconds, 0.001);
    }
}
