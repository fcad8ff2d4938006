using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>What goes wrong with one recipient is settled for it alone, and truly.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class LoneFailureTests(Databases databases)
{
    private const string Anna = "anna@mail.example";
    private const string Ben = "ben@mail.example";

    [Theory]
    [InlineData(DatabaseKind.Embedded)]
    [InlineData(DatabaseKind.Cluster)]
    public async Task A_reply_that_no_database_can_hold_is_stored_without_what_it_cannot(DatabaseKind kind)
    {
        await using var engine = await databases.StartEngine(kind);
        engine.Relays.Script = (address, _) => address != Anna ? null : new()
        {
            Outcome = Outcome.Rejected,
            Cause = Cause.Policy,
            Reply = new(550, "5.7.1", "no \0 thanks \ud83d"),
        };
        var campaign = await engine.Draft([Anna, Ben]);

        await campaign.Start(Engine.Account);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal((1, 1), (statistics.Totals[Outcome.Rejected], statistics.Totals[Outcome.Sent]));
        Assert.Equal(0, statistics.Totals.InDoubt);
    }

    [Theory]
    [InlineData(DatabaseKind.Embedded)]
    [InlineData(DatabaseKind.Cluster)]
    public async Task A_contact_that_cannot_be_read_is_left_out_and_holds_up_nobody(DatabaseKind kind)
    {
        await using var engine = await databases.StartEngine(kind, options => options.WindowMax = 2);
        var key = GrainKeys.ReadContact(engine.Contact(Anna).GetPrimaryKeyString()).Contact.Value[4..];
        engine.Faults.IsUnreadable = known => known.EndsWith(key, StringComparison.Ordinal);
        var others = Enumerable.Range(0, 20).Select(i => $"u{i}@mail.example");
        var campaign = await engine.Draft([Anna, Anna, .. others]);

        await campaign.Start(Engine.Account);
        await TestKit.Eventually.Holds(
            "all others are sent to", () => engine.Relays.Accepted.Count == 20);
        var statistics = await Engine.Ended(campaign, TimeSpan.FromMinutes(2));

        Engine.AssertSound(statistics);
        Assert.Equal((20, 1), (statistics.Totals[Outcome.Sent], statistics.Totals[Outcome.Duplicated]));
        Assert.Equal(1, statistics.Totals.Excluded[Exclusions.Unprocessable]);
        Assert.DoesNotContain(Anna, engine.Relays.Attempts.Keys);
    }

    [Fact]
    public async Task A_lane_that_breaks_in_a_way_it_should_not_leaves_its_attempt_in_doubt()
    {
        await using var engine = await Engine.Start();
        engine.Relays.Script = (address, _) => address == Anna
            ? throw new InvalidOperationException("Nobody has thought of this.")
            : (AttemptReport?)null;
        var campaign = await engine.Draft([Anna, Ben]);

        await campaign.Start(Engine.Account);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal((2, 1), (statistics.Totals[Outcome.Sent], statistics.Totals.InDoubt));
        Assert.Equal(1, engine.Relays.Attempts[Anna]);
    }

    [Theory]
    [InlineData(DatabaseKind.Embedded)]
    [InlineData(DatabaseKind.Cluster)]
    public async Task Whose_turn_has_not_come_is_left_out_when_the_campaign_is_cancelled(DatabaseKind kind)
    {
        await using var engine = await databases.StartEngine(kind, options => options.WindowMax = 4);
        var (begun, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        engine.Relays.OnSend = _ =>
        {
            begun.TrySetResult();
            return mayEnd.Task;
        };
        var addresses = Enumerable.Range(0, 40).Select(i => $"u{i}@mail.example");
        var campaign = await engine.Draft([.. addresses, "u0@mail.example"]);
        await campaign.Start(Engine.Account);
        await begun.Task;

        Assert.Null((await campaign.Cancel(Engine.Account)).Refusal);
        mayEnd.SetResult();
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        var cancelled = statistics.Totals.Excluded[Exclusions.Cancelled];
        Assert.Equal(0, statistics.Totals[Outcome.Queued]);
        Assert.InRange(statistics.Totals[Outcome.Sent], 1, 8);
        Assert.Equal(41, cancelled + statistics.Totals.Outcomes.Values.Sum());
        Assert.Equal(40 - statistics.Totals[Outcome.Sent], statistics.Licences.Released);
    }

    [Fact]
    public async Task A_campaign_that_only_waits_for_retries_says_so()
    {
        await using var engine = await Engine.Start(configure: options => options.Retry = new()
        {
            Deferred = new(TimeSpan.FromHours(1), 1, TimeSpan.FromHours(1)),
        });
        engine.Relays.Script = (address, _) => address == Anna
            ? new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted }
            : new() { Outcome = Outcome.Rejected, Cause = Cause.Policy };
        var campaign = await engine.Draft([Anna, Ben]);

        await campaign.Start(Engine.Account);
        var statistics = await TestKit.Eventually.Get(
            "the campaign waits for its retries",
            async () => (await campaign.GetStatistics(Engine.Account)).Value is { WaitingFor: not null } told
                ? told : null);

        Assert.Equal(CampaignStatus.Running, statistics.Status);
        Assert.StartsWith(
            "all recipients were tried; 1 wait for a retry, the next at ",
            statistics.WaitingFor,
            StringComparison.Ordinal);
        Assert.Equal("campaign.not_ended", (await campaign.RetryFailed(Engine.Account)).Refusal!.Code);
    }

    [Fact]
    public async Task A_grant_whose_answer_is_lost_counts_once_however_often_it_is_asked_for()
    {
        await using var engine = await Engine.Start();
        var account = engine.Grains.Account(Engine.Account);
        var request = new Domain.RequestKey("order-7", "2000 licences");
        engine.Faults.Script = (_, _) => Fault.AfterWrite;

        await Assert.ThrowsAnyAsync<Exception>(() => account.Grant(2_000, "Eve", "Order 7", request));
        engine.Faults.Script = (_, _) => null;

        Assert.Equal(2_000, (await account.Grant(2_000, "Eve", "Order 7", request)).Value!.Balance);
        Assert.Equal(2_000, (await account.Grant(2_000, "Eve", "Order 7", request)).Value!.Balance);
        Assert.Equal(
            "idempotency.mismatch",
            (await account.Grant(1, "Eve", "Order 7", request with { Content = "1 licence" })).Refusal!.Code);
    }

    [Fact]
    public async Task A_start_whose_answer_is_lost_is_one_start()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft([Anna]);
        var request = new Domain.RequestKey("start-7", "start");

        await campaign.Start(Engine.Account, request);
        Assert.Null((await campaign.Start(Engine.Account, request)).Refusal);
        await Engine.Ended(campaign);

        Assert.Null((await campaign.Start(Engine.Account, request)).Refusal);
        Assert.Equal("campaign.already_started", (await campaign.Start(Engine.Account)).Refusal!.Code);
        Assert.Equal(
            "campaign.already_started",
            (await campaign.Start(Engine.Account, request with { Name = "start-8" })).Refusal!.Code);
        Assert.Equal(1, engine.Relays.Accepted[Anna]);
    }
}
