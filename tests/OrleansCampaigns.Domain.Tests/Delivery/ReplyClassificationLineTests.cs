using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class ReplyClassificationLineTests
{
    [Theory]
    [InlineData("250 OK", "Sent", "none", "unchanged")]
    [InlineData("552 5.2.2 mailbox full", "SoftBounced", "mailbox-full", "MailboxFull")]
    [InlineData("550 5.1.1 user unknown", "Bounced", "no-such-mailbox", "DoesNotExist")]
    [InlineData("550 5.1.2 no such domain", "Bounced", "no-such-domain", "DoesNotExist")]
    [InlineData("554 5.7.1 blocked using zen.spamhaus.org", "Bounced", "blocked", "unchanged")]
    [InlineData("550 5.7.1 refused by policy", "Rejected", "policy", "Unavailable")]
    [InlineData("550 spam detected", "Spam", "spam", "unchanged")]
    [InlineData("552 5.3.4 message too big", "SoftBounced", "too-big", "unchanged")]
    [InlineData("450 4.1.1 user unknown", "Deferred", "no-such-mailbox", "Unavailable")]
    [InlineData("550 Unknown user jo@docomo.example", "Bounced", "other", "Unavailable")]
    public void A_line_says_outcome_cause_and_what_becomes_of_the_contact(
        string reply, string outcome, string cause, string contactStatus) =>
        Assert.Equal(
            new ReplyClassificationLine(outcome, cause, contactStatus), ReplyClassificationLine.Describe(reply));

    [Theory]
    [InlineData("550 5.1.8 your envelope sender is not allowed here", "policy", "sender-refused")]
    [InlineData("550 5.7.0 sending has been disabled for this account", "policy", "account-suspended")]
    [InlineData("550 5.1.1 user unknown", "no-such-mailbox", null)]
    public void A_finer_cause_stands_beside_the_one_that_it_belongs_to(string reply, string cause, string? detail)
    {
        var line = ReplyClassificationLine.Describe(reply);

        Assert.Equal((cause, detail), (line.Cause, line.Detail));
    }

    [Fact]
    public void A_family_is_a_cause_of_its_own() =>
        Assert.DoesNotContain(Enum.GetValues<Cause>(), cause => cause.Family().Family() != cause.Family());
}
