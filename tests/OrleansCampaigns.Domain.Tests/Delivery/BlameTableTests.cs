using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class BlameTableTests
{
    [Fact]
    public void Every_cause_says_whose_fault_it_is() =>
        Assert.All(Enum.GetValues<Cause>(), cause => Assert.True(Enum.IsDefined(cause.Fault()), $"{cause}"));

    [Fact]
    public void Only_what_went_not_wrong_is_nobodys_fault() =>
        Assert.Equal(
            [
                Cause.None, Cause.DuplicateAddress, Cause.Unsubscribed, Cause.UnsubscribedByUs, Cause.Complained,
                Cause.LeftList,
            ],
            BlameTable.CausesOf(Blame.None));

    [Fact]
    public void Every_cause_is_listed_once() =>
        Assert.Equal(
            Enum.GetValues<Cause>().Order(), Enum.GetValues<Blame>().SelectMany(BlameTable.CausesOf).Order());

    [Theory]
    [InlineData(Blame.Mailbox, "mailbox")]
    [InlineData(Blame.Server, "server")]
    [InlineData(Blame.Ours, "ours")]
    public void A_blame_has_a_public_name(Blame blame, string name) =>
        Assert.Equal((name, blame), (blame.Name(), BlameTable.Parse(name)));

    [Fact]
    public void Other_names_are_nobody() => Assert.Null(BlameTable.Parse("Ours"));

    // The same texts come as replies and, quoted, in bounce messages.
    [Theory]
    [InlineData("550 5.7.26 Unauthenticated email from shop.example is not accepted")]
    [InlineData("530 5.7.0 Authentication required")]
    [InlineData("553 5.1.8 <a@b.example>: Sender address rejected: Domain not found")]
    [InlineData("550 5.7.1 Sender rejected")]
    [InlineData("550 message sending for this account is disabled")]
    [InlineData("550 5.7.1 Your account has been suspended for abuse")]
    [InlineData("554 5.7.1 Sender account is suspended")]
    [InlineData("451 4.7.1 Outbound quota of this account is used up")]
    [InlineData("554 5.7.1 <a@b.example>: Relay access denied")]
    [InlineData("554 5.7.1 Client host blocked using a block list")]
    [InlineData("552 5.3.4 Message size exceeds fixed limit")]
    [InlineData("550 5.6.0 Bare line feeds are not accepted")]
    [InlineData("554 5.7.1 Message identified as spam")]
    public void What_is_said_about_us_is_our_fault(string reply) =>
        Assert.Equal(Blame.Ours, ReplyClassifier.Classify(SmtpReplyParser.Parse(reply)).Cause.Fault());

    [Theory]
    [InlineData("550 5.1.1 User unknown", Blame.Mailbox)]
    [InlineData("552 5.2.2 Mailbox full", Blame.Mailbox)]
    [InlineData("550 5.2.1 The account is disabled and takes no messages", Blame.Mailbox)]
    [InlineData("450 4.7.1 Greylisted", Blame.Server)]
    [InlineData("451 4.3.0 Temporary server error", Blame.Server)]
    [InlineData("550 5.7.1 Refused by the recipient's policy", Blame.Server)]
    public void What_is_said_about_the_recipient_is_not(string reply, Blame blame) =>
        Assert.Equal(blame, ReplyClassifier.Classify(SmtpReplyParser.Parse(reply)).Cause.Fault());
}
