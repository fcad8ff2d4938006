using System.CommandLine;
using System.Diagnostics;

namespace OrleansCampaigns.Benchmarks;

/// <summary><c>throughput</c>: a campaign with full history beside a bare loop, on one sink, in one run.</summary>
internal static class ThroughputBenchmark
{
    private const string Subject = "News of the week";

    public static Command Create()
    {
        var recipients = new Option<int>("--recipients") { DefaultValueFactory = _ => 20_000 };
        var connections = new Option<int>("--connections") { DefaultValueFactory = _ => 64 };
        var octets = new Option<int>("--octets") { DefaultValueFactory = _ => 8_192 };
        var silos = new Option<int>("--silos") { DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Only one line of JSON on standard output." };
        var command = new Command("throughput", "Campaign throughput beside a bare MailKit loop.")
        {
            recipients, connections, octets, silos, json,
        };
        command.SetAction((arguments, _) => Run(
            arguments.GetValue(recipients),
            arguments.GetValue(connections),
            arguments.GetValue(octets),
            arguments.GetValue(silos),
            new Report(arguments.GetValue(json))));
        return command;
    }

    private static async Task<int> Run(int recipients, int connections, int octets, int silos, Report report)
    {
        await using var sink = await SmtpSink.Start();
        await using var installation = await Installation.Start(sink.Port, silos, connections);
        var html = await ContentOf(installation, octets);
        var size = await installation.MeasureMessage(Subject, html);
        var (list, _) = await installation.Import(recipients);
        report.Say($"{recipients} messages of {size} octets, {connections} connections, {silos} silo(s)");

        // Warm: the first messages pay for compilation and connections.
        await BareLoop.Run(sink.Port, connections, recipients / 10, Subject, size);
        var (warmUp, _) = await installation.Import(recipients / 10);
        await Campaign(installation, warmUp, recipients / 10, html);

        var before = await BareLoop.Run(sink.Port, connections, recipients, Subject, size);
        var windowsBefore = await installation.CountWindows();
        var campaign = await Campaign(installation, list, recipients, html);
        var windows = await installation.CountWindows() - windowsBefore;
        var after = await BareLoop.Run(sink.Port, connections, recipients, Subject, size);
        var bare = (before + after) / 2;
        report.Say($"bare loop {before:0} and {after:0}/s, campaign {campaign:0}/s");
        report.End(new()
        {
            ["bareLoopPerSecond"] = Math.Round(bare),
            ["campaignPerSecond"] = Math.Round(campaign),
            ["ratio"] = Math.Round(campaign / bare, 3),
            ["recipientsPerWindow"] = Math.Round((double)recipients / windows, 1),
            ["peakMemoryMiB"] = Math.Round(installation.PeakMemory()),
        });
        return 0;
    }

    // A text part is made from the HTML, and both are encoded: how many octets a line costs has to be tried.
    private static async Task<string> ContentOf(Installation installation, int octets)
    {
        var one = await installation.MeasureMessage(Subject, Letter(1));
        var eleven = await installation.MeasureMessage(Subject, Letter(11));
        var perLine = (eleven - one) / 10;
        return Letter(1 + Math.Max(0, (octets - one) / perLine));
    }

    private static string Letter(int lines) => "<p>Hello, how is {{city}}?</p>\n"
        + string.Concat(Enumerable.Repeat("<p>All the news that is fit to be sent by mail.</p>\n", lines));

    private static async Task<double> Campaign(Installation installation, string list, int recipients, string html)
    {
        var campaign = await installation.Draft(list, recipients, Subject, html);
        var begun = Stopwatch.GetTimestamp();
        await installation.Api.Post($"campaigns/{campaign}/start");
        await installation.Ended(campaign);
        var took = Stopwatch.GetElapsedTime(begun);
        var statistics = await installation.Api.Statistics(campaign);
        var sent = (long)statistics["outcomes"]!["Sent"]!;
        return sent == recipients
            ? recipients / took.TotalSeconds
            : throw new InvalidOperationException($"Only {sent} of {recipients} were sent.");
    }
}
