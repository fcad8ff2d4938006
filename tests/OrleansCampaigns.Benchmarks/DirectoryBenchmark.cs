using System.CommandLine;
using System.Diagnostics;

namespace OrleansCampaigns.Benchmarks;

/// <summary><c>directory</c>: importing, filtering and counting many contacts, and acknowledging a start.</summary>
internal static class DirectoryBenchmark
{
    private const int Repeats = 200;

    private static readonly string[] Filters =
    [
        "contacts?limit=100",
        "contacts?status=New&limit=100",
        "contacts?listId={list}&limit=100",
        "contacts?listId={list}&status=Active&limit=100",
        "contacts?lastStatus=Sent&limit=100",
        "contacts?campaign={campaign}&recipientStatus=Delivered&limit=100",
        "contacts?text=ok-77777&limit=100",
        "campaigns/{campaign}/recipients?outcome=Sent&limit=100",
    ];

    public static Command Create()
    {
        var contacts = new Option<int>("--contacts") { DefaultValueFactory = _ => 1_000_000 };
        var sent = new Option<int>("--sent")
        {
            DefaultValueFactory = _ => 20_000,
            Description = "How many of them get a campaign first.",
        };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output." };
        var command = new Command("directory", "Import, filter pages, statistics and the start of a large campaign.")
        {
            contacts, sent, json,
        };
        command.SetAction((arguments, _) => Run(
            arguments.GetValue(contacts), arguments.GetValue(sent), new Report(arguments.GetValue(json))));
        return command;
    }

    private static async Task<int> Run(int contacts, int sent, Report report)
    {
        await using var sink = await SmtpSink.Start();
        await using var installation = await Installation.Start(sink.Port, silos: 1, connections: 64);
        var (list, imported) = await installation.Import(contacts);
        report.Say($"import: {contacts / imported.TotalSeconds:0} contacts/s");
        var (part, _) = await installation.Import(sent);
        var small = await installation.Draft(part, contacts + sent, "News", "<p>Hello {{city}}</p>");
        await installation.Api.Post($"campaigns/{small}/start");
        await installation.Ended(small);

        var figures = new Dictionary<string, object>
        {
            ["importPerSecond"] = Math.Round(contacts / imported.TotalSeconds),
        };
        var worst = 0.0;
        foreach (var filter in Filters)
        {
            var path = filter.Replace("{list}", list, StringComparison.Ordinal)
                .Replace("{campaign}", small, StringComparison.Ordinal);
            var (median, p99) = await Time(installation, path);
            worst = Math.Max(worst, p99);
            report.Say($"{filter}: median {median:0.0} ms, p99 {p99:0.0} ms");
            figures[filter] = Math.Round(p99, 1);
        }

        figures["filterPageP99Ms"] = Math.Round(worst, 1);
        var large = await installation.Draft(list, contacts, "News", "<p>Hello {{city}}</p>");
        var begun = Stopwatch.GetTimestamp();
        await installation.Api.Post($"campaigns/{large}/start");
        figures["startAcknowledgedMs"] = Math.Round(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        await installation.Running(large);
        figures["audienceTakenSeconds"] = Math.Round(Stopwatch.GetElapsedTime(begun).TotalSeconds, 1);
        var (statistics, statisticsP99) = await Time(installation, $"campaigns/{large}/statistics", repeats: 10);
        figures["statisticsMedianMs"] = Math.Round(statistics);
        figures["statisticsMaxMs"] = Math.Round(statisticsP99);
        await installation.Api.Post($"campaigns/{large}/cancel");
        report.End(figures);
        return 0;
    }

    private static async Task<(double Median, double P99)> Time(
        Installation installation, string path, int repeats = Repeats)
    {
        var times = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await installation.Api.Get(path);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }

        Array.Sort(times);
        return (times[repeats / 2], times[Math.Min(repeats - 1, (int)(repeats * 0.99))]);
    }
}
