using System.Globalization;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Tests.Feedback;

/// <summary>
/// Breaks one write after the other between a bounce and what becomes of it, and compares with an undisturbed run.
/// </summary>
public sealed class BrokenFeedbackWriteTests
{
    private const int DeliveriesMax = 5;

    [Theory]
    [InlineData(Fault.BeforeWrite)]
    [InlineData(Fault.AfterWrite)]
    public async Task Whichever_write_breaks_a_bounce_comes_to_the_same(Fault fault)
    {
        await using var engine = await Engine.Start();
        var undisturbed = await Run(engine, broken: 0, fault);
        Assert.Equal(
            "FinishedWithFailures, 2 Sent, 1 Bounced, 5 attempts, 3 deducted, none in doubt"
            + " | Queued Queued 0, Attempt Sent 1, Bounce SoftBounced 1, Attempt Sent 2, Bounce Bounced 2"
            + " | Queued Queued 0, Attempt Sent 1, Bounce Deferred 1, Attempt Sent 2"
            + " | Queued Queued 0, Attempt Sent 1",
            undisturbed.Story);
        Assert.InRange(undisturbed.Writes, 10, 60);
        for (var broken = 1; broken <= undisturbed.Writes; broken++)
        {
            var disturbed = await Run(engine, broken, fault);
            Assert.True(
                undisturbed.Story == disturbed.Story,
                $"Write {broken} ({disturbed.Broken}) broke and it came to {disturbed.Story}");
        }
    }

    /// <summary>A soft bounce and a deferral come back, then the second e-mail to the first comes back for good.
    /// </summary>
    private static async Task<(string Story, int Writes, string? Broken)> Run(Engine engine, int broken, Fault fault)
    {
        // Fresh addresses: what one campaign did to a contact must not change the next one.
        var mark = Guid.NewGuid().ToString("N")[..8];
        string[] addresses = [$"full-{mark}@mail.example", $"slow-{mark}@mail.example", $"ok-{mark}@mail.example"];
        var (campaign, id, _) = await BounceTests.Sent(engine, addresses);
        var first = engine.Faults.Writes;
        string? state = null;
        engine.Faults.Script = (number, name) =>
        {
            state = number - first == broken ? name : state;
            return number - first == broken ? fault : null;
        };

        await Deliver(engine, addresses[0], Told.Full(id, 1));
        await Deliver(engine, addresses[1], Told.Bounce(id, 1, Outcome.Deferred, Cause.Throttled));
        await Engine.Ended(campaign);
        await Deliver(engine, addresses[0], Told.Missing(id, 2));
        var statistics = await Engine.Ended(campaign);
        var writes = engine.Faults.Writes - first;
        engine.Faults.Script = (_, _) => null;

        Engine.AssertSound(statistics);
        Assert.Equal((2, 2, 1), (
            engine.Relays.Accepted[addresses[0]],
            engine.Relays.Accepted[addresses[1]],
            engine.Relays.Accepted[addresses[2]]));
        return (await Tell(engine, addresses, statistics), writes, state);
    }

    // As a mailbox does: again, until it was taken.
    private static async Task Deliver(Engine engine, string address, FeedbackEvent happened)
    {
        for (var time = 1; ; time++)
        {
            try
            {
                var effect = (await engine.Learn(address, happened)).Effect;
                Assert.True(effect == FeedbackEffect.Applied || (time > 1 && effect == FeedbackEffect.Repeated));
                return;
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.IAssertionException && time < DeliveriesMax)
            {
                // It stays in the mailbox.
            }
        }
    }

    private static async Task<string> Tell(Engine engine, string[] addresses, CampaignStatistics statistics)
    {
        var totals = statistics.Totals;
        List<string> told =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{statistics.Status}, {totals[Outcome.Sent]} Sent, {totals[Outcome.Bounced]} Bounced, "
                + $"{totals.Attempts} attempts, {statistics.Licences.Deducted} deducted, "
                + $"{(totals.InDoubt == 0 ? "none" : totals.InDoubt)} in doubt"),
        ];
        foreach (var address in addresses)
        {
            told.Add(string.Join(", ", (await engine.History(address)).Select(
                entry => $"{entry.Kind} {entry.Outcome} {entry.Attempt}")));
        }

        return string.Join(" | ", told);
    }
}
