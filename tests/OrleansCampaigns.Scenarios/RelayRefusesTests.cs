using System.Text.Json.Nodes;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Scenarios;

/// <summary>
/// The relay refuses us and nobody else is to blame: nobody is marked, nothing is charged, the campaign says why, and
/// goes on by itself when it is mended.
/// </summary>
[Trait("Speed", "slow")]
public sealed class RelayRefusesTests
{
    private const long Recipients = 120;

    [Theory]
    [InlineData("553 5.7.1 <news@sender.example>: Sender rejected", "553 5.7.1")]
    [InlineData("452 4.3.1 Insufficient system storage", "452 4.3.1 Insufficient system storage")]
    [InlineData("550 Account suspended", "550 Account suspended")]
    [InlineData("421 4.3.2 Service shutting down", "421 4.3.2")]
    public async Task A_relay_that_refuses_every_sender_is_waited_for(string reply, string told)
    {
        await using var sink = SmtpSink.Start();
        sink.AtSender = _ => SinkAnswer.Parse(reply);
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var campaign = await Begin(server);

        await AssertWaiting(server, campaign, told, sent: 0);
        Assert.InRange(sink.SendersRefused, 1, 40);

        if (!reply.StartsWith("421", StringComparison.Ordinal))
        {
            // Killed while it waits: nothing was begun, so nothing is in doubt. (A relay that ends the session is known
            // to be down a moment before the partition has noted whom it did not attempt.)
            await server.Kill();
            await server.Start();
            await AssertWaiting(server, campaign, told, sent: 0);
        }

        sink.AtSender = _ => null;
        await AssertAllSent(server, sink, campaign);
    }

    [Fact]
    public async Task A_relay_that_refuses_half_of_the_domains_is_waited_for_and_the_others_are_sent()
    {
        await using var sink = SmtpSink.Start();
        sink.AtRecipient = question => question.Domain.StartsWith("refused-", StringComparison.Ordinal)
            ? SinkAnswer.Parse("550 5.7.1 Relaying denied")
            : null;
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var campaign = await Begin(server);

        await Eventually.Holds(
            "the other half is sent",
            async () => (await server.Statistics(campaign)).Outcome("Sent") == Recipients / 2);
        await AssertWaiting(server, campaign, "550 5.7.1 Relaying denied", sent: Recipients / 2);

        // It is looked after with one recipient at a time, whose answer the kill may hide: then it is in doubt.
        await server.Kill();
        await server.Start();
        var inDoubt = await AssertWaiting(
            server, campaign, "550 5.7.1 Relaying denied", sent: Recipients / 2, inDoubtMax: 1);

        sink.AtRecipient = _ => null;
        await AssertAllSent(server, sink, campaign, inDoubt);
    }

    [Fact]
    public async Task A_relay_whose_size_limit_no_message_keeps_is_waited_for_before_the_first_recipient()
    {
        await using var sink = SmtpSink.Start();
        await sink.GoDown();
        sink.SizeMax = 20_000;
        sink.GoUp();
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var campaign = await Begin(server, new string('x', 48_000));

        await AssertWaiting(server, campaign, "20000 octets at most (SIZE)", sent: 0);
        Assert.Empty(sink.Records);

        await sink.GoDown();
        sink.SizeMax = 1_000_000;
        sink.GoUp();
        await AssertAllSent(server, sink, campaign);
    }

    private static async Task<string> Begin(ServerProcess server, string html = "<p>Hello</p>")
    {
        var addresses = Enumerable.Range(0, (int)Recipients).Select(
            i => $"person-{i}@{(i % 2 == 0 ? "served" : "refused")}-{i % 12}.example");
        var campaign = await server.Draft(await server.Import(Counts.Csv(addresses)), Recipients, new()
        {
            ["content"] = new JsonObject { ["subject"] = "Hello", ["html"] = html },
        });
        await server.Post($"campaigns/{campaign}/start");
        return campaign;
    }

    /// <returns>How many are in doubt, and count as sent.</returns>
    private static async Task<long> AssertWaiting(
        ServerProcess server, string campaign, string told, long sent, long inDoubtMax = 0)
    {
        var waiting = await Eventually.Get(
            "the statistics say what the relay said",
            async () => await server.Statistics(campaign) is var known
                && (string?)known["waitingFor"] is { } reason && reason.Contains(told, StringComparison.Ordinal)
                ? known : null);

        Assert.Equal("Running", (string)waiting["status"]!);
        Assert.DoesNotContain("@", (string)waiting["waitingFor"]!, StringComparison.Ordinal);
        var inDoubt = (long)waiting["inDoubt"]!;
        Assert.InRange(inDoubt, 0, inDoubtMax);
        sent += inDoubt;
        Assert.Equal((sent, Recipients - sent), (waiting.Outcome("Sent"), waiting.Outcome("Queued")));
        Assert.Equal(sent, (long)waiting["attempts"]!);
        Assert.Equal(sent, (long)waiting["licences"]!["deducted"]!);
        Assert.Equal(0, (long)waiting["faults"]!["ours"]!);
        var contacts = await server.Items("contacts");
        Assert.Equal(Recipients, contacts.Count);
        Assert.All(contacts, contact => Assert.Contains((string)contact!["status"]!, (string[])["New", "Active"]));
        Assert.Equal(Recipients - sent, contacts.Count(contact => (string)contact!["status"]! == "New"));
        return inDoubt;
    }

    private static async Task AssertAllSent(
        ServerProcess server, SmtpSink sink, string campaign, long inDoubt = 0)
    {
        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal("Finished", (string)statistics["status"]!);
        Assert.Equal(Recipients, statistics.Outcome("Sent"));
        Assert.Equal(Recipients, (long)statistics["attempts"]!);
        Assert.Equal(inDoubt, (long)statistics["inDoubt"]!);
        Assert.Equal(
            (Recipients, Recipients, 0L),
            ((long)statistics["licences"]!["reserved"]!, (long)statistics["licences"]!["deducted"]!,
                (long)statistics["licences"]!["released"]!));
        Assert.Equal(Recipients - inDoubt, sink.Records.Count(record => record.IsAccepted));
    }
}
