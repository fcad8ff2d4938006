using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

public sealed class CampaignTests
{
    [Fact]
    public async Task A_campaign_reaches_everybody_once()
    {
        await using var engine = await Engine.Start(options => options.PartitionSize = 50);
        var addresses = Enumerable.Range(0, 300).Select(i => $"user{i}@mail.example").ToList();
        var campaign = await engine.Draft(addresses);

        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Finished, statistics.Status);
        Assert.Equal(300, statistics.Totals[Outcome.Sent]);
        Assert.Equal(300, statistics.Licences.Deducted);
        Assert.Equal(addresses.Order(), engine.Relays.Accepted.Keys.Order());
        Assert.All(engine.Relays.Accepted.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Temporary_outcomes_come_back_and_the_third_soft_bounce_is_the_last()
    {
        await using var engine = await Engine.Start();
        engine.Relays.Script = (address, attempt) => address[0] switch
        {
            'd' when attempt < 3 => new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted },
            'f' => new() { Outcome = Outcome.SoftBounced, Cause = Cause.MailboxFull },
            _ => null,
        };
        var campaign = await engine.Draft(["deferred@mail.example", "full@mail.example", "ok@mail.example"]);

        await campaign.Start(Engine.Account);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.FinishedWithFailures, statistics.Status);
        Assert.Equal(2, statistics.Totals[Outcome.Sent]);
        Assert.Equal(1, statistics.Totals[Outcome.Bounced]);
        Assert.Equal(7, statistics.Totals.Attempts);
        Assert.Equal(3, engine.Relays.Attempts["full@mail.example"]);
        var full = engine.Grains.Contact(Engine.Account, engine.ContactOf("full@mail.example"));
        Assert.Equal(ContactStatus.MailboxFull, (await full.Describe()).Status);
        Assert.Equal(
            [Outcome.Queued, Outcome.SoftBounced, Outcome.SoftBounced, Outcome.SoftBounced, Outcome.Bounced],
            (await full.GetHistory(0)).Entries.Select(entry => entry.Outcome!.Value));
    }

    [Fact]
    public async Task Decisions_without_an_attempt_cost_nothing()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["a@mail.example", "a@MAIL.example", "gone@mail.example", "not-an-address"]);
        var gone = engine.Grains.Contact(Engine.Account, engine.ContactOf("gone@mail.example"));
        await gone.UnsubscribeByUs("test", "asked");

        await campaign.Start(Engine.Account);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(1, statistics.Totals[Outcome.Sent]);
        Assert.Equal(1, statistics.Totals[Outcome.Duplicated]);
        Assert.Equal(1, statistics.Totals[Outcome.Unsubscribed]);
        Assert.Equal(1, statistics.Totals[Outcome.Invalid]);
        Assert.Equal(1, statistics.Licences.Reserved);
        Assert.Equal(["a@mail.example"], engine.Relays.Attempts.Keys);
    }

    [Fact]
    public async Task Paused_it_begins_nothing_and_resumed_it_sends_nobody_twice()
    {
        await using var engine = await Engine.Start();
        var addresses = Enumerable.Range(0, 200).Select(i => $"user{i}@mail.example").ToList();
        var (some, paused) = (new TaskCompletionSource(), new TaskCompletionSource());
        engine.Relays.OnSend = async _ =>
        {
            if (engine.Relays.Attempts.Count >= 40)
            {
                some.TrySetResult();
                await paused.Task;
            }
        };
        var campaign = await engine.Draft(addresses);
        await campaign.Start(Engine.Account);
        await some.Task.WaitAsync(Eventually.Patience);

        Assert.Null((await campaign.Pause(Engine.Account)).Refusal);
        Assert.Null((await campaign.Pause(Engine.Account)).Refusal);
        paused.SetResult();
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        await Eventually.Holds("what was in flight is recorded", async () =>
            (await engine.Audiences.Count(id)).Totals.Attempts == engine.Relays.Attempts.Count);

        // Sixteen lanes were in flight at most; nothing else has begun since.
        Assert.InRange(engine.Relays.Attempts.Count, 40, 40 + 16);

        await campaign.Resume(Engine.Account);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(200, statistics.Totals[Outcome.Sent]);
        Assert.Equal(0, statistics.Totals.InDoubt);
        Assert.All(engine.Relays.Accepted.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Cancelled_it_leaves_no_retry_behind_and_gives_licences_back()
    {
        await using var engine = await Engine.Start(options => options.Retry = Engine.Fast with
        {
            Deferred = new(TimeSpan.FromHours(1), 1, TimeSpan.FromHours(1)),
            MaxAge = TimeSpan.FromHours(5),
        });
        engine.Relays.Script = (_, _) => new() { Outcome = Outcome.Deferred, Cause = Cause.Throttled };
        var campaign = await engine.Draft(["a@mail.example", "b@mail.example", "c@mail.example"]);
        await campaign.Start(Engine.Account);
        await Eventually.Holds("everybody waits", async () =>
            (await campaign.GetStatistics(Engine.Account)).Value!.Totals.RetriesWaiting == 3);

        await campaign.Cancel(Engine.Account);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Cancelled, statistics.Status);
        Assert.Equal(0, statistics.Totals.RetriesWaiting);
        Assert.Equal(3, statistics.Totals[Outcome.Deferred]);
        Assert.Equal(3, statistics.Licences.Deducted);
    }

    [Fact]
    public async Task Failed_recipients_are_tried_again_when_asked_and_cost_nothing_more()
    {
        await using var engine = await Engine.Start();
        var isFixed = false;
        engine.Relays.Script = (address, _) => (address[0], isFixed) switch
        {
            ('p', false) => new() { Outcome = Outcome.Rejected, Cause = Cause.Policy },
            ('m', _) => new() { Outcome = Outcome.Bounced, Cause = Cause.NoSuchMailbox },
            _ => null,
        };
        var campaign = await engine.Draft(["policy@mail.example", "missing@mail.example", "ok@mail.example"]);
        await campaign.Start(Engine.Account);
        Assert.Equal(CampaignStatus.FinishedWithFailures, (await Engine.Ended(campaign)).Status);

        isFixed = true;
        Assert.Null((await campaign.RetryFailed(Engine.Account)).Refusal);
        var statistics = await Eventually.Get("the second pass ends", async () =>
            (await campaign.GetStatistics(Engine.Account)).Value is { Licences.Pass: 2, Licences.IsSettled: true } ended
                ? ended : null);

        Engine.AssertSound(statistics);
        Assert.Equal(2, statistics.Totals[Outcome.Sent]);
        Assert.Equal(1, statistics.Totals[Outcome.Bounced]);
        Assert.Equal(3, statistics.Licences.Deducted);
        Assert.Equal(1, engine.Relays.Attempts["missing@mail.example"]);
        Assert.Equal(2, engine.Relays.Attempts["policy@mail.example"]);
    }

    [Fact]
    public async Task A_relay_that_is_down_keeps_a_campaign_waiting_and_burns_no_attempt()
    {
        await using var engine = await Engine.Start();
        engine.Relays.GoDown();
        var campaign = await engine.Draft(["a@mail.example", "b@mail.example"]);

        await campaign.Start(Engine.Account);
        var waiting = await Eventually.Get("the statistics say what it waits for", async () =>
            (await campaign.GetStatistics(Engine.Account)).Value is { WaitingFor: not null } statistics
                ? statistics : null);

        Assert.Contains("cannot connect", waiting.WaitingFor, StringComparison.Ordinal);
        Assert.Equal(0, waiting.Totals.Attempts);
        Assert.Equal(2, waiting.Totals[Outcome.Queued]);
        engine.Relays.ComeUp();
        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(2, statistics.Totals[Outcome.Sent]);
        Assert.Equal(2, statistics.Totals.Attempts);
    }

    [Fact]
    public async Task A_relay_that_nobody_configured_is_named()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["a@mail.example"]);
        var definition = (await campaign.Get(Engine.Account)).Value!.Definition with { Relay = "nowhere" };
        Assert.Null((await campaign.Change(Engine.Account, definition)).Refusal);

        Assert.Equal("campaign.relay.unknown", (await campaign.Start(Engine.Account)).Refusal?.Code);
        Assert.Equal(
            "campaign.relay.unknown", (await campaign.TestSend(Engine.Account, "me@mail.example", null)).Refusal?.Code);
        Assert.Null((await campaign.GetStatistics(Engine.Account)).Refusal);
    }

    [Fact]
    public async Task Too_few_licences_refuse_the_start_with_the_shortfall()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["a@mail.example", "b@mail.example"]);
        await engine.Grains.Account(Engine.Account).Grant(-1, "test", "test");

        var refused = await campaign.Start(Engine.Account);

        Assert.Equal("licences.insufficient", refused.Refusal?.Code);
        Assert.Contains("1 are missing", refused.Refusal!.Detail, StringComparison.Ordinal);
        Assert.Equal(CampaignStatus.Draft, (await campaign.Get(Engine.Account)).Value!.Status);
        Assert.Empty(engine.Relays.Attempts);
    }

    [Fact]
    public async Task Started_twice_it_starts_once()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["a@mail.example"]);

        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        Assert.Equal("campaign.already_started", (await campaign.Start(Engine.Account)).Refusal?.Code);

        Assert.Equal(1, (await Engine.Ended(campaign)).Totals[Outcome.Sent]);
        Assert.Equal("campaign.already_started", (await campaign.Start(Engine.Account)).Refusal?.Code);
    }

    [Fact]
    public async Task A_campaign_of_another_account_is_not_found()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["a@mail.example"]);

        Assert.Equal("campaign.unknown", (await campaign.Start(new("other"))).Refusal?.Code);
        Assert.Equal("campaign.unknown", (await campaign.Get(new("other"))).Refusal?.Code);
    }
}
