using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using static OrleansCampaigns.Domain.Contacts.ContactStatus;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>Complaints, unsubscribes, opens and clicks.</summary>
public class ContactFeedbackTests
{
    private static readonly DateTimeOffset Later = Given.Now.AddHours(2);

    private static readonly Contact Sent = new Contact().Attempted(1, Given.Sent);

    // The transition table of the design, for an e-mail that was sent; in the order New, Active, DoesNotExist,
    // MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained.
    public static TheoryData<FeedbackSignal, Outcome?, Cause, ContactStatus[]> Table => new()
    {
        {
            FeedbackSignal.Unsubscribe, null, Cause.None,
            [Unsubscribed, Unsubscribed, Unsubscribed, Unsubscribed, Unsubscribed, Unsubscribed, Unsubscribed,
                Complained]
        },
        {
            FeedbackSignal.Complaint, null, Cause.None,
            [Complained, Complained, Complained, Complained, Complained, Complained, Complained, Complained]
        },
        {
            FeedbackSignal.Open, null, Cause.None,
            [New, Active, DoesNotExist, MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained]
        },
        {
            FeedbackSignal.Click, null, Cause.None,
            [New, Active, DoesNotExist, MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.Bounced, Cause.NoSuchMailbox,
            [DoesNotExist, DoesNotExist, DoesNotExist, DoesNotExist, DoesNotExist, Unsubscribed, UnsubscribedByUs,
                Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.Bounced, Cause.MailboxFull,
            [MailboxFull, MailboxFull, DoesNotExist, MailboxFull, MailboxFull, Unsubscribed, UnsubscribedByUs,
                Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.Bounced, Cause.Blocked,
            [New, Active, DoesNotExist, MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.Rejected, Cause.Policy,
            [Unavailable, Unavailable, DoesNotExist, Unavailable, Unavailable, Unsubscribed, UnsubscribedByUs,
                Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.Spam, Cause.Spam,
            [New, Active, DoesNotExist, MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.SoftBounced, Cause.MailboxFull,
            [New, Active, DoesNotExist, MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained]
        },
        {
            FeedbackSignal.Bounce, Outcome.Deferred, Cause.Greylisted,
            [New, Active, DoesNotExist, MailboxFull, Unavailable, Unsubscribed, UnsubscribedByUs, Complained]
        },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_event_moves_every_status_as_the_design_says(
        FeedbackSignal signal, Outcome? outcome, Cause cause, ContactStatus[] next)
    {
        foreach (var (status, expected) in Enum.GetValues<ContactStatus>().Zip(next))
        {
            var contact = Sent with { Status = status, StatusSince = Given.Now };
            var happened = Given.Event(signal) with { At = Later, Outcome = outcome, Cause = cause };

            var (after, effect) = contact.Learn(happened, Later);

            Assert.True(expected == after.Status, $"{signal} {outcome} moves {status} to {after.Status}.");
            Assert.Equal(FeedbackEffect.Applied, effect);
            Assert.Equal(expected == status ? null : expected, after.History[^1].Status);
            Assert.Equal(
                expected == status && !ConfirmsRest(outcome, cause, status) ? Given.Now : Later, after.StatusSince);
            var again = after.Learn(happened, Later.AddDays(1));
            Assert.Same(after, again.Contact);
            Assert.Equal(FeedbackEffect.Repeated, again.Effect);
        }
    }

    [Fact]
    public void Whoever_never_was_a_recipient_learns_nothing()
    {
        foreach (var signal in Enum.GetValues<FeedbackSignal>())
        {
            var happened = Given.Event(signal) with { Campaign = Given.OtherCampaign, Outcome = Outcome.Bounced };

            var (after, effect) = Sent.Learn(happened);

            Assert.Same(Sent, after);
            Assert.Equal(FeedbackEffect.Ignored, effect);
        }
    }

    [Theory]
    [InlineData(FeedbackSignal.Unsubscribe, Unsubscribed)]
    [InlineData(FeedbackSignal.Complaint, Complained)]
    public void A_wish_counts_once_for_its_campaign_and_whoever_told_it_first(
        FeedbackSignal signal, ContactStatus status)
    {
        var first = Sent.Learn(Given.Event(signal, "first") with { At = Later }, Later.AddMinutes(1)).Contact;

        var (second, effect) = first.Learn(Given.Event(signal, "second"), Later.AddDays(1));

        Assert.Equal(FeedbackEffect.Repeated, effect);
        Assert.Equal(first.History, second.History);
        var delivery = second.Delivery();
        var (set, unset) = signal == FeedbackSignal.Complaint
            ? (delivery.ComplainedAt, delivery.UnsubscribedAt)
            : (delivery.UnsubscribedAt, delivery.ComplainedAt);
        Assert.Equal((Later, null), (set, unset));
        Assert.Equal((status, Later.AddMinutes(1)), (second.Status, second.StatusSince));
        Assert.Equal(Outcome.Sent, delivery.Outcome);
    }

    [Fact]
    public void A_wish_is_told_even_where_the_status_holds_already()
    {
        var byUs = Sent.UnsubscribeByUs("op", "because", Given.Now).Learn(
            Given.Event(FeedbackSignal.Complaint)).Contact;

        var both = byUs.Learn(Given.Event(FeedbackSignal.Unsubscribe)).Contact;

        Assert.Equal(Complained, both.Status);
        Assert.Equal(HistoryKind.Unsubscribe, both.History[^1].Kind);
        Assert.Null(both.History[^1].Status);
        Assert.NotNull(both.Delivery().UnsubscribedAt);
    }

    [Fact]
    public void An_old_unsubscribe_does_not_undo_a_resubscription_and_a_new_one_does()
    {
        var resubscribed = Sent
            .Learn(Given.Event(FeedbackSignal.Unsubscribe, "first")).Contact
            .Learn(Given.Event(FeedbackSignal.Unsubscribe, "second")).Contact
            .Resubscribe("page", "asked for it", Later);
        Assert.Equal(Active, resubscribed.Status);

        foreach (var key in (string[])["first", "second"])
        {
            var (same, effect) = resubscribed.Learn(Given.Event(FeedbackSignal.Unsubscribe, key));
            Assert.Same(resubscribed, same);
            Assert.Equal(FeedbackEffect.Repeated, effect);
        }

        var again = resubscribed.Learn(Given.Event(FeedbackSignal.Unsubscribe, "third"), Later.AddDays(1));
        Assert.Equal((FeedbackEffect.Applied, Unsubscribed), (again.Effect, again.Contact.Status));
        Assert.Equal(Given.Now, again.Contact.Delivery().UnsubscribedAt);
        Assert.Equal(HistoryKind.Unsubscribe, again.Contact.History[^1].Kind);
    }

    [Fact]
    public void A_complaint_about_a_second_campaign_after_the_operator_reinstated_counts()
    {
        var reinstated = Sent.Learn(Given.Event(FeedbackSignal.Complaint)).Contact.Reinstate("op", "error", Later);
        var other = reinstated.Attempted(1, Given.Sent, campaign: Given.OtherCampaign);

        Assert.Same(other, other.Learn(Given.Event(FeedbackSignal.Complaint)).Contact);
        var (complained, _) = other.Learn(Given.Event(FeedbackSignal.Complaint, campaign: Given.OtherCampaign));
        Assert.Equal(Complained, complained.Status);
    }

    [Fact]
    public void So_many_wishes_are_remembered_and_no_more()
    {
        var contact = Enumerable.Range(0, 100).Aggregate(
            Sent, (known, key) => known.Learn(Given.Event(FeedbackSignal.Unsubscribe, $"{key}")).Contact);

        Assert.Equal(CampaignDelivery.HeardMax, contact.Delivery().Heard.Count);
        Assert.Same(contact, contact.Learn(Given.Event(FeedbackSignal.Unsubscribe, "99")).Contact);
    }

    [Fact]
    public void Opens_and_clicks_move_the_recipient_and_are_told_once()
    {
        var opened = Sent.Learn(Open("1", Later), Later).Contact;
        var twice = opened.Learn(Open("2", Later.AddHours(1)), Later.AddHours(1)).Contact;
        var clicked = twice.Learn(Click("3", 2, Later.AddHours(2)), Later.AddHours(2)).Contact
            .Learn(Click("4", 2, Later.AddHours(3)), Later.AddHours(3)).Contact
            .Learn(Click("5", 1, Later.AddHours(4)), Later.AddHours(4)).Contact;

        Assert.Equal(RecipientStatus.Opened, twice.Delivery().RecipientStatus);
        var engagement = clicked.Delivery().Engagement!;
        Assert.Equal((2, 3, Later), (engagement.Opens, engagement.Clicks, engagement.FirstOpenAt));
        Assert.Equal(Later.AddHours(2), engagement.FirstClickAt);
        Assert.Equal(
            [new(1, 1, 0, Later.AddHours(4)), new(2, 2, 0, Later.AddHours(2))], engagement.Links);
        Assert.Equal(RecipientStatus.Clicked, clicked.Delivery().RecipientStatus);
        Assert.Equal(
            [(HistoryKind.Open, 0), (HistoryKind.Click, 2), (HistoryKind.Click, 1)],
            clicked.History.Skip(2).Select(entry => (entry.Kind, entry.Link)));
        Assert.Equal((Outcome.Sent, Given.Now), (clicked.LastOutcome, clicked.LastOutcomeAt));
    }

    [Fact]
    public void A_click_without_an_open_makes_both_true()
    {
        var clicked = Sent.Learn(Click("1", 1, Later), Later).Contact;

        var engagement = clicked.Delivery().Engagement!;
        Assert.Equal((Later, Later), (engagement.FirstOpenAt, engagement.FirstClickAt));
        Assert.Equal((0, RecipientStatus.Clicked), (engagement.Opens, clicked.Delivery().RecipientStatus));

        var opened = clicked.Learn(Open("2", Later.AddMinutes(-5)), Later.AddHours(1)).Contact;
        Assert.Equal(RecipientStatus.Clicked, opened.Delivery().RecipientStatus);
        Assert.Equal(Later.AddMinutes(-5), opened.Delivery().Engagement!.FirstOpenAt);
        Assert.Equal(HistoryKind.Open, opened.History[^1].Kind);
    }

    [Fact]
    public void Machines_are_counted_apart_and_move_nothing()
    {
        var machine = Sent
            .Learn(Open("1", Later) with { IsMachine = true }, Later).Contact
            .Learn(Click("2", 1, Later) with { IsMachine = true }, Later).Contact;

        var delivery = machine.Delivery();
        Assert.Equal((1, 1), (delivery.Engagement!.MachineOpens, delivery.Engagement.MachineClicks));
        Assert.Equal((0, 0), (delivery.Engagement.Opens, delivery.Engagement.Clicks));
        Assert.Equal((null, null), (delivery.Engagement.FirstOpenAt, delivery.Engagement.FirstClickAt));
        Assert.Equal(RecipientStatus.Delivered, delivery.RecipientStatus);
        Assert.Equal(Sent.History, machine.History);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(9.999, true)]
    [InlineData(10, false)]
    [InlineData(3600, false)]
    public void Whoever_opens_within_the_window_after_it_was_sent_is_a_machine(double seconds, bool isMachine)
    {
        var at = Given.Now.AddSeconds(seconds);

        var engagement = Sent.Learn(Open("1", at), at).Contact.Delivery().Engagement!;

        Assert.Equal(isMachine ? (0, 1) : (1, 0), (engagement.Opens, engagement.MachineOpens));
    }

    [Theory]
    [InlineData(2, 1.0, true)]
    [InlineData(2, 2.0, true)]
    [InlineData(2, 2.1, false)]
    [InlineData(1, 0.0, false)]
    public void A_second_link_within_the_burst_is_a_machines(int link, double seconds, bool isMachine)
    {
        var first = Sent.Learn(Click("1", 1, Later), Later).Contact;
        var at = Later.AddSeconds(seconds);

        var engagement = first.Learn(Click("2", link, at), at).Contact.Delivery().Engagement!;

        Assert.Equal(isMachine ? (1, 1) : (2, 0), (engagement.Clicks, engagement.MachineClicks));
    }

    [Fact]
    public void Without_window_and_burst_only_the_signs_of_the_request_tell()
    {
        var trusting = new MachineRules(TimeSpan.Zero, TimeSpan.Zero);

        var engagement = Enumerable.Range(1, 5).Aggregate(Sent, (known, link) => known.Learn(
            Click($"{link}", link, Given.Now), null, trusting, 1, Given.Now).Contact).Delivery().Engagement!;

        Assert.Equal((5, 0), (engagement.Clicks, engagement.MachineClicks));
    }

    [Fact]
    public void What_comes_before_the_record_applies_at_once_and_the_record_keeps_it()
    {
        var unsubscribed = new Contact()
            .Learn(Open("1", Given.Now) with { QueuedAt = Given.QueuedAt }).Contact
            .Learn(Given.Event(FeedbackSignal.Unsubscribe)).Contact;
        Assert.Equal((Unsubscribed, 1), (unsubscribed.Status, unsubscribed.Delivery().Engagement!.MachineOpens));
        Assert.False(unsubscribed.Delivery().Decided);

        var recorded = unsubscribed.Attempted(1, Given.Sent);

        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Unsubscribe, null, 0),
                (HistoryKind.Attempt, Outcome.Sent, 1),
            ],
            recorded.Told());
        Assert.Equal(Given.QueuedAt, recorded.History[0].At);
        Assert.Equal((Outcome.Sent, 1), (recorded.Delivery().Outcome, recorded.Delivery().Engagement!.MachineOpens));
        Assert.NotNull(recorded.Delivery().UnsubscribedAt);
    }

    [Fact]
    public void What_comes_before_the_first_turn_does_not_stand_in_its_way()
    {
        var opened = new Contact().Learn(Open("1", Given.Now) with { QueuedAt = Given.QueuedAt }).Contact;

        Assert.True(opened.Begin(Given.Turn(1), Given.Rules, Given.Now).MayBegin);
        var resolved = opened.ResolveDoubt(Given.Turn(1), Given.ResendRules, 1, Given.Now);
        Assert.Equal((1, true), (resolved.Delivery().Attempts, resolved.Delivery().InDoubt));
        Assert.Equal(
            [HistoryKind.Queued, HistoryKind.Doubt], resolved.History.Select(entry => entry.Kind));
    }

    [Fact]
    public void A_person_may_open_what_a_crash_has_hidden()
    {
        var hidden = new Contact().ResolveDoubt(Given.Turn(1), Given.ResendRules, 1, Given.Now);

        var opened = hidden.Learn(Open("1", Given.Now), Given.Now).Contact;
        Assert.Equal((1, RecipientStatus.Opened), (
            opened.Delivery().Engagement!.Opens, opened.Delivery().RecipientStatus));
    }

    [Fact]
    public void What_the_recipient_did_outlives_a_bounce()
    {
        var bounced = Sent.Learn(Open("1", Later), Later).Contact.Learn(Given.Bounce(1), Later).Contact;

        Assert.Equal(RecipientStatus.Opened, bounced.Delivery().RecipientStatus);
        Assert.Equal(1, bounced.Delivery().Engagement!.Opens);
    }

    [Fact]
    public void Nothing_happens_in_the_future()
    {
        var opened = Sent.Learn(Open("1", Later.AddYears(1)), Later).Contact;

        Assert.Equal(Later, opened.Delivery().Engagement!.FirstOpenAt);
    }

    [Fact]
    public void The_latest_events_are_known_again_and_the_state_stays_bounded()
    {
        var contact = Enumerable.Range(0, 1000).Aggregate(
            Sent, (known, key) => known.Learn(Open($"{key}", Later), Later).Contact);

        Assert.Equal((1000, Engagement.RecentMax), (
            contact.Delivery().Engagement!.Opens, contact.Delivery().Engagement!.Recent.Count));
        Assert.Equal(3, contact.History.Count);
        foreach (var key in Enumerable.Range(1000 - Engagement.RecentMax, Engagement.RecentMax))
        {
            Assert.Same(contact, contact.Learn(Open($"{key}", Later), Later).Contact);
        }
    }

    [Fact]
    public void An_event_of_another_sort_under_the_same_key_is_another_event()
    {
        var both = Sent.Learn(Open("1", Later), Later).Contact.Learn(Click("1", 1, Later), Later).Contact;

        Assert.Equal((1, 1), (both.Delivery().Engagement!.Opens, both.Delivery().Engagement!.Clicks));
    }

    [Fact]
    public void A_signal_that_nobody_knows_yet_is_ignored() => Assert.Equal(
        (Sent, FeedbackEffect.Ignored),
        (Sent.Learn(Given.Event((FeedbackSignal)99)).Contact, Sent.Learn(Given.Event((FeedbackSignal)99)).Effect));

    private static FeedbackEvent Open(string key, DateTimeOffset at) =>
        Given.Event(FeedbackSignal.Open, key) with { At = at };

    private static FeedbackEvent Click(string key, int link, DateTimeOffset at) =>
        Given.Event(FeedbackSignal.Click, key) with { At = at, Link = link };

    // A rest starts anew with whatever confirms it.
    private static bool ConfirmsRest(Outcome? outcome, Cause cause, ContactStatus status) =>
        status is MailboxFull or Unavailable
        && outcome is { } came && !came.IsTemporary()
        && ContactStatusTable.TriggerOf(came, cause) != ContactTrigger.None;
}
