using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>
/// The API process dies while it handles a request, and the client sends the request again with the same
/// <c>Idempotency-Key</c>.
/// </summary>
[Collection("clusters")]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class ApiKillTests
{
    [Fact]
    public async Task A_start_that_is_asked_for_again_starts_once()
    {
        const int Recipients = 1_000;
        await using var sink = SandboxServer.Start();
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "250",
        });
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients);

        var (status, answer) = await KilledDuring(cluster, $"campaigns/{campaign}/start");

        // The dead process may have reached the grain: the client then learns that what it wants is so.
        Assert.True(
            status == HttpStatusCode.Accepted || (string?)answer["code"] == "campaign.already_started",
            $"{status}: {answer}");
        await cluster.Ended(campaign);
        var recount = await Recounts.AssertSound(cluster, sink, campaign, "AssumeSent");
        Assert.Equal(Recipients, recount.Count("Sent"));
        Assert.Equal(Recipients, sink.AcceptedSoFar());
    }

    [Fact]
    public async Task A_cancelled_campaign_leaves_no_retry_behind()
    {
        const int Recipients = 2_000;
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Latency = TimeSpan.FromMilliseconds(50) }, clock);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "250",
        });
        var list = await cluster.Api.Import(Counts.Csv(Enumerable.Range(0, Recipients).Select(
            i => $"{(i % 10 == 0 ? "never" : "ok")}-{i}@mail.example")));
        var campaign = await cluster.Api.Draft(list, Recipients);
        await cluster.Api.Post($"campaigns/{campaign}/start");
        await Eventually.Holds(
            "some are sent", () => sink.AcceptedSoFar() >= Recipients / 4);
        clock.Slowly(TimeSpan.FromSeconds(2));

        var (status, answer) = await KilledDuring(cluster, $"campaigns/{campaign}/cancel");

        Assert.True(status == HttpStatusCode.OK, $"{status}: {answer}");
        await Eventually.Holds("the licences are settled", async () =>
            await cluster.Statistics(campaign) is var statistics && (string)statistics["status"]! == "Cancelled"
            && (long)statistics["licences"]!["reserved"]! == (
                long)statistics["licences"]!["deducted"]! + (long)statistics["licences"]!["released"]!);
        var attempts = sink.Snapshot().Attempts;
        var settled = TimeProvider.System.GetUtcNow();
        await Eventually.Holds(
            "every retry would have been due twice", () => TimeProvider.System.GetUtcNow() > settled.AddSeconds(4));
        Assert.Equal(attempts, sink.Snapshot().Attempts);
        var recount = await Recounts.AssertSound(cluster, sink, campaign, "AssumeSent");
        Assert.Equal(0, recount.Recipients.Count(recipient => recipient.Waits));
        Assert.InRange(recount.Count("Deferred"), 1, Recipients / 10);
        Assert.Equal(0, recount.Count("Queued"));
        Assert.InRange(recount.Recipients.Count(recipient => recipient.Excluded == "cancelled"), 1, Recipients);
        Assert.Equal(sink.AcceptedSoFar(), recount.Count("Sent"));
    }

    [Fact]
    public async Task An_import_is_finished_by_whoever_lives()
    {
        const int Rows = 200_000;
        await using var sink = SandboxServer.Start();
        await using var cluster = await ClusterProcesses.Start(sink.Port);
        var list = (string)(await cluster.Api.Post("lists", new JsonObject { ["name"] = "readers" }))["id"]!;
        var csv = Counts.Csv(Enumerable.Range(0, Rows).Select(i => $"ok-{i}@mail.example"));
        var path = $"lists/{list}/imports";

        // Half of the file is there when the process dies: nothing of it counts.
        var half = new HalfContent(csv);
        var upload = cluster.Api.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = half });
        await half.HalfSent.WaitAsync(Eventually.Patience);
        await cluster.Api.Kill();
        half.SendRest();
        await Assert.ThrowsAsync<HttpRequestException>(() => upload);
        await cluster.Api.Start();
        Assert.Equal(0, await Number(cluster, "SELECT count(*) FROM imports"));

        // All of it is there, and nobody starts the process again until it is in.
        var first = cluster.Try(HttpMethod.Post, path, csv, "import-1");
        await Eventually.Holds(
            "some of it is in",
            async () => await Number(cluster, "SELECT count(*) FROM imports WHERE rows > 0") == 1);
        await cluster.Api.Kill();
        await first;
        Assert.InRange(await Number(cluster, "SELECT rows FROM imports"), 1, Rows - 1);
        await Eventually.Holds(
            "a silo finishes the import",
            async () => await Number(cluster, "SELECT count(*) FROM imports WHERE status = 'Finished'") == 1);
        Assert.Equal(Rows, await Number(cluster, "SELECT members FROM lists"));

        // Whoever went on did so where the dead process had got to: no row is counted twice.
        Assert.Equal(Rows, await Number(
            cluster, "SELECT coalesce(sum(created), 0)::bigint FROM imports WHERE rows = created"));

        await cluster.Api.Start();
        await AgeClaims(cluster);
        var import = await Eventually.Get(
            "the answer is given", () => cluster.Try(HttpMethod.Post, path, csv, "import-1"));
        await Eventually.Holds("the import has ended", async () =>
            (string)(await cluster.Api.Get($"imports/{import["id"]}"))["status"]! == "Finished");
        Assert.Equal(Rows, await Number(cluster, "SELECT count(*) FROM contacts"));
        Assert.Equal(Rows, await Number(cluster, "SELECT count(*) FROM list_members"));
        Assert.Equal(Rows, (long)(await cluster.Api.Get($"lists/{list}"))["members"]!);
    }

    /// <summary>Kills the API while it handles the request, and sends it again until it is answered.</summary>
    private static async Task<(HttpStatusCode Status, JsonNode Answer)> KilledDuring(
        ClusterProcesses cluster, string path)
    {
        const string Key = "order-1";
        var first = cluster.Try(HttpMethod.Post, path, key: Key);
        await Eventually.Holds("the request has come", async () =>
            await Number(
                cluster, $"SELECT count(*) FROM idempotent_requests WHERE key = '{Key}'") == 1);
        await cluster.Api.Kill();
        await first;
        await cluster.Api.Start();
        await AgeClaims(cluster);
        var last = await Eventually.Get("the request is answered", async () =>
            await cluster.Api.Send(HttpMethod.Post, path, key: Key) is var (status, answer)
            && status != HttpStatusCode.ServiceUnavailable ? Tuple.Create(status, answer) : null);
        return (last.Item1, last.Item2);
    }

    // A claim that its process left behind holds for a minute: as if that had passed.
    private static async Task AgeClaims(ClusterProcesses cluster)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(
            "UPDATE idempotent_requests SET created_at = created_at - 60000 WHERE status IS NULL");
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> Number(ClusterProcesses cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A file whose second half waits.</summary>
    private sealed class HalfContent : HttpContent
    {
        private readonly byte[] _octets;
        private readonly TaskCompletionSource _halfSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HalfContent(string csv)
        {
            _octets = System.Text.Encoding.UTF8.GetBytes(csv);
            Headers.ContentType = new("text/csv");
        }

        public Task HalfSent => _halfSent.Task;

        public void SendRest() => _rest.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_octets.AsMemory(0, _octets.Length / 2));
            await stream.FlushAsync();
            _halfSent.SetResult();
            await _rest.Task;
            await stream.WriteAsync(_octets.AsMemory(_octets.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _octets.Length;
            return true;
        }
    }
}
