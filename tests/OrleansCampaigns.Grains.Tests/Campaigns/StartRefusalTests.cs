using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>What refuses a start is told all at once, and licences need not be counted out to oneself.</summary>
public sealed class StartRefusalTests
{
    [Fact]
    public async Task A_refused_start_tells_all_that_validate_tells()
    {
        await using var engine = await Engine.Start();
        var campaign = engine.Grains.Campaign(CampaignId.Create(TimeProvider.System.GetUtcNow()));
        await campaign.Create(Engine.Account, new CampaignDefinition
        {
            Name = "test",
            Sender = new("news@sender.example"),
            Content = new() { Subject = "Hello", Html = "<p>Hello</p>" },
            Relay = "nowhere",
            Audience = new() { ListIds = [await engine.MakeList("a@mail.example"), "lst_unknown"] },
        });

        var problems = (await campaign.Validate(Engine.Account)).Value!.Problems;
        var refusal = (await campaign.Start(Engine.Account)).Refusal!;

        Assert.Equal(
            ["campaign.relay.unknown", "campaign.audience.unknown_list", "licences.insufficient"],
            problems.Select(problem => problem.Code));
        Assert.Equal(problems[0], refusal with { Others = null });
        Assert.Equal(
            problems.Skip(1).Select(problem => (problem.Code, problem.Detail, problem.Field)),
            refusal.Others!.Select(other => (other.Code, other.Detail, other.Field)));
        Assert.Contains("Licences:Unlimited", problems[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_licences_are_unlimited_a_campaign_starts_without_any_and_is_counted()
    {
        await using var engine = await Engine.Start(options => options.AreLicencesUnlimited = true);
        var campaign = await engine.Draft(["a@mail.example", "b@mail.example"], licences: 1);
        Assert.Empty((await campaign.Validate(Engine.Account)).Value!.Problems);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);

        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal((2, 2L), (statistics.Totals[Outcome.Sent], statistics.Licences.Deducted));
        var ledger = await engine.Grains.Account(Engine.Account).GetLedger();
        Assert.Equal((0L, 2L), (ledger.Balance, ledger.DeductedTotal));
        Assert.Contains(ledger.Lines, line => line is { Amount: 1, Reason: "Licences:Unlimited" });
    }
}
