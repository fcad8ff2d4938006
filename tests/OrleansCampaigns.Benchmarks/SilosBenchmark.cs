using System.CommandLine;
using System.Diagnostics;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Benchmarks;

/// <summary><c>silos</c>: how much more three silos send than one when the receiving side is slow.</summary>
internal static class SilosBenchmark
{
    public static Command Create()
    {
        var recipients = new Option<int>("--recipients") { DefaultValueFactory = _ => 12_000 };
        var connections = new Option<int>("--connections")
        {
            DefaultValueFactory = _ => 8,
            Description = "Connections of each silo: few, so that the sink is what is waited for.",
        };
        var latency = new Option<int>("--latency")
        {
            DefaultValueFactory = _ => 50,
            Description = "How long the sink takes for each message, in milliseconds.",
        };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output." };
        var command = new Command("silos", "One silo beside three, with a slow sink.")
        {
            recipients, connections, latency, json,
        };
        command.SetAction((arguments, _) => Run(
            arguments.GetValue(recipients),
            arguments.GetValue(connections),
            TimeSpan.FromMilliseconds(arguments.GetValue(latency)),
            new Report(arguments.GetValue(json))));
        return command;
    }

    private static async Task<int> Run(int recipients, int connections, TimeSpan latency, Report report)
    {
        await using var sink = SandboxServer.Start(new SandboxOptions { Latency = latency });
        var one = await Measure(sink.Port, 1, recipients / 3, connections);
        var three = await Measure(sink.Port, 3, recipients, connections);
        report.Say($"one silo {one:0}/s, three silos {three:0}/s");
        report.End(new()
        {
            ["onePerSecond"] = Math.Round(one),
            ["threePerSecond"] = Math.Round(three),
            ["ratio"] = Math.Round(three / one, 2),
        });
        return 0;
    }

    private static async Task<double> Measure(int port, int silos, int recipients, int connections)
    {
        await using var installation = await Installation.Start(
            port, silos, connections, new() { ["Engine:PartitionSize"] = "250" });
        await Send(installation, recipients / 6); // The first messages pay for compilation and connections.
        return recipients / (await Send(installation, recipients)).TotalSeconds;
    }

    private static async Task<TimeSpan> Send(Installation installation, int recipients)
    {
        var (list, _) = await installation.Import(recipients);
        var campaign = await installation.Draft(list, recipients, "News", "<p>Hello {{city}}</p>");
        var begun = Stopwatch.GetTimestamp();
        await installation.Api.Post($"campaigns/{campaign}/start");
        await installation.Ended(campaign);
        return Stopwatch.GetElapsedTime(begun);
    }
}
