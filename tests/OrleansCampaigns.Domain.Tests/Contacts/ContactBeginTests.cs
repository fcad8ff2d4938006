using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactBeginTests
{
    public enum End
    {
        Begins,
        Unsubscribed,
        Invalid,
        Excluded,
        Bounced,
    }

    public static TheoryData<ContactStatus, bool, bool, bool, bool> Cases
    {
        get
        {
            bool[] either = [false, true];
            var data = new TheoryData<ContactStatus, bool, bool, bool, bool>();
            foreach (var status in Enum.GetValues<ContactStatus>())
            {
                foreach (var (isRetry, isValid) in from retry in either from valid in either select (retry, valid))
                {
                    foreach (var (isReserved, rested) in from held in either from over in either select (held, over))
                    {
                        data.Add(status, isRetry, isValid, isReserved, rested);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_turn_ends_as_the_design_says(
        ContactStatus status, bool isRetry, bool isValid, bool isReserved, bool isRested)
    {
        var contact = isRetry ? new Contact().Attempted(1, Given.Deferred) : new Contact();
        contact = contact with { Status = status, StatusSince = Given.Now };
        var turn = Given.Turn(isRetry ? 2 : 1) with { AddressIsValid = isValid, IsReserved = isReserved };
        var now = isRested ? Given.Now.AddDays(8) : Given.Now.AddHours(1);

        var decision = contact.Begin(turn, Given.Rules, now);

        var (end, detail) = Expected(status, isRetry, isValid, isReserved, isRested);
        Assert.Equal(end == End.Begins, decision.MayBegin);
        if (end == End.Begins)
        {
            Assert.Same(contact, decision.Contact);
            return;
        }

        var delivery = decision.Contact.Delivery();
        Assert.True(delivery.IsOver, "Who may not begin must not come back for ever.");
        Assert.Null(delivery.NextAttemptAt);
        Assert.Equal(isRetry, delivery.Charged);
        Assert.Equal(status, decision.Contact.Status);
        Assert.Equal(end == End.Excluded ? detail : null, delivery.Excluded);
        if (end == End.Excluded)
        {
            Assert.Equal(contact.History, decision.Contact.History);
            Assert.Equal(contact.LastOutcome, decision.Contact.LastOutcome);
        }
        else
        {
            Assert.Equal((Enum.Parse<Outcome>($"{end}"), detail), (delivery.Outcome, delivery.Cause.Name()));
            Assert.Equal(delivery.Outcome, decision.Contact.LastOutcome);
            Assert.Equal(HistoryKind.Queued, decision.Contact.History[0].Kind);
            Assert.Equal(HistoryKind.Decision, decision.Contact.History[^1].Kind);
        }

        var again = decision.Contact.Begin(turn, Given.Rules, now);
        Assert.Same(decision.Contact, again.Contact);
        Assert.False(again.MayBegin);
    }

    // Consent comes before everything else, then the address, then what is known of the mailbox, then the licence.
    private static (End End, string? Detail) Expected(
        ContactStatus status, bool isRetry, bool isValid, bool isReserved, bool isRested) => status switch
        {
            ContactStatus.Unsubscribed => (End.Unsubscribed, "unsubscribed"),
            ContactStatus.UnsubscribedByUs => (End.Unsubscribed, "unsubscribed-by-us"),
            ContactStatus.Complained => (End.Unsubscribed, "complained"),
            _ when !isValid => (End.Invalid, "malformed-address"),
            ContactStatus.DoesNotExist => isRetry ? (End.Bounced, "no-such-mailbox") : (End.Excluded, "does-not-exist"),
            ContactStatus.MailboxFull when !isRested =>
                isRetry ? (End.Bounced, "mailbox-full") : (End.Excluded, "mailbox-full"),
            ContactStatus.Unavailable when !isRested =>
                isRetry ? (End.Bounced, "other") : (End.Excluded, "unavailable"),
            _ when !isReserved => isRetry ? (End.Bounced, "other") : (End.Excluded, "unavailable-at-start"),
            _ => (End.Begins, null),
        };

    [Fact]
    public void A_full_mailbox_rests_three_days_and_an_unavailable_one_seven()
    {
        var full = new Contact { Status = ContactStatus.MailboxFull, StatusSince = Given.Now };
        var unavailable = full with { Status = ContactStatus.Unavailable };

        Assert.False(full.Begin(Given.Turn(1), Given.Rules, Given.Now.AddDays(3).AddTicks(-1)).MayBegin);
        Assert.True(full.Begin(Given.Turn(1), Given.Rules, Given.Now.AddDays(3)).MayBegin);
        Assert.False(unavailable.Begin(Given.Turn(1), Given.Rules, Given.Now.AddDays(7).AddTicks(-1)).MayBegin);
        Assert.True(unavailable.Begin(Given.Turn(1), Given.Rules, Given.Now.AddDays(7)).MayBegin);
        Assert.Null(new Contact { Status = ContactStatus.DoesNotExist }.RestsUntil(RestPolicy.Default));
    }

    [Fact]
    public void A_repeated_turn_does_not_begin_again()
    {
        var deferred = new Contact().Attempted(1, Given.Deferred);

        var again = deferred.Begin(Given.Turn(1), Given.Rules, Given.Now);

        Assert.False(again.MayBegin);
        Assert.Same(deferred, again.Contact);
    }

    [Fact]
    public void An_unsubscription_between_two_attempts_stops_the_second()
    {
        var unsubscribed = new Contact().Attempted(1, Given.Deferred).Unsubscribed(Given.Now.AddMinutes(1));

        var decision = unsubscribed.Begin(Given.Turn(2), Given.Rules, Given.Now.AddMinutes(5));

        Assert.False(decision.MayBegin);
        Assert.Equal(Outcome.Unsubscribed, decision.Contact.Delivery().Outcome);
    }

    [Fact]
    public void A_permanent_outcome_is_never_retried()
    {
        foreach (var outcome in Enum.GetValues<Outcome>().Where(outcome => !outcome.IsTemporary()))
        {
            var ended = new Contact().Attempted(1, Given.Report(outcome));

            Assert.False(ended.Begin(Given.Turn(2), Given.Rules, Given.Now.AddDays(30)).MayBegin);
            Assert.Null(ended.Delivery().NextAttemptAt);
        }
    }

    [Fact]
    public void The_history_of_a_recipient_opens_with_queued_at_the_time_of_the_snapshot()
    {
        var decided = new Contact()
            .UnsubscribeByUs("op", "because", Given.QueuedAt)
            .Begin(Given.Turn(1), Given.Rules, Given.Now).Contact;

        Assert.Equal(
            [(Given.QueuedAt, Outcome.Queued), (Given.Now, Outcome.Unsubscribed)],
            decided.History.Skip(1).Select(entry => (entry.At, entry.Outcome!.Value)));
    }

    [Fact]
    public void Who_asks_for_failed_ones_to_be_retried_does_not_wait_for_the_rest()
    {
        var bounced = new Contact()
            .Attempted(1, Given.Full).Attempted(2, Given.Full).Attempted(3, Given.Full)
            .Requeue(Given.Campaign, 2, Given.Now);

        Assert.Equal(ContactStatus.MailboxFull, bounced.Status);
        Assert.True(bounced.Begin(Given.Turn(4), Given.Rules, Given.Now).MayBegin);
        Assert.False(bounced.Begin(Given.Turn(1, Given.OtherCampaign), Given.Rules, Given.Now).MayBegin);
    }
}
