using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Tests.Imports;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Contacts;

/// <summary>Nothing is sent to a suppressed address or domain from the answer on.</summary>
public abstract class SuppressionTests(Databases databases, DatabaseKind kind)
{
    [Theory]
    [InlineData("Suppressed@Mail.Example", "suppressed@mail.example", null)]
    [InlineData("Suppressed@Mail.Example", null, "mail.example")]
    [InlineData("x@deep.sub.mail.example", null, "Sub.Mail.Example.")]
    public async Task A_message_being_made_is_not_sent_once_its_address_or_domain_was_suppressed(
        string recipient, string? address, string? domain)
    {
        await using var engine = await databases.StartEngine(kind);
        await using var desk = new ImportDesk(engine);
        var isMaking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        engine.Composers.OnCompose = made =>
        {
            if (!made.StartsWith("staying", StringComparison.Ordinal) && isMaking.TrySetResult())
            {
                Assert.True(goOn.Wait(Eventually.Patience));
            }
        };
        var campaign = await engine.Draft([recipient, "staying@other.example"]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await isMaking.Task.WaitAsync(Eventually.Patience);

        Assert.Null((await desk.Suppressions.Add(
            Engine.Account, [new(address, domain, "asked by letter", null)], "Jo")).Refusal);
        await engine.Grains.Account(Engine.Account).TellSuppressions();
        goOn.Set();

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(["staying@other.example"], engine.Relays.Attempts.Keys);
        Assert.Equal(1, statistics.Totals.Outcomes[Outcome.Unsubscribed]);
        Assert.Equal(1, statistics.Licences.Deducted);
        var delivery = await engine.Delivery(recipient, GrainKeys.ReadCampaign(campaign.GetPrimaryKeyString()));
        Assert.Equal((Outcome.Unsubscribed, Cause.Suppressed), (delivery.Outcome, delivery.Cause));
        Assert.Equal(ContactStatus.New, (await engine.Contact(recipient).Describe()).Status);
    }

    [Fact]
    public async Task A_retry_does_not_reach_who_was_suppressed_and_an_expired_suppression_holds_nobody_back()
    {
        await using var engine = await databases.StartEngine(kind);
        await using var desk = new ImportDesk(engine);
        engine.Relays.Script = (address, attempt) => address.StartsWith("later", StringComparison.Ordinal)
            ? new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted }
            : null;
        var now = engine.Clock.GetUtcNow();
        await desk.Suppressions.Add(
            Engine.Account,
            [
                new("over@mail.example", null, null, now.AddMinutes(-1)), new("never@mail.example", null, null, null),
            ],
            null);
        await engine.Grains.Account(Engine.Account).TellSuppressions();
        var campaign = await engine.Draft(["later@mail.example", "over@mail.example", "never@mail.example"]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await Eventually.Holds(
            "the first attempt is deferred", () => engine.Relays.Attempts.GetValueOrDefault("later@mail.example") > 1);

        await desk.Suppressions.Add(Engine.Account, [new("later@mail.example", null, null, null)], null);
        await engine.Grains.Account(Engine.Account).TellSuppressions();
        var attempts = engine.Relays.Attempts["later@mail.example"];

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.InRange(engine.Relays.Attempts["later@mail.example"], attempts, attempts + 1);
        Assert.Equal((1, 2), (statistics.Totals[Outcome.Sent], statistics.Totals[Outcome.Unsubscribed]));
        Assert.Equal(2, statistics.Licences.Reserved);
        Assert.DoesNotContain("never@mail.example", engine.Relays.Attempts.Keys);
        Assert.Equal(
            "test_send.suppressed",
            (await campaign.TestSend(Engine.Account, "NEVER@mail.example", null)).Refusal!.Code);
    }

    [Fact]
    public void A_gate_that_is_shut_for_an_account_lets_nothing_of_it_through_and_everything_of_others()
    {
        var gate = new AttemptGate(new ManualClock());
        using var mine = gate.Enter(Engine.Account, new("con_1"));
        using var others = gate.Enter(new("other"), new("con_1"));
        gate.Shut(Engine.Account);
        using var later = gate.Enter(Engine.Account, new("con_1"));

        Assert.Equal((false, true, true), (mine.Pass(), others.Pass(), later.Pass()));
    }
}

[Trait("Needs", "PostgreSQL")]
public sealed class EmbeddedSuppressionTests(Databases databases) : SuppressionTests(databases, DatabaseKind.Embedded);

[Trait("Needs", "PostgreSQL")]
public sealed class ClusterSuppressionTests(Databases databases) : SuppressionTests(databases, DatabaseKind.Cluster);
