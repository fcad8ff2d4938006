using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using static OrleansCampaigns.Domain.Contacts.ContactStatus;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactStatusTableTests
{
    private const ContactStatus Same = (ContactStatus)(-1);

    // The status that shows whether an e-mail was ever received: Active if so, else New.
    private const ContactStatus ByHistory = (ContactStatus)(-2);

    // Word for word the names and system values of the source document.
    public static TheoryData<ContactStatus, string, string, bool, bool> Document => new()
    {
        { New, "New", "New", true, false },
        { Active, "Active", "Active", true, false },
        { DoesNotExist, "Does not exist", "Hard bounced", false, false },
        { MailboxFull, "Mailbox full", "Soft bounced", false, true },
        { Unavailable, "Unavailable", "Error", false, true },
        { Unsubscribed, "Unsubscribed", "Unsubscribed", false, false },
        { UnsubscribedByUs, "Unsubscribed by us", "Unsubscribed by us", false, false },
        { Complained, "Complained", "Complaint", false, false },
    };

    // The table of the design, one line per event; columns in the order of the statuses above.
    private static readonly (ContactTrigger Trigger, ContactStatus[] Next)[] Transitions =
    [
        (ContactTrigger.None, [Same, Same, Same, Same, Same, Same, Same, Same]),
        (ContactTrigger.Sent, [Active, Same, Same, Active, Active, Same, Same, Same]),
        (ContactTrigger.NoSuchRecipient,
            [DoesNotExist, DoesNotExist, Same, DoesNotExist, DoesNotExist, Same, Same, Same]),
        (ContactTrigger.MailboxFull, [MailboxFull, MailboxFull, Same, Same, MailboxFull, Same, Same, Same]),
        (ContactTrigger.Refused, [Unavailable, Unavailable, Same, Unavailable, Same, Same, Same, Same]),
        (ContactTrigger.Unsubscribed,
            [Unsubscribed, Unsubscribed, Unsubscribed, Unsubscribed, Unsubscribed, Same, Unsubscribed, Same]),
        (ContactTrigger.UnsubscribedByUs,
            [
                UnsubscribedByUs, UnsubscribedByUs, UnsubscribedByUs, UnsubscribedByUs, UnsubscribedByUs, Same, Same,
                Same,
            ]),
        (ContactTrigger.Complained,
            [Complained, Complained, Complained, Complained, Complained, Complained, Complained, Same]),
        (ContactTrigger.Resubscribed, [Same, Same, Same, Same, Same, ByHistory, ByHistory, Same]),
        (ContactTrigger.Reinstated, [Same, Same, ByHistory, ByHistory, ByHistory, Same, Same, ByHistory]),
    ];

    [Theory]
    [MemberData(nameof(Document))]
    public void A_row_is_as_the_source_document_has_it(
        ContactStatus status, string displayName, string systemValue, bool available, bool rests) =>
        Assert.Equal(
            new ContactStatusTable.Row(status, displayName, systemValue, available, rests),
            ContactStatusTable.Of(status));

    [Fact]
    public void There_is_one_row_for_every_status() =>
        Assert.Equal(Enum.GetValues<ContactStatus>(), ContactStatusTable.Rows.Select(row => row.Status));

    [Fact]
    public void Every_event_moves_every_status_as_the_design_says()
    {
        Assert.Equal(Enum.GetValues<ContactTrigger>(), Transitions.Select(line => line.Trigger));
        foreach (var (trigger, next) in Transitions)
        {
            foreach (var status in Enum.GetValues<ContactStatus>())
            {
                foreach (var hasReceived in (bool[])[false, true])
                {
                    var expected = next[(int)status] switch
                    {
                        Same => status,
                        ByHistory => hasReceived ? Active : New,
                        var other => other,
                    };
                    var actual = ContactStatusTable.Next(status, trigger, hasReceived);
                    Assert.True(
                        expected == actual, $"{trigger} moves {status} ({hasReceived}) to {actual}, not {expected}.");
                }
            }
        }
    }

    [Fact]
    public void Nothing_that_a_mail_server_says_lifts_an_opt_out() =>
        Assert.All(
            from status in (ContactStatus[])[Unsubscribed, UnsubscribedByUs, Complained]
            from outcome in Enum.GetValues<Outcome>()
            from cause in Enum.GetValues<Cause>()
            select (status, trigger: ContactStatusTable.TriggerOf(outcome, cause)),
            known => Assert.Equal(
                known.status, ContactStatusTable.Next(known.status, known.trigger, hasReceived: true)));

    [Theory]
    [InlineData(Unsubscribed, true)]
    [InlineData(UnsubscribedByUs, true)]
    [InlineData(Complained, true)]
    [InlineData(New, false)]
    [InlineData(Active, false)]
    [InlineData(DoesNotExist, false)]
    [InlineData(MailboxFull, false)]
    [InlineData(Unavailable, false)]
    public void Opted_out_is_who_unsubscribed_or_complained(ContactStatus status, bool isOptedOut) =>
        Assert.Equal(isOptedOut, status.IsOptedOut());

    [Fact]
    public void Every_outcome_and_cause_means_what_the_design_says()
    {
        foreach (var outcome in Enum.GetValues<Outcome>())
        {
            foreach (var cause in Enum.GetValues<Cause>())
            {
                Assert.True(
                    Meaning(outcome, cause) == ContactStatusTable.TriggerOf(outcome, cause),
                    $"{outcome} ({cause}) means {ContactStatusTable.TriggerOf(outcome, cause)}.");
            }
        }
    }

    [Fact]
    public void A_trigger_that_nobody_knows_is_a_bug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactStatusTable.Next(New, (ContactTrigger)99, false));

    // Written from the design, not from the code: the rows of its table in words.
    private static ContactTrigger Meaning(Outcome outcome, Cause cause)
    {
        if (outcome == Outcome.Sent)
        {
            return ContactTrigger.Sent;
        }

        if (IsOurFault(cause)
            || outcome is Outcome.Spam or Outcome.Invalid or Outcome.Duplicated
                or Outcome.Queued or Outcome.Unsubscribed)
        {
            return ContactTrigger.None;
        }

        if (outcome == Outcome.Bounced && (cause is Cause.NoSuchMailbox or Cause.NoSuchDomain))
        {
            return ContactTrigger.NoSuchRecipient;
        }

        var isBounce = outcome is Outcome.Bounced or Outcome.SoftBounced;
        return isBounce && (cause is Cause.MailboxFull or Cause.MailboxInactive)
            ? ContactTrigger.MailboxFull
            : ContactTrigger.Refused;
    }

    // Authentication, our sender, host or account, the content, form or size of the message, relaying, our quota.
    private static bool IsOurFault(Cause cause) => cause is Cause.Authentication or Cause.SenderRefused
        or Cause.Blocked or Cause.AccountSuspended or Cause.OwnQuota or Cause.Relaying or Cause.Content or Cause.Spam
        or Cause.TooBig or Cause.TooLarge or Cause.MissingField or Cause.Unrenderable or Cause.NeedsSmtputf8;
}
