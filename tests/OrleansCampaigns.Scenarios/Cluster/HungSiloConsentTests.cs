using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>A wish to be left alone is obeyed and answered while a silo hangs.</summary>
[Collection(nameof(UndisturbedTests))]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class HungSiloConsentTests
{
    private const int Recipients = 3_000;
    private const int Leavers = 40;
    private const int ConnectionsMax = 16;

    [Fact]
    public async Task A_wish_is_answered_while_a_silo_hangs_and_holds_when_the_silo_wakes_up()
    {
        await using var sink = SmtpSink.Start();
        sink.Delay = _ => TimeSpan.FromMilliseconds(100);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = $"{Recipients / 12}",
            ["Mail:Relays:0:MaxConnections"] = $"{ConnectionsMax}",
            ["Cluster:TakeOverMax"] = "00:02:00", // Nothing here is owed to the others giving it up.
        });
        var list = await cluster.Api.Import(Counts.Csv(
            Enumerable.Range(0, Recipients).Select(i => $"user@domain{i}.example")));
        var campaign = await cluster.Api.Draft(list, Recipients);
        await cluster.Api.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("a sixth is sent", () => sink.Records.Count >= Recipients / 6);

        await cluster.Silos[1].Freeze();
        var left = await Leave(cluster, await Unattempted(cluster, campaign));
        Assert.NotEmpty(left);
        Assert.Equal(3, await Active(cluster)); // They were answered while it hung.
        var domains = left.Select(leaver => leaver.Domain).ToHashSet();
        var acknowledged = sink.Records.Count;
        await cluster.Silos[1].Thaw();

        var statistics = await cluster.Ended(campaign);
        Counts.AssertSound(statistics);
        var late = sink.Records.Skip(acknowledged).Where(record => domains.Contains(record.Domain)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{left.Count} of {Leavers} wishes were answered while a silo hung, the slowest after "
            + $"{left.Max(leaver => leaver.Waited).TotalSeconds:F1} s; it sent {late.Count} when it woke up.");

        // What had passed its gate when it was stopped is all that may still go out, and that is one for a connection.
        Assert.All(late, record => Assert.Equal("silo1.example", record.Client));
        Assert.InRange(late.Count, 0, ConnectionsMax);
        Assert.InRange(statistics.Outcome("Unsubscribed"), 1, Leavers);
        Assert.Equal(Recipients, statistics.Outcome("Unsubscribed") + statistics.Outcome("Sent"));
        Assert.Empty(sink.Records.Repeated());
        Assert.Empty((await StorageRecount.Read(cluster.ConnectionString, campaign)).Differences.Take(10));
    }

    // All at once: a contact that lives in the hung silo, or whose way leads through it, is answered 503 in the end.
    private static async Task<ConcurrentBag<(string Domain, TimeSpan Waited)>> Leave(
        ClusterProcesses cluster, List<(string Contact, string Domain)> leavers)
    {
        var left = new ConcurrentBag<(string, TimeSpan)>();
        await Task.WhenAll(leavers.Select(async leaver =>
        {
            var begun = TimeProvider.System.GetTimestamp();
            var (status, answer) = await cluster.Api.Send(
                HttpMethod.Post,
                $"contacts/{leaver.Contact}/unsubscribe",
                new JsonObject { ["actor"] = "test", ["reason"] = "asked by telephone" });
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status} {answer}");
            if (status == HttpStatusCode.OK)
            {
                left.Add((leaver.Domain, TimeProvider.System.GetElapsedTime(begun)));
            }
        }));
        return left;
    }

    // Those whose turn it is, which are in flight or about to be, and those whose turn is far.
    private static async Task<List<(string Contact, string Domain)>> Unattempted(
        ClusterProcesses cluster, string campaign)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(
            $"""
            WITH turns AS (
                SELECT c.id, split_part(c.address, '@', 2) AS domain, r.seq
                FROM recipients r JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
                WHERE r.campaign_id = $1 AND r.attempts = 0)
            (SELECT id, domain FROM turns ORDER BY seq LIMIT {Leavers / 2})
            UNION (SELECT id, domain FROM turns ORDER BY seq DESC LIMIT {Leavers / 2})
            """);
        command.Parameters.Add(new() { Value = campaign });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }

    private static async Task<long> Active(ClusterProcesses cluster)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand("SELECT count(*) FROM OrleansMembershipTable WHERE Status = 3");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
