using System.Text;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Mail.Tests.Sandbox.World;

/// <summary>What the world writes is read as it is meant, by a reader that knows nothing of the world.</summary>
public sealed class ReturnedMessagesTests
{
    private const string Recipient = "asyncmissing-1@mail.example";

    private static readonly ReceivedMail Mail = ReceivedMail.Read(
        Letters.ReturnPath, Recipient, 1, Letters.To(Recipient, new Uri("http://127.0.0.1:1/")));

    public static TheoryData<string, string> BouncesByForm()
    {
        var data = new TheoryData<string, string>();
        foreach (var rule in SandboxRules.All.Where(rule => rule.Stage == SandboxStage.Later))
        {
            foreach (var form in (string[])["report", "qmail", "exim"])
            {
                data.Add(rule.Word, form);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(BouncesByForm))]
    public void A_bounce_names_its_recipient_its_cause_and_the_message(string word, string form)
    {
        var rule = SandboxRules.For($"{word}-1@mail.example");
        var reading = Read(form switch
        {
            "report" => Written.Report(rule.Code, rule.Text),
            "qmail" => Written.QmailBounce(rule.Code, rule.Text),
            _ => Written.EximBounce(rule.Code, rule.Text),
        });

        Assert.Equal(FeedbackKind.Bounce, reading.Kind);
        var bounced = Assert.Single(reading.Recipients);
        Assert.Equal(Recipient, bounced.Recipient);
        var (outcome, cause) = word switch
        {
            "asyncmissing" => (Outcome.Bounced, Cause.NoSuchMailbox),
            "asyncfull" => (Outcome.SoftBounced, Cause.MailboxFull),
            _ => (Outcome.Bounced, Cause.Blocked),
        };
        Assert.Equal((outcome, cause), (bounced.Outcome, bounced.Cause));
        Assert.Equal(Mail.MessageId, reading.Original.MessageId);
        Assert.Equal(Letters.Campaign, reading.Original.Campaign);
    }

    [Fact]
    public void A_delay_notice_is_no_bounce() =>
        Assert.Equal(FeedbackKind.Delayed, Read(Written.DelayNotice()).Kind);

    [Fact]
    public void A_holiday_notice_is_no_bounce() =>
        Assert.Equal(FeedbackKind.AutoReply, Read(Written.Vacation()).Kind);

    [Theory]
    [InlineData("plain", Recipient)]
    [InlineData("redacted", "redacted@provider.example")]
    [InlineData("hotmail", Recipient)]
    public void A_complaint_leads_to_the_message(string form, string named)
    {
        const string To = "complaints@sandbox.example";
        var content = form switch
        {
            "plain" => Written.Complaint(To, redacted: false),
            "redacted" => Written.Complaint(To, redacted: true),
            _ => Written.HotmailComplaint(To),
        };
        var reading = Read(content);

        Assert.Equal(FeedbackKind.Complaint, reading.Kind);
        Assert.Equal(named, Assert.Single(reading.Recipients).Recipient);
        Assert.Equal(Mail.MessageId, reading.Original.MessageId);
        Assert.Equal(form == "redacted", !Encoding.UTF8.GetString(content).Contains(Recipient,
            StringComparison.Ordinal));
    }

    [Fact]
    public void An_unsubscribe_by_mail_is_one() => Assert.Equal(
        FeedbackKind.Unsubscribe, Read(Written.Unsubscribe("unsubscribe+x@sandbox.example", "unsubscribe")).Kind);

    private static ReturnedMessages Written => new(Mail, "0123456789abcdef", Given.Noon);

    private static FeedbackReading Read(byte[] message) => FeedbackReader.Read(message);
}
