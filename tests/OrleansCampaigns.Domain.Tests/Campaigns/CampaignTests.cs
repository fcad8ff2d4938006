using System.Collections.Immutable;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using static OrleansCampaigns.Domain.Campaigns.CampaignStatus;

namespace OrleansCampaigns.Domain.Tests.Campaigns;

public class CampaignTests
{
    private const string Same = "same";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Tomorrow = Now.AddDays(1);
    private static readonly CampaignId Id = new("cmp_0000000000000000000000000000000a");
    private static readonly CampaignDefinition Definition = new() { Name = "Spring" };
    private static readonly Refusal TooFew = new(RefusalKind.PaymentRequired, "licences.insufficient", "Too few.");

    private static readonly CampaignTotals AllSent = new()
    {
        Audience = 3,
        Outcomes = ImmutableDictionary<Outcome, long>.Empty.Add(Outcome.Sent, 3),
    };

    private static readonly CampaignTotals OneBounced = new()
    {
        Audience = 3,
        Outcomes = ImmutableDictionary<Outcome, long>.Empty.Add(Outcome.Sent, 2).Add(Outcome.Bounced, 1),
    };

    private static readonly Dictionary<string, Func<Campaign, Result<Campaign>>> Commands = new()
    {
        ["create"] = campaign => campaign.Create(new("cmp_other"), new("other"), new() { Name = "Other" }, Now),
        ["change"] = campaign => campaign.Change(new() { Name = "Autumn" }),
        ["schedule"] = campaign => campaign.Schedule(Tomorrow, Now),
        ["schedule past"] = campaign => campaign.Schedule(Now, Now),
        ["unschedule"] = campaign => campaign.Unschedule(),
        ["start"] = campaign => campaign.Start(Now),
        ["fail start"] = campaign => campaign.FailStart(TooFew),
        ["run"] = campaign => campaign.Run(3, 2, Now),
        ["pause"] = campaign => campaign.Pause(),
        ["resume"] = campaign => campaign.Resume(),
        ["cancel"] = campaign => campaign.Cancel(Now),
        ["finish"] = campaign => campaign.Finish(AllSent, Now),
        ["finish with failures"] = campaign => campaign.Finish(OneBounced, Now),
        ["retry failed"] = campaign => campaign.RetryFailed(),
        ["revive"] = campaign => campaign.Revive(1),
        ["admit failure"] = campaign => campaign.AdmitFailure(),
    };

    // The lifecycle of the design: what each command makes of each status. A refusal is given by its code.
    public static TheoryData<string, string, string, string, string, string, string, string, string> Lifecycle => new()
    {
        // command, Draft, Scheduled, Starting, Running, Paused, Finished, FinishedWithFailures, Cancelled
        { "create", Same, Same, Same, Same, Same, Same, Same, Same },
        {
            "change", "Draft", "not_draft", "not_draft", "not_draft", "not_draft", "not_draft", "not_draft", "not_draft"
        },
        {
            "schedule", "Scheduled", Same, "already_started", "already_started", "already_started", "already_started",
            "already_started", "already_started"
        },
        {
            "schedule past", "schedule.past", "schedule.past", "schedule.past", "schedule.past", "schedule.past",
            "schedule.past", "schedule.past", "schedule.past"
        },
        {
            "unschedule", Same, "Draft", "already_started", "already_started", "already_started", "already_started",
            "already_started", "already_started"
        },
        {
            "start", "Starting", "Starting", "already_started", "already_started", "already_started", "already_started",
            "already_started", "already_started"
        },
        { "fail start", Same, Same, "Draft", Same, Same, Same, Same, Same },
        { "run", Same, Same, "Running", Same, Same, Same, Same, Same },
        {
            "pause", "not_running", "not_running", "not_running", "Paused", Same, "not_running", "not_running",
            "not_running"
        },
        {
            "resume", "not_paused", "not_paused", "not_paused", Same, "Running", "not_paused", "not_paused",
            "not_paused"
        },
        {
            "cancel", "Cancelled", "Cancelled", "Cancelled", "Cancelled", "Cancelled", "already_ended",
            "already_ended", Same
        },
        { "finish", Same, Same, Same, "Finished", "Finished", Same, Same, Same },
        { "finish with failures", Same, Same, Same, "FinishedWithFailures", "FinishedWithFailures", Same, Same, Same },
        {
            "retry failed", "nothing_failed", "nothing_failed", "not_ended", "not_ended", "not_ended",
            "nothing_failed", "Running", "nothing_failed"
        },
        { "revive", Same, Same, Same, Same, Same, "Running", "Running", Same },
        { "admit failure", Same, Same, Same, Same, Same, "FinishedWithFailures", Same, Same },
    };

    [Theory]
    [MemberData(nameof(Lifecycle))]
    public void A_command_does_in_each_status_what_the_design_says(
        string command, string draft, string scheduled, string starting, string running, string paused, string finished,
        string failed, string cancelled)
    {
        string[] expected = [draft, scheduled, starting, running, paused, finished, failed, cancelled];
        foreach (var (status, wanted) in Enum.GetValues<CampaignStatus>().Zip(expected))
        {
            var campaign = In(status);
            Assert.Equal(status, campaign.Status);

            var decided = Commands[command](campaign);

            var actual = decided.IsRefused
                ? decided.Refusal.Code["campaign.".Length..]
                : ReferenceEquals(decided.Value, campaign) ? Same : $"{decided.Value.Status}";
            Assert.True(wanted == actual, $"{command} of a campaign that is {status}: {actual}, not {wanted}.");
        }
    }

    [Fact]
    public void A_repeated_command_changes_nothing()
    {
        foreach (var status in Enum.GetValues<CampaignStatus>())
        {
            foreach (var (name, command) in Commands)
            {
                if (command(In(status)) is { IsRefused: false } once)
                {
                    var twice = command(once.Value);
                    Assert.True(
                        twice.IsRefused || ReferenceEquals(once.Value, twice.Value) || name == "change",
                        $"{name}, repeated, changes a campaign that was {status}.");
                }
            }
        }
    }

    [Fact]
    public void Changing_a_draft_to_what_it_is_changes_nothing()
    {
        var changed = In(Draft).Change(Definition).Value!;

        Assert.Same(Definition, changed.Definition);
        Assert.Same(changed, changed.Change(Definition).Value);
    }

    [Fact]
    public void A_draft_knows_what_it_was_made_of()
    {
        var draft = new Campaign().Create(Id, AccountId.Main, Definition, Now).Value!;

        Assert.Equal(
            (Id, AccountId.Main, Definition, Now), (draft.Id, draft.Account, draft.Definition, draft.CreatedAt));
        Assert.Equal((Draft, 1), (draft.Status, draft.Pass));
    }

    [Fact]
    public void Scheduling_again_moves_the_time() =>
        Assert.Equal(Tomorrow.AddHours(1), In(Scheduled).Schedule(Tomorrow.AddHours(1), Now).Value!.ScheduledAt);

    [Fact]
    public void A_start_that_comes_to_nothing_says_why_until_the_draft_is_touched()
    {
        var failed = In(Starting).FailStart(TooFew);

        Assert.Equal((Draft, TooFew, null), (failed.Status, failed.StartRefusal, failed.StartedAt));
        Assert.Null(failed.Change(Definition).Value!.StartRefusal);
        Assert.Null(failed.Schedule(Tomorrow, Now).Value!.StartRefusal);
        Assert.Null(failed.Start(Now).Value!.StartRefusal);
    }

    [Fact]
    public void A_partition_is_done_once_and_only_in_its_pass()
    {
        var running = In(Running);

        var one = running.PartitionDone(0, pass: 1);
        Assert.False(one.AllPartitionsDone);
        Assert.Same(one, one.PartitionDone(0, pass: 1));
        Assert.True(one.PartitionDone(1, pass: 1).AllPartitionsDone);

        var again = In(FinishedWithFailures).RetryFailed().Value!;
        Assert.Equal((Running, 2, false), (again.Status, again.Pass, again.AllPartitionsDone));
        Assert.Same(again, again.PartitionDone(0, pass: 1));
        Assert.True(again.PartitionDone(0, pass: 2).PartitionDone(1, pass: 2).AllPartitionsDone);
    }

    [Fact]
    public void A_cancelled_campaign_waits_for_every_partition_to_put_down_its_work()
    {
        var cancelled = In(Running).PartitionDone(0, 1).PartitionDone(1, 1).Cancel(Now).Value!;

        Assert.False(cancelled.AllPartitionsDone);
        Assert.False(cancelled.IsSettled);
        Assert.Equal(Now, cancelled.EndedAt);
    }

    [Theory]
    [InlineData(Draft, true)]
    [InlineData(Scheduled, true)]
    [InlineData(Starting, false)]
    [InlineData(Paused, false)]
    public void Only_what_never_started_has_nothing_to_settle_when_it_is_cancelled(
        CampaignStatus status, bool isSettled) =>
        Assert.Equal(isSettled, In(status).Cancel(Now).Value!.IsSettled);

    [Fact]
    public void Failed_ones_are_not_retried_before_the_licences_are_settled()
    {
        var refused = In(Running).Finish(OneBounced, Now).RetryFailed().Refusal!;

        Assert.Equal((RefusalKind.Conflict, "campaign.settling"), (refused.Kind, refused.Code));
    }

    [Fact]
    public void A_new_pass_forgets_the_end_of_the_last_one()
    {
        var again = In(FinishedWithFailures).RetryFailed().Value!;

        Assert.Null(again.EndedAt);
        Assert.Null(again.FinalTotals);
        Assert.False(again.IsSettled);
    }

    [Fact]
    public void A_revived_campaign_waits_for_the_one_partition_in_the_same_pass()
    {
        foreach (var ended in (Campaign[])[In(Finished), In(FinishedWithFailures)])
        {
            var revived = ended.Revive(1);

            Assert.Equal((Running, 1, false), (revived.Status, revived.Pass, revived.AllPartitionsDone));
            Assert.Equal((null, null, false), (revived.EndedAt, revived.FinalTotals, revived.IsSettled));
            Assert.False(revived.PartitionDone(0, pass: 1).AllPartitionsDone);
            Assert.True(revived.PartitionDone(1, pass: 1).AllPartitionsDone);
            Assert.Equal(Finished, revived.PartitionDone(1, pass: 1).Finish(AllSent, Tomorrow).Status);
        }
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(Paused)]
    public void A_partition_that_was_done_is_not_when_one_of_its_recipients_waits(CampaignStatus status)
    {
        var done = In(status).PartitionDone(0, pass: 1).PartitionDone(1, pass: 1);

        var revived = done.Revive(1);

        Assert.Equal([0], revived.PartitionsDone);
        Assert.Equal(status, revived.Status);
        Assert.Same(revived, revived.Revive(1));
    }

    [Fact]
    public void Licences_are_settled_once()
    {
        var settled = In(Running).Finish(AllSent, Now).Settle(AllSent);

        Assert.Equal((true, AllSent), (settled.IsSettled, settled.FinalTotals));
        Assert.Same(settled, settled.Settle(OneBounced));
    }

    [Fact]
    public void A_refusal_says_what_the_campaign_is() =>
        Assert.Equal(
            "A campaign that is Draft cannot be paused.", In(Draft).Pause().Refusal!.Detail);

    [Theory]
    [InlineData(Draft, false, false)]
    [InlineData(Scheduled, false, false)]
    [InlineData(Starting, true, false)]
    [InlineData(Running, true, false)]
    [InlineData(Paused, true, false)]
    [InlineData(Finished, true, true)]
    [InlineData(FinishedWithFailures, true, true)]
    [InlineData(Cancelled, true, true)]
    public void A_status_tells_whether_it_has_started_and_is_over(
        CampaignStatus status, bool hasStarted, bool isOver) =>
        Assert.Equal((hasStarted, isOver), (status.HasStarted(), status.IsOver()));

    // Each status reached by commands alone, as in life.
    private static Campaign In(CampaignStatus status)
    {
        var draft = new Campaign().Create(Id, AccountId.Main, new(), Now).Value!;
        var starting = draft.Start(Now).Value!;
        var running = starting.Run(audienceSize: 3, partitions: 2, Now);
        return status switch
        {
            Draft => draft,
            Scheduled => draft.Schedule(Tomorrow, Now).Value!,
            Starting => starting,
            Running => running,
            Paused => running.Pause().Value!,
            Finished => running.Finish(AllSent, Now).Settle(AllSent),
            FinishedWithFailures => running.Finish(OneBounced, Now).Settle(OneBounced),
            _ => running.Cancel(Now).Value!,
        };
    }
}
