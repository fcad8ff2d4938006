using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Contacts;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>Any number of accidents in one campaign, and steps in any order.</summary>
public sealed class ScheduleTests
{
    /// <summary>Names how many schedules are tried, for those who have more time.</summary>
    private const string Variable = "ORLEANSCAMPAIGNS_TEST_SCHEDULES";

    private const int AccidentsMax = 6;

    private static readonly int Tries =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), out var given) ? given : 400;

    /// <summary>What happens in one campaign.</summary>
    public sealed record Schedule(string Story, InDoubtPolicy Policy, int Order, (int Step, int Accident)[] Accidents)
    {
        public override string ToString()
        {
            var accidents = Accidents.Select(known => $"{(Accident)known.Accident} at {known.Step}");
            return $"{Story}, {Policy}, order {Order}: {string.Join(", ", accidents)}";
        }
    }

    [Fact]
    public void Whatever_happens_in_whichever_order_nobody_is_lost_and_nobody_gets_two_in_silence() =>
        Prop.ForAll(Schedules, schedule =>
        {
            var (addresses, cues) = ProtocolTests.Stories[schedule.Story];
            using var story = new Story(addresses, schedule.Policy, cues, schedule.Order);
            story.World.TicksAreUnruly = true;
            story.Play(step => (Accident)schedule.Accidents.FirstOrDefault(known => known.Step == step).Accident);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Tries).WithEndSize(AccidentsMax));

    /// <summary>Found by chance: a look at another's version once let an outdated partition write over it.</summary>
    [Fact]
    public void What_another_activation_has_stored_is_not_overwritten()
    {
        var (addresses, cues) = ProtocolTests.Stories["somebody who leaves"];
        using var story = new Story(addresses, InDoubtPolicy.Resend, cues, order: 541949);

        story.Play(step => step == 7 ? Accident.GiveUp : Accident.None);

        Assert.Contains(story.World.Trace, step => step.Contains("GiveUp", StringComparison.Ordinal));
    }

    /// <summary>
    /// Found by chance: a silo that was taken for dead reported an attempt that was written off, and was gone before it
    /// told the campaign, which had finished.
    /// </summary>
    [Theory]
    [InlineData(4333, 9)]
    [InlineData(709222, 8)]
    [InlineData(709041, 9)]
    public void A_retry_that_a_silo_leaves_behind_is_found(int order, int givenUpAt)
    {
        var (addresses, cues) = ProtocolTests.Stories["somebody who leaves"];
        using var story = new Story(addresses, InDoubtPolicy.AssumeSent, cues, order);

        story.Play(step => step == givenUpAt ? Accident.GiveUp : Accident.None);

        Assert.Contains(story.World.Trace, step => step.Contains("GiveUp", StringComparison.Ordinal));
    }

    /// <summary>
    /// Found by chance: two silos one after the other were taken for dead, the report of the first attempt came late,
    /// and the second was never told of.
    /// </summary>
    [Theory]
    [InlineData(340352, 8, 14)]
    [InlineData(526995, 8, 12)]
    public void A_second_e_mail_that_a_crash_hid_is_in_doubt(int order, int givenUpAt, int givenUpAgainAt)
    {
        var (addresses, cues) = ProtocolTests.Stories["somebody who leaves"];
        using var story = new Story(addresses, InDoubtPolicy.Resend, cues, order);

        story.Play(step => step switch
        {
            23 => Accident.LoseAnswer,
            27 => Accident.CrashLate,
            47 => Accident.Crash,
            58 => Accident.CrashOther,
            _ => step == givenUpAt || step == givenUpAgainAt ? Accident.GiveUp : Accident.None,
        });

        Assert.Contains(story.World.Relay.Accepted.Values, accepted => accepted == 2);
    }

    /// <summary>
    /// Seen in the running product: a cancel was decided and its write stalled, partitions read the decision and gave
    /// their retries up, and a crash undid it. The retries were gone, and the campaign ran for ever.
    /// </summary>
    [Fact]
    public void What_is_decided_and_not_stored_is_acted_on_by_nobody()
    {
        var isStalled = false;
        Cue cancel = new(int.MaxValue, story =>
        {
            story.World.Stalls = what => what.StartsWith("write campaign cp:", StringComparison.Ordinal);
            isStalled = true;
            _ = story.Campaign.Cancel(AccountId.Main); // Whoever asked is gone before it is answered.
            return Task.CompletedTask;
        });
        using var story = new Story(
            ["defer-1@mail.example", "defer-2@mail.example", "full-1@mail.example"],
            InDoubtPolicy.AssumeSent,
            [cancel]);
        story.World.Settings = options => options.Retry = SlowRetries;

        story.Play(_ =>
        {
            if (!isStalled)
            {
                return Accident.None;
            }

            isStalled = false;
            story.World.Stalls = _ => false;
            return Accident.Crash;
        });

        Assert.Contains(story.World.Trace, step => step.Contains("Crash", StringComparison.Ordinal));
        Assert.NotEqual(CampaignStatus.Cancelled, story.World.Campaign.Status);
        Assert.DoesNotContain(
            story.World.Audience.Rows.SelectMany(row => story.World.Audience.Contact(row).History),
            entry => entry.Kind == HistoryKind.Abandoned);
    }

    /// <summary>
    /// Seen in a cluster that was restarted silo by silo: the directory let a second activation of a partition begin
    /// while the first was sending, and what that had in flight was written off.
    /// </summary>
    [Fact]
    public void What_another_activation_has_in_flight_is_not_in_doubt()
    {
        var (addresses, cues) = ProtocolTests.Stories["first attempts"];
        for (var order = 0; order < 4; order++)
        {
            for (var at = 1; at <= 60; at++)
            {
                using var story = new Story(addresses, InDoubtPolicy.Resend, cues, order) { IsStrict = true };

                story.Play(step => step == at ? Accident.Misplace : Accident.None);
            }
        }
    }

    [Fact]
    public void A_retry_that_lost_its_time_is_made_all_the_same()
    {
        Cue lose = new(int.MaxValue, story =>
        {
            var row = story.World.Audience.Rows[0];
            var (record, version) = story.World.Storage.Read<ContactRecord>("contact", row.Key);
            var contact = record!.Contact;
            var delivery = contact.DeliveryOf(World.Id)!;
            Violation.Unless(delivery.NextAttemptAt is not null, "It does not wait for a retry.");
            var lost = contact with { Deliveries = [delivery with { NextAttemptAt = null }] };
            story.World.Storage.Write<ContactRecord>(
                "contact", row.Key, story.World.Storage.Serialize(new ContactRecord { Contact = lost }), version);
            return Task.CompletedTask;
        });
        using var story = new Story(
            ["defer-1@mail.example", "ok-1@mail.example"], InDoubtPolicy.AssumeSent, [lose])
        { IsStrict = true };
        story.World.Settings = options => options.Retry = SlowRetries;

        story.Play(_ => Accident.None);

        Assert.Equal(2, story.World.Audience.Count().Totals[Domain.Delivery.Outcome.Sent]);
    }

    [Fact]
    public void Partitions_that_wait_for_a_permit_have_read_nobody()
    {
        using var story = new Story(
            [.. Enumerable.Range(0, 40).Select(i => $"ok-{i}@mail.example")],
            InDoubtPolicy.AssumeSent,
            [
                new(int.MaxValue, story =>
                {
                    Violation.Unless(story.World.Campaign.Partitions > 4, "There are too few partitions.");
                    Violation.Unless(
                        story.World.Audience.Readers.Count is 1 or 2, // One of each process.
                        $"{story.World.Audience.Readers.Count} partitions have read.");
                    story.World.IsRelayDown = false;
                    story.World.CrashAll();
                    return Task.CompletedTask;
                }),
            ]);
        story.World.Settings = options => options.PumpsMax = 1;
        story.World.IsRelayDown = true;

        story.Play(_ => Accident.None);
    }

    private static RetryPolicy SlowRetries { get; } = new()
    {
        Deferred = new(TimeSpan.FromSeconds(5), 1, TimeSpan.FromSeconds(5)),
        SoftBounced = new(TimeSpan.FromSeconds(5), 1, TimeSpan.FromSeconds(5)),
    };

    // Silos that are taken for dead and are not belong to the accidents: since a second e-mail that a crash hid is in
    // doubt, none of forty thousand schedules has broken an invariant.
    private static Arbitrary<Schedule> Schedules => Arb.From(
        from story in Gen.Elements(ProtocolTests.Stories.Keys.ToArray())
        from policy in Gen.Elements(Enum.GetValues<InDoubtPolicy>())
        from order in Gen.Choose(0, 1_000_000)
        from accidents in Gen.Zip(Gen.Choose(1, 60), Gen.Choose(1, (int)Accident.Misplace)).ArrayOf()
        select new Schedule(story, policy, order, [.. accidents.Select(known => (known.Item1, known.Item2))]),
        Shrink);

    // Fewer accidents first, then earlier ones.
    private static IEnumerable<Schedule> Shrink(Schedule schedule) =>
        Enumerable.Range(0, schedule.Accidents.Length)
            .Select(left => schedule with
            {
                Accidents = [.. schedule.Accidents.Where((_, index) => index != left)],
            });
}
