using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class OutcomeTableTests
{
    // Word for word the rows of the source document, with the licence column of the design.
    public static TheoryData<Outcome, string, string, LicenceRule> Document => new()
    {
        { Outcome.Invalid, "Email Sender: Invalid", "Permanent", LicenceRule.None },
        { Outcome.Queued, "Email Sender: Queued", "Temporary", LicenceRule.NotYet },
        { Outcome.Sent, "Email Sender: Sent", "Permanent", LicenceRule.DeductedOnce },
        { Outcome.Duplicated, "Email Sender: Duplicated", "Permanent", LicenceRule.None },
        { Outcome.Rejected, "Email Sender: Rejected", "Permanent", LicenceRule.DeductedOnce },
        { Outcome.Spam, "Email Sender: Spam", "Permanent", LicenceRule.DeductedOnce },
        { Outcome.Unsubscribed, "Email Sender: Unsubscribed", "Permanent", LicenceRule.None },
        { Outcome.Bounced, "Email Sender: Bounced", "Permanent", LicenceRule.DeductedOnce },
        { Outcome.SoftBounced, "Email Sender: Soft Bounced", "Temporary", LicenceRule.DeductedOnce },
        { Outcome.Deferred, "Email Sender: Deferred", "Temporary", LicenceRule.DeductedOnce },
    };

    [Theory]
    [MemberData(nameof(Document))]
    public void A_row_is_as_the_source_document_has_it(
        Outcome outcome, string displayName, string kind, LicenceRule licence)
    {
        var row = OutcomeTable.Of(outcome);

        Assert.Equal(outcome, row.Outcome);
        Assert.Equal(displayName, row.DisplayName);
        Assert.Equal(kind == "Temporary", row.IsTemporary);
        Assert.Equal(kind == "Temporary", outcome.IsTemporary());
        Assert.Equal(licence, row.Licence);
    }

    [Fact]
    public void There_is_one_row_for_every_outcome_in_the_order_of_the_document() =>
        Assert.Equal(Document.Select(row => row.Data.Item1), OutcomeTable.Rows.Select(row => row.Outcome));

    [Fact]
    public void No_outcome_is_missing() =>
        Assert.Equal(Enum.GetValues<Outcome>().Order(), OutcomeTable.Rows.Select(row => row.Outcome).Order());

    [Fact]
    public void Rejected_spam_and_bounced_are_the_failures() =>
        Assert.Equal(
            [Outcome.Rejected, Outcome.Spam, Outcome.Bounced],
            Enum.GetValues<Outcome>().Where(known => known.IsFailure()));

    [Theory]
    [InlineData(Outcome.Rejected, Cause.Policy, true)]
    [InlineData(Outcome.Rejected, Cause.Authentication, true)]
    [InlineData(Outcome.Rejected, Cause.Content, true)]
    [InlineData(Outcome.Spam, Cause.Spam, false)]
    [InlineData(Outcome.Bounced, Cause.NoSuchMailbox, false)]
    [InlineData(Outcome.Bounced, Cause.NoSuchDomain, false)]
    [InlineData(Outcome.Bounced, Cause.TooBig, true)]
    [InlineData(Outcome.Bounced, Cause.MailboxFull, true)]
    [InlineData(Outcome.Bounced, Cause.Blocked, true)]
    [InlineData(Outcome.Bounced, Cause.Expired, true)]
    [InlineData(Outcome.Sent, Cause.None, false)]
    [InlineData(Outcome.Unsubscribed, Cause.Unsubscribed, false)]
    [InlineData(Outcome.Deferred, Cause.Greylisted, false)]
    public void Only_failures_whose_reason_may_have_passed_are_retried_by_hand(
        Outcome outcome, Cause cause, bool may) =>
        Assert.Equal(may, OutcomeTable.MayBeRetriedByHand(outcome, cause));

    [Theory]
    [InlineData(Cause.None, "none")]
    [InlineData(Cause.MailboxFull, "mailbox-full")]
    [InlineData(Cause.NoSuchMailbox, "no-such-mailbox")]
    [InlineData(Cause.UnsubscribedByUs, "unsubscribed-by-us")]
    [InlineData(Cause.TooBig, "too-big")]
    public void A_cause_has_a_public_name(Cause cause, string name) => Assert.Equal(name, cause.Name());

    [Fact]
    public void Every_cause_is_found_by_its_name()
    {
        Assert.All(Enum.GetValues<Cause>(), cause => Assert.Equal(cause, CauseNames.Parse(cause.Name())));
        Assert.Null(CauseNames.Parse("MailboxFull"));
    }
}
