using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class RelayRefusalTests
{
    [Theory]
    [InlineData("553 5.7.1 Sender rejected", RefusalSubject.Sender)]
    [InlineData("550 Account suspended", RefusalSubject.Sender)]
    [InlineData("550 5.1.1 User unknown", RefusalSubject.Sender)]
    [InlineData("554 Transaction failed", RefusalSubject.Sender)]
    [InlineData("552 5.3.4 Message size exceeds fixed limit", RefusalSubject.Sender)]
    [InlineData("450 4.1.8 <a@b.example>: Sender address rejected: Domain not found", RefusalSubject.Sender)]
    [InlineData("451 4.7.1 Rate limit of this sender exceeded", RefusalSubject.Sender)]
    [InlineData("452 4.3.1 Insufficient system storage", RefusalSubject.Relay)]
    [InlineData("431 Out of disk space", RefusalSubject.Relay)]
    [InlineData("421 4.3.2 Shutting down", RefusalSubject.Relay)]
    [InlineData("451 4.3.0 Temporary server error", RefusalSubject.Relay)]
    [InlineData("530 5.7.0 Authentication required", RefusalSubject.Relay)]
    [InlineData("535 5.7.8 Authentication failed", RefusalSubject.Relay)]
    public void Nothing_said_to_MAIL_FROM_is_about_a_recipient(string reply, RefusalSubject subject) =>
        Assert.Equal(subject, RelayRefusal.SubjectOf(SmtpReplyParser.Parse(reply), SmtpStage.Sender));

    [Theory]
    [InlineData("550 5.7.1 Relaying denied", SmtpStage.Recipient)]
    [InlineData("554 5.7.1 <a@b.example>: Relay access denied", SmtpStage.Recipient)]
    [InlineData("553 5.1.8 <a@b.example>: Sender address rejected: Domain not found", SmtpStage.Recipient)]
    [InlineData("550 5.7.1 Sending for this account is disabled", SmtpStage.Recipient)]
    [InlineData("550 5.7.1 Sending for this account is disabled", SmtpStage.Content)]
    [InlineData("451 4.7.1 Outbound quota of this account is used up", SmtpStage.Recipient)]
    [InlineData("421 4.3.2 Service shutting down", SmtpStage.Recipient)]
    public void A_later_refusal_that_plainly_speaks_about_us_is_about_us(string reply, SmtpStage stage) =>
        Assert.Equal(RefusalSubject.Route, RelayRefusal.SubjectOf(SmtpReplyParser.Parse(reply), stage));

    [Theory]
    [InlineData("530 5.7.0 Authentication required", SmtpStage.Recipient)]
    [InlineData("535 5.7.8 Not authenticated", SmtpStage.Content)]
    public void Whoever_wants_us_to_log_in_says_it_about_the_session(string reply, SmtpStage stage) =>
        Assert.Equal(RefusalSubject.Relay, RelayRefusal.SubjectOf(SmtpReplyParser.Parse(reply), stage));

    [Theory]
    [InlineData("550 5.1.1 User unknown", SmtpStage.Recipient)]
    [InlineData("452 4.2.2 Mailbox full", SmtpStage.Recipient)]
    [InlineData("550 5.2.1 Account suspended", SmtpStage.Recipient)]
    [InlineData("421 4.7.0 Too many messages from you to this domain", SmtpStage.Recipient)]
    [InlineData("550 5.7.26 Unauthenticated email is not accepted", SmtpStage.Content)]
    [InlineData("554 5.7.1 Message identified as spam", SmtpStage.Content)]
    public void What_is_said_about_the_recipient_or_the_message_is_its_outcome(string reply, SmtpStage stage) =>
        Assert.Equal(RefusalSubject.Recipient, RelayRefusal.SubjectOf(SmtpReplyParser.Parse(reply), stage));
}
