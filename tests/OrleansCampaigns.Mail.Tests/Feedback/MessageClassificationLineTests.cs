using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Tests.Feedback;

public class MessageClassificationLineTests
{
    [Theory]
    [InlineData("report-unknown-user", "bounce", "Bounced", "no-such-mailbox", "DoesNotExist")]
    [InlineData("report-without-diagnostic", "bounce", "SoftBounced", "mailbox-full", "MailboxFull")]
    [InlineData("report-delayed", "delayed", "Deferred", "mailbox-full", "unchanged")]
    [InlineData("report-relayed", "other", "Sent", "none", "unchanged")]
    [InlineData("feedback-abuse", "complaint", "none", "none", "Complained")]
    [InlineData("unsubscribe", "unsubscribe", "none", "none", "Unsubscribed")]
    [InlineData("reply-vacation", "autoreply", "none", "none", "unchanged")]
    public void A_line_says_what_becomes_of_the_contact(
        string sample, string kind, string outcome, string cause, string contactStatus)
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read(sample));

        var line = Assert.Single(MessageClassificationLine.Describe(sample, reading));

        Assert.Equal(
            new MessageClassificationLine(sample, "rosa@example.org", kind, outcome, cause, contactStatus), line);
    }

    [Fact]
    public void A_message_that_names_nobody_gives_one_line_without_a_recipient()
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read("letter"));

        var line = Assert.Single(MessageClassificationLine.Describe("letter", reading));

        Assert.Equal(new MessageClassificationLine("letter", null, "other", "none", "none", "unchanged"), line);
    }
}
