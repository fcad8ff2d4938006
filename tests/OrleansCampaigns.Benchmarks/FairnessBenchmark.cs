using System.CommandLine;
using System.Diagnostics;

namespace OrleansCampaigns.Benchmarks;

/// <summary><c>fairness</c>: a small campaign alone, and beside a large one of another account.</summary>
/// <remarks>For ADR 0016: turns are fair by account, then campaign, then partition.</remarks>
internal static class FairnessBenchmark
{
    private const string Subject = "News";
    private const string Html = "<p>Hello {{city}}</p>";
    private const string Other = "other";

    public static Command Create()
    {
        var small = new Option<int>("--small") { DefaultValueFactory = _ => 5_000 };
        var large = new Option<int>("--large") { DefaultValueFactory = _ => 400_000 };
        var connections = new Option<int>("--connections") { DefaultValueFactory = _ => 16 };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output." };
        var command = new Command("fairness", "A small campaign alone, and beside a large one of another account.")
        {
            small, large, connections, json,
        };
        command.SetAction((arguments, _) => Run(
            arguments.GetValue(small),
            arguments.GetValue(large),
            arguments.GetValue(connections),
            new Report(arguments.GetValue(json))));
        return command;
    }

    private static async Task<int> Run(int small, int large, int connections, Report report)
    {
        await using var sink = await SmtpSink.Start();
        await using var installation = await Installation.Start(sink.Port, silos: 1, connections);
        await Time(installation, await Draft(installation, small / 10)); // The first messages pay for compilation.
        var alone = await Time(installation, await Draft(installation, small));
        report.Say($"{small} recipients alone: {alone.TotalSeconds:0.0} s");

        var second = await Draft(installation, small);
        installation.Api.Account = null;
        var (list, _) = await installation.Import(large);
        var campaign = await installation.Draft(list, large, Subject, Html);
        await installation.Api.Post($"campaigns/{campaign}/start");
        await installation.Running(campaign);
        var before = await CountSent(installation, campaign);
        var beside = await Time(installation, second);
        var after = await CountSent(installation, campaign);
        report.Say($"beside {large} of another account: {beside.TotalSeconds:0.0} s, and {after - before} of those");
        report.End(new()
        {
            ["aloneSeconds"] = Math.Round(alone.TotalSeconds, 1),
            ["besideSeconds"] = Math.Round(beside.TotalSeconds, 1),
            ["ratio"] = Math.Round(beside / alone, 2),
            ["largeSentMeanwhile"] = after - before,
            ["peakMemoryMiB"] = Math.Round(installation.PeakMemory()),
        });
        return after < large ? 0 : throw new InvalidOperationException("The large campaign had ended before.");
    }

    private static async Task<string> Draft(Installation installation, int recipients)
    {
        installation.Api.Account = Other;
        var (list, _) = await installation.Import(recipients);
        return await installation.Draft(list, recipients, Subject, Html);
    }

    private static async Task<TimeSpan> Time(Installation installation, string campaign)
    {
        installation.Api.Account = Other;
        var begun = Stopwatch.GetTimestamp();
        await installation.Api.Post($"campaigns/{campaign}/start");
        await installation.Ended(campaign);
        return Stopwatch.GetElapsedTime(begun);
    }

    private static async Task<long> CountSent(Installation installation, string campaign)
    {
        installation.Api.Account = null;
        return (long)(await installation.Api.Statistics(campaign))["outcomes"]!["Sent"]!;
    }
}
