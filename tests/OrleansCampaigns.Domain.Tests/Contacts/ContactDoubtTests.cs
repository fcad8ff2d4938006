using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactDoubtTests
{
    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent, DeductOn.FirstAttempt, true)]
    [InlineData(InDoubtPolicy.AssumeSent, DeductOn.Sent, true)]
    [InlineData(InDoubtPolicy.Resend, DeductOn.FirstAttempt, true)]
    [InlineData(InDoubtPolicy.Resend, DeductOn.Sent, false)]
    public void A_doubtful_attempt_costs_what_the_setting_says(InDoubtPolicy policy, DeductOn deductOn, bool charged)
    {
        var rules = Given.Doubt(policy) with { DeductOn = deductOn };

        Assert.Equal(charged, new Contact().ResolveDoubt(Given.Turn(1), rules, 1, Given.Now).Delivery().Charged);
    }

    [Fact]
    public void Assumed_sent_is_sent_with_doubt_and_charged()
    {
        var resolved = new Contact().ResolveDoubt(Given.Turn(1), Given.Doubt(InDoubtPolicy.AssumeSent), 1, Given.Now);

        var delivery = resolved.Delivery();
        Assert.Equal(
            (Outcome.Sent, true, true, 1),
            (delivery.Outcome, delivery.InDoubt, delivery.Charged, delivery.Attempts));
        Assert.True(delivery.IsOver);
        Assert.Equal((ContactStatus.Active, true), (resolved.Status, resolved.HasReceived));
        Assert.Equal([(HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Doubt, Outcome.Sent, 1)], resolved.Told());
        Assert.True(resolved.History[^1].InDoubt);
    }

    [Fact]
    public void To_be_sent_again_is_queued_with_doubt_and_due_at_once()
    {
        var resolved = new Contact().ResolveDoubt(Given.Turn(1), Given.Doubt(InDoubtPolicy.Resend), 1, Given.Now);

        var delivery = resolved.Delivery();
        Assert.Equal((Outcome.Queued, true, 1), (delivery.Outcome, delivery.InDoubt, delivery.Attempts));
        Assert.Equal(Given.Now, delivery.NextAttemptAt);
        Assert.Equal(ContactStatus.New, resolved.Status);
        Assert.True(resolved.Begin(Given.Turn(2), Given.ResendRules, Given.Now).MayBegin);
    }

    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent)]
    [InlineData(InDoubtPolicy.Resend)]
    public void What_is_recorded_leaves_no_doubt(InDoubtPolicy policy)
    {
        var recorded = new Contact().Attempted(1, Given.Deferred);
        var resolved = new Contact().ResolveDoubt(Given.Turn(1), Given.Doubt(policy), 1, Given.Now);

        Assert.Same(recorded, recorded.ResolveDoubt(Given.Turn(1), Given.Doubt(policy), 1, Given.Now));
        Assert.Same(resolved, resolved.ResolveDoubt(Given.Turn(1), Given.Doubt(policy), 1, Given.Now.AddHours(1)));
    }

    [Fact]
    public void A_connection_lost_after_the_message_follows_the_policy()
    {
        var assumed = new Contact().Attempted(1, Given.LostAfterData);
        var again = new Contact().Attempted(1, Given.LostAfterData, rules: Given.ResendRules);

        Assert.Equal((Outcome.Sent, true), (assumed.Delivery().Outcome, assumed.Delivery().InDoubt));
        Assert.Null(assumed.Delivery().NextAttemptAt);
        Assert.Equal((Outcome.Deferred, true), (again.Delivery().Outcome, again.Delivery().InDoubt));
        Assert.Equal(Given.Now.AddMinutes(5), again.Delivery().NextAttemptAt);
    }

    [Fact]
    public void An_assumed_sending_is_charged_even_where_only_sent_costs() =>
        Assert.True(new Contact()
            .Attempted(1, Given.LostAfterData, rules: Given.Rules with { DeductOn = DeductOn.Sent })
            .Delivery().Charged);

    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent)]
    [InlineData(InDoubtPolicy.Resend)]
    public void Late_evidence_clears_the_doubt_once(InDoubtPolicy policy)
    {
        var resolved = new Contact().ResolveDoubt(Given.Turn(1), Given.Doubt(policy), 1, Given.Now);

        var cleared = resolved.Attempted(1, Given.Full, Given.Now.AddMinutes(1));

        Assert.Equal((Outcome.SoftBounced, false), (cleared.Delivery().Outcome, cleared.Delivery().InDoubt));
        Assert.Equal((1, 1), (cleared.Delivery().Attempts, cleared.Delivery().SoftBounces));
        Assert.Equal(resolved.History, cleared.History.Take(resolved.History.Count));
        Assert.Same(cleared, cleared.Attempted(1, Given.Full, Given.Now.AddMinutes(2)));
    }

    [Fact]
    public void The_doubt_about_an_earlier_attempt_outlives_a_later_one_and_lets_nothing_count_twice()
    {
        var doubtful = new Contact().ResolveDoubt(Given.Turn(1), Given.Doubt(InDoubtPolicy.Resend), 1, Given.Now);

        var bounced = doubtful.Attempted(2, Given.Full);

        Assert.True(bounced.Delivery().InDoubt);
        Assert.Equal(1, bounced.Delivery().SoftBounces);
        Assert.Same(bounced, bounced.Attempted(2, Given.Full, Given.Now.AddMinutes(1)));
        Assert.Equal(Outcome.SoftBounced, bounced.Attempted(3, Given.Full).Delivery().Outcome);
        Assert.Equal(Outcome.Bounced, bounced.Attempted(3, Given.Full).Attempted(4, Given.Full).Delivery().Outcome);
    }

    [Theory]
    [InlineData(ContactStatus.New, false, true, Outcome.Invalid, null)]
    [InlineData(ContactStatus.Unsubscribed, true, false, Outcome.Unsubscribed, null)]
    [InlineData(ContactStatus.DoesNotExist, true, false, Outcome.Queued, Exclusions.DoesNotExist)]
    [InlineData(ContactStatus.New, true, false, Outcome.Queued, Exclusions.UnavailableAtStart)]
    public void A_turn_that_could_never_begin_leaves_no_doubt(
        ContactStatus status, bool isValid, bool isReserved, Outcome outcome, string? excluded)
    {
        var turn = Given.Turn(1) with { AddressIsValid = isValid, IsReserved = isReserved };
        foreach (var policy in Enum.GetValues<InDoubtPolicy>())
        {
            var delivery = Given.Contact(status).ResolveDoubt(turn, Given.Doubt(policy), 1, Given.Now).Delivery();

            Assert.Equal((outcome, excluded), (delivery.Outcome, delivery.Excluded));
            Assert.True(delivery.IsOver);
            Assert.False(delivery.InDoubt);
            Assert.False(delivery.Charged, "No server was reached, so no licence is used.");
        }
    }

    [Fact]
    public void A_late_report_does_not_hide_that_a_second_e_mail_was_on_its_way()
    {
        // The silo that made the first attempt was taken for dead, and was not: the second began before the first told.
        var contact = new Contact()
            .ResolveDoubt(Given.Turn(1), Given.ResendRules, jitterSeed: 1, Given.Now)
            .Attempted(1, Given.Sent, rules: Given.ResendRules)
            .Attempted(2, Given.Sent, rules: Given.ResendRules);

        var delivery = contact.DeliveryOf(Given.Campaign)!;
        Assert.Equal((Outcome.Sent, 2, true), (delivery.Outcome, delivery.Attempts, delivery.InDoubt));
    }

    [Theory]
    [InlineData(DeductOn.FirstAttempt)]
    [InlineData(DeductOn.Sent)]
    public void A_second_attempt_that_a_crash_hid_leaves_a_doubt_and_is_not_made_a_third_time(DeductOn deductOn)
    {
        var rules = Given.ResendRules with { DeductOn = deductOn };
        var accepted = FirstAccepted(rules);
        Assert.Equal((false, 1), (accepted.Delivery().InDoubt, accepted.Delivery().Attempts));

        var doubted = accepted.ResolveDoubt(Given.Turn(2), rules, jitterSeed: 2, Given.Now.AddHours(1));

        var delivery = doubted.Delivery();
        Assert.Equal((Outcome.Sent, true), (delivery.Outcome, delivery.InDoubt));
        Assert.Equal((2, 2), (delivery.DoubtfulAttempt, delivery.Attempts));
        Assert.Equal((null, true), (delivery.NextAttemptAt, delivery.IsOver));
        Assert.True(delivery.Charged, "One licence was used: the flag can be set once only.");
        Assert.Equal(accepted.Delivery().SentAt, delivery.SentAt);
        Assert.Equal((HistoryKind.Doubt, Outcome.Sent, 2), doubted.Told().Last());
        Assert.Same(doubted, doubted.ResolveDoubt(Given.Turn(2), rules, jitterSeed: 2, Given.Now.AddHours(2)));
        Assert.False(doubted.Begin(Given.Turn(3), rules, Given.Now.AddHours(2)).MayBegin);
    }

    [Fact]
    public void When_the_second_turns_out_to_be_accepted_as_well_the_doubt_stays_because_two_are_out()
    {
        var told = SecondHidden().Attempted(2, Given.Sent, Given.Now.AddHours(2), Given.ResendRules);

        // Just as if its record had come before the recovery.
        var delivery = told.Delivery();
        Assert.Equal((Outcome.Sent, true, 2), (delivery.Outcome, delivery.InDoubt, delivery.Attempts));
        Assert.Equal((HistoryKind.Attempt, Outcome.Sent, 2), told.Told().Last());
        Assert.Same(told, told.Attempted(2, Given.Sent, Given.Now.AddHours(3), Given.ResendRules));
        Assert.Same(told, told.ResolveDoubt(Given.Turn(2), Given.ResendRules, jitterSeed: 2, Given.Now.AddHours(3)));
    }

    public static TheoryData<Outcome, Cause, ContactStatus> Refusals => new()
    {
        { Outcome.Deferred, Cause.Greylisted, ContactStatus.Active },
        { Outcome.SoftBounced, Cause.MailboxFull, ContactStatus.Active },
        { Outcome.Bounced, Cause.NoSuchMailbox, ContactStatus.DoesNotExist },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void When_the_second_turns_out_to_be_refused_there_was_one_and_no_third_is_sent(
        Outcome outcome, Cause cause, ContactStatus status)
    {
        foreach (var (before, isHidden) in new[] { (SecondHidden(), true), (FirstAccepted(), false) })
        {
            var told = before.Attempted(2, Given.Report(outcome, cause), Given.Now.AddHours(2), Given.ResendRules);

            var delivery = told.Delivery();
            Assert.Equal(isHidden, before.Delivery().InDoubt);
            Assert.Equal((Outcome.Sent, false, 2), (delivery.Outcome, delivery.InDoubt, delivery.Attempts));
            Assert.Equal((null, true), (delivery.NextAttemptAt, delivery.IsOver));
            Assert.Equal((Outcome.Sent, status), (told.LastOutcome, told.Status));
            Assert.Equal((HistoryKind.Attempt, null, 2), told.Told().Last());
            Assert.Same(
                told, told.Attempted(2, Given.Report(outcome, cause), Given.Now.AddHours(3), Given.ResendRules));
        }
    }

    [Fact]
    public void A_second_whose_connection_was_lost_stays_in_doubt_and_no_third_is_sent()
    {
        var told = FirstAccepted().Attempted(2, Given.LostAfterData, Given.Now.AddHours(2), Given.ResendRules);

        var delivery = told.Delivery();
        Assert.Equal((Outcome.Sent, true, 2), (delivery.Outcome, delivery.InDoubt, delivery.DoubtfulAttempt));
        Assert.Null(delivery.NextAttemptAt);
        Assert.Same(told, told.Attempted(2, Given.LostAfterData, Given.Now.AddHours(3), Given.ResendRules));
    }

    [Fact]
    public void A_bounce_of_the_second_that_came_before_the_recovery_is_not_kept_for_ever()
    {
        var early = FirstAccepted().Learn(Given.Bounce(2), rules: Given.ResendRules).Contact;
        Assert.Single(early.PendingFeedback);

        var doubted = early.ResolveDoubt(Given.Turn(2), Given.ResendRules, jitterSeed: 2, Given.Now.AddHours(1));

        Assert.Empty(doubted.PendingFeedback);
        Assert.Equal((Outcome.Bounced, false), (doubted.Delivery().Outcome, doubted.Delivery().InDoubt));
    }

    // Written off, made again, and then it turned out that it was accepted.
    private static Contact FirstAccepted(DeliveryRules? rules = null) => new Contact()
        .ResolveDoubt(Given.Turn(1), rules ?? Given.ResendRules, jitterSeed: 1, Given.Now)
        .Attempted(1, Given.Sent, rules: rules ?? Given.ResendRules);

    private static Contact SecondHidden() => FirstAccepted()
        .ResolveDoubt(Given.Turn(2), Given.ResendRules, jitterSeed: 2, Given.Now.AddHours(1));
}
