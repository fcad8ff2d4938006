using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>Breaks one write after the other, and looks whether the campaign still comes out right.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class BrokenWriteTests(Databases databases)
{
    private static readonly string[] Addresses =
        ["a@mail.example", "b@mail.example", "deferred@mail.example", "full@mail.example", "a@mail.example", "broken"];

    [Theory]
    [InlineData(DatabaseKind.Embedded, Fault.BeforeWrite)]
    [InlineData(DatabaseKind.Embedded, Fault.AfterWrite)]
    [InlineData(DatabaseKind.Embedded, Fault.AfterAnother)]
    [InlineData(DatabaseKind.Cluster, Fault.AfterWrite)]
    [InlineData(DatabaseKind.Cluster, Fault.AfterAnother)]
    public async Task Whichever_write_breaks_nobody_is_lost_and_nobody_gets_two(DatabaseKind kind, Fault fault)
    {
        await using var engine = await databases.StartEngine(kind);
        engine.Relays.Script = (address, attempt) => address[0] switch
        {
            'd' when attempt == 1 => new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted },
            'f' => new() { Outcome = Outcome.SoftBounced, Cause = Cause.MailboxFull },
            _ => null,
        };

        // One undisturbed run tells how many writes there are to break.
        var writes = await Run(engine, broken: 0, fault);
        Assert.InRange(writes, 15, 200);
        for (var broken = 1; broken <= writes; broken++)
        {
            await Run(engine, broken, fault);
        }
    }

    private static async Task<int> Run(Engine engine, int broken, Fault fault)
    {
        // Fresh addresses: what one campaign did to a contact must not change the next one.
        var mark = Guid.NewGuid().ToString("N")[..8];
        var addresses = Addresses.Select(
            address => address.Replace("@", $".{mark}@", StringComparison.Ordinal)).ToArray();
        addresses[^1] = $"broken-{mark}";
        var campaign = await engine.Draft(addresses);
        var first = engine.Faults.Writes;
        engine.Faults.Script = (number, _) => number - first == broken ? fault : null;

        try
        {
            await campaign.Start(Engine.Account);
        }
        catch (Orleans.Runtime.OrleansException)
        {
            // The command itself was broken: a caller retries it.
        }

        var started = await campaign.Start(Engine.Account);
        Assert.True(
            started.Refusal?.Code is null or "campaign.already_started",
            $"After write {broken}: {started.Refusal?.Detail}");
        var statistics = await Engine.Ended(campaign);
        engine.Faults.Script = (_, _) => null; // This run may have had fewer writes than the first.
        Engine.AssertSound(statistics);
        var outcomes = string.Join(", ", statistics.Totals.Outcomes);
        var excluded = string.Join(", ", statistics.Totals.Excluded);
        var told = $"Write {broken} broke: {outcomes}, {statistics.Status}, excluded {excluded}";
        Assert.Equal(6, statistics.Totals.Audience);
        Assert.True(statistics.Totals.IsOver, $"After write {broken} somebody still waits.");
        Assert.True(statistics.Totals[Outcome.Duplicated] == 1, told);
        Assert.True(statistics.Totals[Outcome.Invalid] == 1, told);
        foreach (var address in addresses.Distinct().SkipLast(1))
        {
            Assert.True(
                engine.Relays.Accepted.GetValueOrDefault(address) <= 1, $"After write {broken} somebody got two.");
        }

        // Whoever counts as sent was accepted, or is marked in doubt.
        var accepted = addresses.Distinct().Sum(address => engine.Relays.Accepted.GetValueOrDefault(address));
        Assert.InRange(
            accepted, statistics.Totals[Outcome.Sent] - statistics.Totals.InDoubt, statistics.Totals[Outcome.Sent]);
        return engine.Faults.Writes - first;
    }
}
