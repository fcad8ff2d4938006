using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class SmtpReplyParserTests
{
    [Theory]
    [InlineData("550 5.1.1 User unknown", 550, "5.1.1", "User unknown")]
    [InlineData("550-5.1.1 The account\r\n550 5.1.1 does not exist", 550, "5.1.1", "The account does not exist")]
    [InlineData("550-Please read\n550-this\n550 5.7.1 page", 550, "5.7.1", "Please read this 5.7.1 page")]
    [InlineData("550-5.7.1 one line", 550, "5.7.1", "one line")]
    [InlineData("250", 250, null, "")]
    [InlineData("550 nobody of that name lives here (#5.1.1 - checked)", 550, "5.1.1", "nobody of that name lives here (#5.1.1 - checked)")]
    [InlineData("550 #5.1.0 Address rejected.", 550, "5.1.0", "Address rejected.")]
    [InlineData("550 5.7.0, Mail Sending denied.", 550, "5.7.0", "Mail Sending denied.")]
    [InlineData("525 4.7.13 the account of this user is disabled", 525, "4.7.13", "the account of this user is disabled")]
    [InlineData("550 5.0.0 <jo@example.org>... 550 5.1.1 user unknown", 550, "5.1.1", "<jo@example.org>... 550 5.1.1 user unknown")]
    [InlineData("host mx.example.org said: 550 5.1.1 gone", 550, "5.1.1", "gone")]
    public void A_reply_has_a_code_a_status_and_a_text(string raw, int code, string? status, string text) =>
        Assert.Equal(new SmtpReply(code, status, text), SmtpReplyParser.Parse(raw));

    [Theory]
    [InlineData("550 Access from 5.1.1.7 blocked")]
    [InlineData("550 Access from [192.5.1.1] blocked")]
    [InlineData("550 refused by Postfix 2.5.6")]
    [InlineData("550 refused by version 5.1.2")]
    [InlineData("421 deferred - 4.16.55.1; see our page")]
    [InlineData("550 see http://example.org/5.1.1.html")]
    [InlineData("550 protocol 4.92.3 spoken here")]
    public void Addresses_and_versions_are_no_status(string raw) => Assert.Null(SmtpReplyParser.Parse(raw).EnhancedCode);

    [Theory]
    [InlineData("")]
    [InlineData("   \r\n\r\n")]
    [InlineData("Connection refused")]
    [InlineData("5501 is no code")]
    [InlineData("55")]
    public void A_text_without_a_code_has_none(string raw) => Assert.Equal(0, SmtpReplyParser.Parse(raw).Code);

    [Fact]
    public void The_first_of_several_replies_gives_the_code()
    {
        var reply = SmtpReplyParser.Parse("550 5.1.1 User unknown 503 5.0.0 Need RCPT 550 5.1.1 User unknown");

        Assert.Equal((550, "5.1.1"), (reply.Code, reply.EnhancedCode));
    }
}
