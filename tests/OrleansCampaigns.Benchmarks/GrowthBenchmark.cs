using System.CommandLine;
using System.Diagnostics;

namespace OrleansCampaigns.Benchmarks;

/// <summary><c>growth</c>: what one recipient costs in small campaigns and in large ones.</summary>
internal static class GrowthBenchmark
{
    public static Command Create()
    {
        var sizes = new Option<int[]>("--sizes")
        {
            DefaultValueFactory = _ => [10_000, 100_000, 1_000_000],
            AllowMultipleArgumentsPerToken = true,
            Description = "How many recipients, from small to large.",
        };
        var connections = new Option<int>("--connections") { DefaultValueFactory = _ => 64 };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output." };
        var command = new Command("growth", "Time and memory per recipient, from small campaigns to large ones.")
        {
            sizes, connections, json,
        };
        command.SetAction((arguments, _) => Run(
            arguments.GetValue(sizes)!, arguments.GetValue(connections), new Report(arguments.GetValue(json))));
        return command;
    }

    private static async Task<int> Run(int[] sizes, int connections, Report report)
    {
        await using var sink = await SmtpSink.Start();
        var figures = new Dictionary<string, object>();
        var costs = new List<double>();
        foreach (var size in sizes)
        {
            // A fresh installation: what an earlier size left in memory or in tables must not count.
            await using var installation = await Installation.Start(sink.Port, silos: 1, connections);
            await Campaign(installation, Math.Min(2_000, size));
            var run = await Campaign(installation, size);
            costs.Add(run.Took.TotalMicroseconds / size);
            report.Say($"{size} recipients: {size / run.Took.TotalSeconds:0}/s, imported {run.ImportPerSecond:0}/s");
            report.Say($"  start {run.Acknowledged.TotalMilliseconds:0} ms, {installation.PeakMemory():0} MiB");
            figures[$"perSecondAt{size}"] = Math.Round(size / run.Took.TotalSeconds);
            figures[$"importPerSecondAt{size}"] = Math.Round(run.ImportPerSecond);
            figures[$"startAcknowledgedMsAt{size}"] = Math.Round(run.Acknowledged.TotalMilliseconds);
            figures[$"peakMemoryMiBAt{size}"] = Math.Round(installation.PeakMemory());
        }

        figures["costOfLargestOverSmallest"] = Math.Round(costs[^1] / costs[0], 3);
        report.End(figures);
        return 0;
    }

    private static async Task<(TimeSpan Took, TimeSpan Acknowledged, double ImportPerSecond)> Campaign(
        Installation installation, int recipients)
    {
        var (list, imported) = await installation.Import(recipients);
        var campaign = await installation.Draft(list, recipients, "News", "<p>Hello {{city}}</p>");
        var begun = Stopwatch.GetTimestamp();
        await installation.Api.Post($"campaigns/{campaign}/start");
        var acknowledged = Stopwatch.GetElapsedTime(begun);
        await installation.Ended(campaign);
        var took = Stopwatch.GetElapsedTime(begun);
        var statistics = await installation.Api.Statistics(campaign);
        return (long)statistics["outcomes"]!["Sent"]! == recipients
            ? (took, acknowledged, recipients / imported.TotalSeconds)
            : throw new InvalidOperationException($"Not all were sent: {statistics}");
    }
}
