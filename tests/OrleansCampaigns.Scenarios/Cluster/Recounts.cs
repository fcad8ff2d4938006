using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>What every scenario of a cluster ends with, whatever was killed in it.</summary>
internal static partial class Recounts
{
    /// <summary>
    /// Nobody is lost, nobody got an e-mail twice without it being known, licences are exact, and statistics and tables
    /// equal the stored states of the grains.
    /// </summary>
    /// <param name="cluster">Where the campaign ran.</param>
    /// <param name="sink">Where its e-mails went, and no others.</param>
    /// <param name="campaign">The campaign, which has ended.</param>
    /// <param name="inDoubt">Its policy.</param>
    public static async Task<StorageRecount> AssertSound(
        ClusterProcesses cluster, SandboxServer sink, string campaign, string inDoubt)
    {
        var statistics = await cluster.Statistics(campaign);
        var recount = await StorageRecount.Read(cluster.ConnectionString, campaign);
        Assert.Empty(recount.Differences.Take(10));
        AssertHistories(recount);
        AssertStatistics(statistics, recount);
        AssertLicences(statistics, recount);
        if ((string)statistics["status"]! != "Cancelled")
        {
            AssertNobodyIsLost(recount);
        }

        AssertDeliveries(sink.Deliveries(), recount, inDoubt);
        AssertNothingPersonalIsLogged(cluster);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{recount.Audience} recipients: {recount.Recipients.Count(recipient => recipient.InDoubt)} in doubt, "
            + $"{sink.Snapshot().Duplicates} repeated.");
        return recount;
    }

    /// <summary>Addresses of which a tenth meets a temporary failure at first, in two ways.</summary>
    public static IEnumerable<string> Addresses(int count) => Enumerable.Range(0, count).Select(i =>
        $"{(i % 20 == 0 ? "greylist" : i % 20 == 10 ? "serverfault" : "ok")}-{i}@mail.example");

    private static void AssertHistories(StorageRecount recount)
    {
        var faults = recount.Recipients.Where(recipient => recipient.HistoryFault is not null)
            .CountBy(recipient => recipient.HistoryFault!);
        Assert.Empty(faults);
    }

    private static void AssertStatistics(JsonNode statistics, StorageRecount recount)
    {
        Counts.AssertSound(statistics);
        Assert.Equal(recount.Audience, recount.Recipients.Count);
        Assert.Equal(recount.Audience, (long)statistics["audience"]!);
        foreach (var (outcome, count) in statistics["outcomes"]!.AsObject())
        {
            Assert.Equal((outcome, recount.Count(outcome)), (outcome, (long)count!));
        }

        var attempted = recount.Recipients.Where(recipient => recipient.Attempts > 0).ToList();
        Assert.Equal(
            recount.Recipients.Count(recipient => recipient.Excluded is not null), (long)statistics["excludedTotal"]!);
        Assert.Equal(attempted.Sum(recipient => recipient.Attempts), (long)statistics["attempts"]!);
        Assert.Equal(attempted.Sum(recipient => recipient.Attempts - 1), (long)statistics["retries"]!);
        Assert.Equal(recount.Recipients.Count(recipient => recipient.Waits), (long)statistics["retriesWaiting"]!);
        Assert.Equal(recount.Recipients.Count(recipient => recipient.InDoubt), (long)statistics["inDoubt"]!);
    }

    private static void AssertLicences(JsonNode statistics, StorageRecount recount)
    {
        var charged = recount.Recipients.Count(recipient => recipient.Charged);
        Assert.Equal(recount.Recipients.Count(recipient => recipient.Attempts > 0), charged);
        var told = statistics["licences"]!;
        Assert.Equal(charged, (long)told["deducted"]!);
        Assert.NotNull(recount.Licences);
        Assert.Equal(
            new RecountedLicences((long)told["reserved"]!, charged, (long)told["reserved"]! - charged, IsSettled: true),
            recount.Licences);
    }

    private static void AssertNobodyIsLost(StorageRecount recount)
    {
        var waiting = recount.Recipients.Where(recipient => recipient.Waits
            || (recipient.Excluded is null && recipient.Outcome is "Queued" or "Deferred" or "SoftBounced"));
        Assert.Empty(waiting.CountBy(recipient => recipient.Outcome));
        Assert.Equal(0, recount.LeftInPartitions);
    }

    private static void AssertDeliveries(
        IReadOnlyList<SandboxDelivery> deliveries, StorageRecount recount, string inDoubt)
    {
        var received = deliveries.ToLookup(delivery => delivery.Recipient, delivery => delivery.MessageId);
        var faults = recount.Recipients
            .Where(recipient => recipient.Outcome != "Duplicated")
            .Select(recipient => FaultOf(recipient, [.. received[recipient.Address]], inDoubt))
            .OfType<string>();
        Assert.Empty(faults.CountBy(fault => fault));

        // No e-mail went to anybody else, and no two recipients share a Message-ID.
        var audience = recount.Recipients.Select(recipient => recipient.Address).ToHashSet();
        Assert.Equal(0, received.Count(group => !audience.Contains(group.Key)));
        Assert.Equal(received.Count, deliveries.Select(delivery => delivery.MessageId).Distinct().Count());
    }

    private static string? FaultOf(RecountedRecipient recipient, string[] ids, string inDoubt) => ids switch
    {
        _ when ids.Distinct().Skip(1).Any() => "Repeated with another Message-ID.",
        { Length: > 1 } when inDoubt == "AssumeSent" => "Sent twice.",
        { Length: > 1 } when !recipient.InDoubt => "Sent twice and not in doubt.",
        { Length: > 1 } when ids.Length > 1 + recipient.Doubts => "Sent more often than it was in doubt.",
        { Length: 0 } when recipient.Outcome == "Sent" && inDoubt == "Resend" => "Lost.",
        { Length: 0 } when recipient.Outcome == "Sent" && !recipient.InDoubt => "Lost and not in doubt.",
        { Length: > 0 } when recipient.Outcome != "Sent" && recipient.Doubts == 0 => "Sent, and something else told.",
        _ => null,
    };

    private static void AssertNothingPersonalIsLogged(ClusterProcesses cluster)
    {
        // The first line of the API's output is the administrator's key, which is no person's.
        var lines = cluster.Processes.SelectMany(process => process.Errors.Concat(process.Output));
        Assert.DoesNotContain(lines, line => line.Contains('@') || ContactKeys().IsMatch(line));
    }

    [GeneratedRegex("con_[0-9a-f]{32}|c[th]:[a-z0-9-]+:[0-9a-f]{32}")]
    private static partial Regex ContactKeys();
}
