using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>What is our fault is told apart, marks nobody, and can be mended.</summary>
public sealed class BlameTests
{
    private static readonly AttemptReport Unauthenticated = new()
    {
        Outcome = Outcome.Rejected,
        Cause = Cause.Authentication,
        Reply = new(550, "5.7.26", "Unauthenticated"),
    };

    [Fact]
    public async Task The_next_campaign_reaches_those_who_were_refused_by_our_fault()
    {
        await using var engine = await Engine.Start();
        string[] addresses = ["a@one.example", "b@two.example"];
        engine.Relays.Script = (_, _) => Unauthenticated;
        var refused = await engine.Draft(addresses);
        await refused.Start(Engine.Account);
        var first = await Engine.Ended(refused);

        Assert.Equal(CampaignStatus.FinishedWithFailures, first.Status);
        Assert.Equal((0, 0, 2), (
            first.Totals[Blame.Mailbox], first.Totals[Blame.Server], first.Totals[Blame.Ours]));
        Assert.Equal(ContactStatus.New, (await engine.Contact(addresses[0]).Describe()).Status);

        engine.Relays.Script = (_, _) => null;
        var next = await engine.Draft(addresses);
        await next.Start(Engine.Account);

        Assert.Equal(2, (await Engine.Ended(next)).Totals[Outcome.Sent]);
    }

    [Fact]
    public async Task A_campaign_that_is_refused_everywhere_pauses_by_itself_and_stays_so_after_a_restart()
    {
        await using var engine = await Engine.Start(options =>
        {
            options.Fuse.Refusals = 20;
            options.Fuse.Domains = 5;
            options.WindowMax = 8;
        });
        engine.Relays.Script = (_, _) => Unauthenticated;
        var campaign = await engine.Draft([.. Enumerable.Range(0, 300).Select(i => $"u{i}@domain-{i % 9}.example")]);
        await campaign.Start(Engine.Account);

        var paused = await Eventually.Get(
            "the campaign pauses by itself",
            async () => (await campaign.Get(Engine.Account)).Value is { Status: CampaignStatus.Paused } view
                ? view : null);
        Assert.EndsWith(": authentication, 550", paused.PauseReason, StringComparison.Ordinal);

        await Engine.Forget(campaign);
        var statistics = (await campaign.GetStatistics(Engine.Account)).Value!;
        Assert.Equal(CampaignStatus.Paused, statistics.Status);
        Assert.Contains(paused.PauseReason!, statistics.WaitingFor, StringComparison.Ordinal);
        Assert.InRange(statistics.Totals[Outcome.Rejected], 20, 40);

        engine.Relays.Script = (_, _) => null;
        Assert.Null((await campaign.Resume(Engine.Account)).Value!.PauseReason);
        var ended = await Engine.Ended(campaign);
        Assert.Equal(CampaignStatus.FinishedWithFailures, ended.Status);

        Assert.Null((await campaign.RetryFailed(Engine.Account)).Refusal);
        await Eventually.Holds(
            "all are sent",
            async () => (await campaign.GetStatistics(Engine.Account)).Value!.Totals[Outcome.Sent] == 300);
        Engine.AssertSound(await Engine.Ended(campaign));
    }

    [Fact]
    public async Task Refusals_with_something_accepted_between_them_do_not_pause_it()
    {
        await using var engine = await Engine.Start(options =>
        {
            options.Fuse.Refusals = 20;
            options.Fuse.Domains = 5;
        });
        engine.Relays.Script = (address, _) => address.StartsWith("even", StringComparison.Ordinal)
            ? Unauthenticated : null;
        var campaign = await engine.Draft([
            .. Enumerable.Range(0, 300).Select(i => $"{(i % 2 == 0 ? "even" : "odd")}{i}@domain-{i % 9}.example")]);
        await campaign.Start(Engine.Account);

        Assert.Equal(150, (await Engine.Ended(campaign)).Totals[Outcome.Rejected]);
    }

    [Theory]
    [InlineData("template.too_large", Exclusions.TooLarge, Cause.TooLarge)]
    [InlineData("template.missing_field", Exclusions.MissingField, Cause.MissingField)]
    [InlineData("template.render", Exclusions.Unrenderable, Cause.Unrenderable)]
    public async Task A_message_that_cannot_be_made_is_a_failure_of_the_campaign_with_its_own_reason(
        string code, string reason, Cause cause)
    {
        await using var engine = await Engine.Start();
        var again = await engine.Draft(["broken@mail.example", "fine@mail.example"]);
        Assert.Null((await again.Validate(Engine.Account)).Refusal);

        // The start makes the message of the longest address: what is refused then is told then. Here it breaks later.
        engine.Composers.Refuse = recipient =>
            recipient is { Place: not null, Address: "broken@mail.example" } ? Refusal.Invalid(code, "No.") : null;
        Assert.Null((await again.Start(Engine.Account)).Refusal);
        var statistics = await Engine.Ended(again);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.FinishedWithFailures, statistics.Status);
        Assert.Equal((1, 1), (statistics.Totals.Excluded.GetValueOrDefault(reason), statistics.Totals[Blame.Ours]));
        Assert.Equal((1, 1), (statistics.Licences.Deducted, statistics.Licences.Released));
        var id = GrainKeys.ReadCampaign(again.GetPrimaryKeyString());
        var delivery = await engine.Delivery("broken@mail.example", id);
        Assert.Equal((reason, cause, 0), (delivery.Excluded, delivery.Cause, delivery.Attempts));
        Assert.NotEqual(ContactStatus.Unavailable, (await engine.Contact("broken@mail.example").Describe()).Status);
    }

    [Fact]
    public async Task A_message_that_cannot_be_made_is_known_before_the_start_with_the_contact_that_breaks_it()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["much-longer-address@mail.example", "a@mail.example"]);
        engine.Composers.Refuse = recipient => recipient.Address.StartsWith("much", StringComparison.Ordinal)
            ? Refusal.Invalid("template.too_large", "content.subject comes to more than 900 characters.") : null;

        var problem = Assert.Single((await campaign.Validate(Engine.Account)).Value!.Problems);

        Assert.Equal("template.too_large", problem.Code);
        Assert.Contains(
            engine.ContactOf("much-longer-address@mail.example").Value, problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("@", problem.Detail, StringComparison.Ordinal);
        Assert.Equal("template.too_large", (await campaign.Start(Engine.Account)).Refusal?.Code);
    }

    [Fact]
    public async Task Content_that_no_longer_compiles_is_told_by_the_statistics()
    {
        await using var engine = await Engine.Start();
        engine.Relays.GoDown();
        var campaign = await engine.Draft(["a@mail.example"]);
        await campaign.Start(Engine.Account);
        await Eventually.Holds(
            "it runs",
            async () => (await campaign.Get(Engine.Account)).Value!.Status == CampaignStatus.Running);
        await campaign.Pause(Engine.Account);
        engine.Composers.Problem = Refusal.Invalid("template.syntax", "No.");
        engine.Relays.ComeUp();
        await campaign.Resume(Engine.Account);

        await Eventually.Holds(
            "the statistics say so",
            async () => (await campaign.GetStatistics(Engine.Account)).Value!.WaitingFor
                == "the content no longer compiles: template.syntax");
        engine.Composers.Problem = null;
        Assert.Equal(1, (await Engine.Ended(campaign)).Totals[Outcome.Sent]);
    }

    [Fact]
    public async Task Retry_failed_makes_the_message_again_and_charges_it_then()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["a@mail.example", "b@mail.example"]);
        engine.Relays.Script = (address, _) => address[0] == 'a'
            ? new() { Outcome = Outcome.Rejected, Cause = Cause.TooLarge, IsUnsent = true } : null;
        await campaign.Start(Engine.Account);
        var first = await Engine.Ended(campaign);
        Assert.Equal(1, first.Totals.Excluded.GetValueOrDefault(Exclusions.TooLarge));
        Assert.Equal((1, 1), (first.Licences.Deducted, first.Licences.Released));

        engine.Relays.Script = (_, _) => null;
        Assert.Null((await campaign.RetryFailed(Engine.Account)).Refusal);
        await Eventually.Holds(
            "both are sent",
            async () => (await campaign.GetStatistics(Engine.Account)).Value!.Totals[Outcome.Sent] == 2);
        var second = await Engine.Ended(campaign);

        Engine.AssertSound(second);
        Assert.Equal(CampaignStatus.Finished, second.Status);
        Assert.Equal(2, second.Licences.Deducted);
    }
}
