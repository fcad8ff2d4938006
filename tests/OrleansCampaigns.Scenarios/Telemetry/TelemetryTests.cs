using System.Text;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit.Telemetry;

namespace OrleansCampaigns.Scenarios.Telemetry;

/// <summary>What a collector gets: a campaign as one trace, useful metrics, and nobody's data.</summary>
[Collection(TelemetryRun.Shared)]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class TelemetryTests(TelemetryRun run)
{
    [Fact]
    public void Nothing_that_is_sent_holds_an_address_a_name_a_token_or_a_key()
    {
        Assert.True(run.Secrets.Count > 30);
        foreach (var request in run.Collectors.SelectMany(collector => collector.Requests))
        {
            // Every octet: names of spans, events, links, scopes and whatever else a decoder would not look at.
            var text = Encoding.UTF8.GetString(request);
            foreach (var (what, secret) in run.Secrets)
            {
                var at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
                Assert.True(at < 0, $"A {what}: …{(at < 0 ? "" : Around(text, at))}…");
            }
        }
    }

    [Fact]
    public void From_the_request_that_starts_a_campaign_to_the_transactions_all_is_one_trace()
    {
        foreach (var collector in run.Collectors)
        {
            var spans = collector.Spans.ToLookup(span => span.SpanId);
            var start = Assert.Single(collector.Spans, span => span.ParentId.Length == 0 && IsStart(span));
            var transactions = collector.Spans.Where(span => span.Name == "smtp").ToList();
            Assert.True(transactions.Count >= 6, $"{transactions.Count} transactions were traced.");
            foreach (var transaction in transactions)
            {
                Assert.Equal(start.TraceId, transaction.TraceId);
                var path = Path(transaction, spans).ToList();
                Assert.Equal(["smtp", "attempt", "window", "pump"], path.Take(4).Select(span => span.Name));
                Assert.Equal(start.SpanId, path[^1].SpanId);
            }

            // Other commands to the campaign are traces of their own, and lead to it.
            Assert.Contains(
                collector.Spans, span => span.TraceId != start.TraceId && span.Links.Contains(start.TraceId));
        }
    }

    [Fact]
    public void Nothing_that_the_clock_sets_in_motion_is_a_trace()
    {
        // The second identity is a caller's.
        var roots = run.Spans.Where(span => span.ParentId is "" or TelemetryRun.CallersSpan).ToList();
        Assert.NotEmpty(roots);
        Assert.All(roots, root => Assert.Equal("Microsoft.AspNetCore", root.Scope));
        var known = run.Spans.Select(span => span.SpanId).Append(TelemetryRun.CallersSpan).ToHashSet();
        Assert.All(run.Spans.Where(span => span.ParentId.Length > 0), span => Assert.Contains(span.ParentId, known));
    }

    [Fact]
    public void Every_process_says_what_it_is()
    {
        foreach (var resource in run.Metrics.Select(metric => metric.Resource)
            .Concat(run.Spans.Select(span => span.Resource)))
        {
            Assert.Equal("orleans-campaigns", resource["service.name"]);
            Assert.Matches(@"^\d+\.\d+\.\d+", resource["service.version"]);
            Assert.Matches(@"^.+:\d+$", resource["service.instance.id"]);
            Assert.Contains(resource["orleanscampaigns.role"], (string[])["all", "silo", "api"]);
            Assert.Equal("orleans-campaigns", resource["orleanscampaigns.cluster"]);
        }
    }

    [Fact]
    public void Histograms_have_boundaries_that_fit_what_they_measure()
    {
        double[] Boundaries(string name) =>
            [.. run.Metrics.First(metric => metric.Name == name && metric.Points.Count > 0).Points[0].Boundaries];
        Assert.Equal(new double[] { 1, 2, 4, 8, 16, 32, 64, 128 }, Boundaries("campaigns.window.size"));
        Assert.Equal(300, Boundaries("campaigns.attempt.duration")[^1]);
        Assert.Equal(14_400, Boundaries("campaigns.retry.lag")[^1]);
        Assert.Equal(30, Boundaries("http.server.request.duration")[^1]);
        Assert.Equal(30_000, Boundaries("orleans-app-requests-latency")[^1]);
    }

    [Fact]
    public async Task Without_a_part_of_everything_a_campaign_is_one_trace_of_few_windows()
    {
        const int Recipients = 400;
        const int Lanes = 4;
        await using var collector = await OtlpCollector.Start();
        await using var sink = SandboxServer.Start();
        var settings = TelemetryRun.Settings(collector, isGrpc: false, ratio: "0");
        settings["Engine:PartitionSize"] = "100";
        settings["Mail:Relays:0:MaxConnections"] = $"{Lanes}";
        await using var server = new ServerProcess(sink.Port, settings);
        await server.Start();
        var list = await server.Import(Counts.Csv(
            Enumerable.Range(0, Recipients).Select(i => $"ok-{i}@mail.example")));
        var campaign = await server.Draft(list, Recipients);
        await server.Post($"campaigns/{campaign}/start");
        Assert.Equal(Recipients, (await server.Ended(campaign)).Outcome("Sent"));
        Assert.Equal(0, await server.Terminate());

        var root = Assert.Single(collector.Spans, span => span.ParentId.Length == 0);
        Assert.True(IsStart(root), root.Name);
        Assert.All(collector.Spans, span => Assert.Equal(root.TraceId, span.TraceId));
        var pumps = collector.Spans.Count(span => span.Name == "pump");
        Assert.True(pumps >= 4, $"{pumps} pumps");
        Assert.Equal(pumps, collector.Spans.Count(span => span.Name == "window"));
        Assert.InRange(collector.Spans.Count(span => span.Name == "smtp"), pumps, pumps * Lanes);
    }

    private static bool IsStart(OtlpSpan span) =>
        span.Attributes.GetValueOrDefault("http.route")?.EndsWith("/start", StringComparison.Ordinal) == true
        && span.Attributes["http.request.method"] == "POST";

    private static IEnumerable<OtlpSpan> Path(OtlpSpan span, ILookup<string, OtlpSpan> spans)
    {
        for (var next = span; next is not null; next = spans[next.ParentId].FirstOrDefault())
        {
            yield return next;
        }
    }

    private static string Around(string text, int at) =>
        text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 40)].ReplaceLineEndings(" ");
}
