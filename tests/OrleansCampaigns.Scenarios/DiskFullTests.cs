using System.Net;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>The disk fills up in the middle of a campaign, and has room again later.</summary>
[Trait("Speed", "slow")]
public sealed class DiskFullTests
{
    [Fact]
    public async Task A_full_disk_is_told_and_nothing_is_lost_or_sent_twice()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can mount a small disk.");
        var disk = Directory.CreateTempSubdirectory("oc-disk-").FullName;
        await Programs.Run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk);
        try
        {
            var clock = new PacedClock();
            await using var sink = SandboxServer.Start(
                new SandboxOptions { Latency = TimeSpan.FromMilliseconds(500) }, clock);
            await using var server = new ServerProcess(sink.Port, folder: Path.Combine(disk, "data"));
            await server.Start();
            var list = await server.Import(Counts.Csv(Enumerable.Range(0, 400).Select(i => $"ok-{i}@mail.example")));
            var campaign = await server.Draft(list, 400);
            await server.Post($"campaigns/{campaign}/start");
            await Eventually.Holds("some are sent", () => sink.Snapshot().Accepted >= 50);

            var filler = Path.Combine(disk, "filler");
            await Fill(filler);
            var refused = await Eventually.Get<string>("a request is told", async () =>
            {
                var (status, body) = await server.Send(
                    HttpMethod.Post, "lists", new System.Text.Json.Nodes.JsonObject
                    {
                        ["name"] = Guid.NewGuid()
                        .ToString()
                    });
                return status == HttpStatusCode.ServiceUnavailable ? (string)body["code"]! : null;
            });
            Assert.Equal("storage.unavailable", refused);
            var accepted = sink.Snapshot().Accepted;
            Assert.InRange(accepted, 50, 399);

            clock.Hurry();
            File.Delete(filler);
            var statistics = await server.Ended(campaign);
            Counts.AssertSound(statistics);
            Assert.Equal(400, statistics.Outcome("Sent"));
            Assert.Equal(0, sink.Snapshot().Duplicates);
            Assert.InRange(sink.Snapshot().Accepted, 400 - (long)statistics["inDoubt"]!, 400);
        }
        finally
        {
            await Programs.Run("umount", "-l", disk);
            Directory.Delete(disk);
        }
    }

    private static async Task Fill(string file)
    {
        var block = new byte[4096];
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                await stream.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
