using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>Starts of audiences that are too large to be counted before the answer.</summary>
public sealed class LargeStartTests
{
    private const int CheckedMax = 5;
    private const int Recipients = 10;

    [Fact]
    public async Task What_licences_are_short_by_is_told_once_the_audience_is_taken()
    {
        await using var engine = await Start();
        var campaign = await Draft(engine, licences: Recipients - 1);

        var started = await campaign.Start(Engine.Account);
        Assert.Null(started.Refusal);
        Assert.Equal(CampaignStatus.Starting, started.Value!.Status);
        var refused = await Refused(campaign);

        Assert.Equal("licences.insufficient", refused.StartRefusal!.Code);
        Assert.Contains("1", refused.StartRefusal.Detail, StringComparison.Ordinal);
        await AssertNothingIsLeft(engine, refused, free: Recipients - 1);

        // Nothing of it stands in the way of the next start.
        await engine.Grains.Account(Engine.Account).Grant(1, "test", "the rest");
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal((Recipients, Recipients), (statistics.Totals[Outcome.Sent], statistics.Licences.Deducted));
    }

    [Fact]
    public async Task Where_licences_are_likely_to_be_short_the_answer_waits_for_the_count()
    {
        await using var engine = await Start();
        var campaign = await Draft(engine, licences: CheckedMax);

        var started = await campaign.Start(Engine.Account);

        Assert.Equal("licences.insufficient", started.Refusal?.Code);
        Assert.Contains("5 are missing", started.Refusal!.Detail, StringComparison.Ordinal);
        Assert.Equal(CampaignStatus.Draft, (await campaign.Get(Engine.Account)).Value!.Status);
    }

    [Fact]
    public async Task Fields_that_contacts_lack_are_told_after_the_answer()
    {
        await using var engine = await Start();
        engine.Composers.RequiredFields = new HashSet<string> { "city" };
        var campaign = await Draft(engine, licences: 2 * Recipients);

        var validated = (await campaign.Validate(Engine.Account)).Value!;
        Assert.Equal(Recipients, validated.Audience);
        Assert.Equal(["template.missing_field"], validated.Problems.Select(problem => problem.Code));
        var started = await campaign.Start(Engine.Account);
        Assert.Null(started.Refusal);
        var refused = await Refused(campaign);

        Assert.Equal("template.missing_field", refused.StartRefusal!.Code);
        Assert.Contains("city (10 contacts)", refused.StartRefusal.Detail, StringComparison.Ordinal);
        await AssertNothingIsLeft(engine, refused, free: 2 * Recipients);
    }

    [Fact]
    public async Task A_small_audience_is_refused_with_the_answer()
    {
        await using var engine = await Start(checkedMax: Recipients);
        engine.Composers.RequiredFields = new HashSet<string> { "city" };
        var campaign = await Draft(engine, licences: 2 * Recipients);

        Assert.Equal("template.missing_field", (await campaign.Start(Engine.Account)).Refusal?.Code);
        Assert.Null((await campaign.Get(Engine.Account)).Value!.StartRefusal);
    }

    private static Task<Engine> Start(int checkedMax = CheckedMax) =>
        Engine.Start(options => options.CheckedBeforeAnswerMax = checkedMax);

    private static Task<ICampaignGrain> Draft(Engine engine, long licences) => engine.Draft(
        [.. Enumerable.Range(0, Recipients).Select(i => $"user{i}@mail.example")], licences: licences);

    private static Task<CampaignView> Refused(ICampaignGrain campaign) => Eventually.Get(
        "the start is taken back",
        async () => (await campaign.Get(Engine.Account)).Value is { StartRefusal: not null } view ? view : null);

    private static async Task AssertNothingIsLeft(Engine engine, CampaignView refused, long free)
    {
        Assert.Equal(CampaignStatus.Draft, refused.Status);
        Assert.Equal(free, (await engine.Grains.Account(Engine.Account).GetLedger()).Balance);
        Assert.Equal(0, (await engine.Audiences.Count(refused.Id)).Totals.Audience);
        Assert.Empty(engine.Relays.Attempts);
    }
}
