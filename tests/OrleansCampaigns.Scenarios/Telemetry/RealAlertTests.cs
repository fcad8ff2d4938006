using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Scenarios.Cluster;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Telemetry;

namespace OrleansCampaigns.Scenarios.Telemetry;

/// <summary>What a running server sends in trouble makes the alerts fire.</summary>
/// <remarks>It sends once a second, and each value counts as a minute's: the alerts wait for minutes.</remarks>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class RealAlertTests
{
    private const int Minutes = 12;

    [Fact]
    public async Task A_relay_that_is_down_and_an_import_that_fails_are_told_to_the_operator()
    {
        Assert.SkipWhen(Promtool.Missing is not null, Promtool.Missing ?? "");
        await using var collector = await OtlpCollector.Start();
        await using var sink = SandboxServer.Start();
        sink.GoDown();
        await using var server = new ServerProcess(sink.Port, TelemetryRun.Settings(collector, isGrpc: true));
        await server.Start();
        await Eventually.Holds("the relay's state is sent", () => ValuesOf(collector, "campaigns.relay.up").Count > 0);
        var campaign = await server.Draft(await server.Import(Counts.Csv(["ok-a@mail.example"])), 1);
        await server.Post($"campaigns/{campaign}/start");
        await FailImport(server);
        await Eventually.Holds(
            "the failure is sent", () => ValuesOf(collector, "campaigns.imports", "failed").Contains(1));
        await Eventually.Holds(
            "the relay is down for a while",
            () => ValuesOf(collector, "campaigns.relay.up").Count(value => value == 0) >= Minutes);

        var rules = new StringBuilder();
        var alerts = DeploymentFiles.PathOf("deploy/telemetry/alerts.yml");
        rules.AppendLine(CultureInfo.InvariantCulture, $"rule_files: [{alerts}]").AppendLine("tests:");
        var relay = ValuesOf(collector, "campaigns.relay.up");
        Append(rules, "RelayDown", "campaigns_relay_up{relay=\"sink\"}", relay, relay.Count - 1);
        var imports = ValuesOf(collector, "campaigns.imports", "failed");
        Append(rules, "ImportFailed", "campaigns_imports_total{status=\"failed\"}", imports, imports.IndexOf(1) + 1);
        var file = Path.Combine(server.Folder, "real.test.yml");
        await File.WriteAllTextAsync(file, rules.ToString(), TestContext.Current.CancellationToken);

        // Nothing is expected: what fires is told as a failure.
        var (isGood, output) = await Promtool.Run("test", "rules", file);
        Assert.False(isGood, output);
        Assert.Contains("Relay sink takes no messages; campaigns wait for it.", output, StringComparison.Ordinal);
        Assert.Contains("1 imports failed within a quarter of an hour.", output, StringComparison.Ordinal);
    }

    private static async Task FailImport(ServerProcess server)
    {
        var list = (string)(await server.Post("lists", new JsonObject { ["name"] = "broken" }))["id"]!;
        var (status, answer) = await server.Send(HttpMethod.Post, $"lists/{list}/imports", csv: "colour,size\nred,1\n");
        Assert.True(status == HttpStatusCode.Accepted, $"{status} {answer}");
    }

    private static List<double> ValuesOf(OtlpCollector collector, string name, string? label = null) =>
        [.. collector.Metrics.Where(metric => metric.Name == name).SelectMany(metric => metric.Points)
            .Where(point => label is null || point.Attributes.Values.Contains(label)).Select(point => point.Value)];

    private static void Append(StringBuilder rules, string alert, string series, List<double> values, int minute)
    {
        var text = string.Join(' ', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
        rules.AppendLine(CultureInfo.InvariantCulture, $"  - name: {alert}")
            .AppendLine("    interval: 1m")
            .AppendLine("    input_series:")
            .AppendLine(CultureInfo.InvariantCulture, $"      - series: '{series}'")
            .AppendLine(CultureInfo.InvariantCulture, $"        values: {text}")
            .AppendLine("    alert_rule_test:")
            .AppendLine(CultureInfo.InvariantCulture, $"      - eval_time: {minute}m")
            .AppendLine(CultureInfo.InvariantCulture, $"        alertname: {alert}")
            .AppendLine("        exp_alerts: []");
    }
}
