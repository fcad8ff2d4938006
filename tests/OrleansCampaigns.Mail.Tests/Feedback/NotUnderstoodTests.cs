using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>What becomes of messages that say nothing we know.</summary>
public sealed class NotUnderstoodTests
{
    private const string Letter = "Subject: Mail for you\n\nSee the papers that we talked about.\n";

    private readonly SentCampaign sent = new();

    [Theory]
    [InlineData(Letter)]
    [InlineData("Subject: Mail delivery\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        + "--b\nContent-Type: text/plain\n\nSee below.\n--b\nContent-Type: message/delivery-status\n\n?\n--b--\n")]
    public async Task What_comes_to_an_e_mails_return_path_is_kept(string message)
    {
        message = $"From: someone@example.org\nTo: {SentCampaign.RosasReturnPath()}\n{message}";

        Assert.Equal(new FeedbackReceipt("other", 0, 0, 1, IsSetAside: true), await sent.Receive(message));

        var (reason, kind, octets) = Assert.Single(sent.SetAside.Messages);
        Assert.Equal(
            (SetAsideReasons.NotUnderstood, "other", message),
            (reason, kind, System.Text.Encoding.UTF8.GetString(octets)));
        Assert.Empty(sent.Feedback.Events);
    }

    [Fact]
    public async Task The_envelope_tells_that_it_came_there_too()
    {
        var receipt = await sent.Receive($"From: a@example.org\n{Letter}", SentCampaign.RosasReturnPath(attempt: 2));

        Assert.True(receipt.IsSetAside);
    }

    [Theory]
    [InlineData("reply-vacation")]
    [InlineData("reply-challenge")]
    [InlineData("reply-postmaster-away")]
    [InlineData("report-delayed")]
    [InlineData("report-relayed")]
    [InlineData("text-delayed")]
    [InlineData("feedback-dmarc")]
    public async Task What_is_known_to_mean_nothing_is_not_kept(string sample)
    {
        var receipt = await sent.Receive(SentCampaign.Sample(sample), SentCampaign.RosasReturnPath());

        Assert.Equal((0, 1, false), (receipt.Applied, receipt.Ignored, receipt.IsSetAside));
        Assert.Empty(sent.SetAside.Messages);
    }

    [Fact]
    public async Task A_letter_to_another_address_is_not_kept()
    {
        var receipt = await sent.Receive($"From: a@example.org\nTo: bounces@news.example\n{Letter}");

        Assert.Equal((1, false), (receipt.Ignored, receipt.IsSetAside));
    }
}
