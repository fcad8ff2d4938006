using System.Collections.Immutable;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>What is wrong with a campaign is said before anything is sent: all of it, by field.</summary>
public sealed class ProblemTests
{
    private static readonly CampaignDefinition Good = Given.Definition();

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var compiled = Given.Compiled(new CampaignDefinition
        {
            Sender = new Sender("not an address", "Line\r\nBcc: all@mail.example", "neither"),
            TimeZone = "Mars/Olympus",
            Content = new Content { Subject = "{{#if}}", Html = "{{> x}}", Text = "{{a b}}" },
        });

        Assert.Null(compiled.Composer);
        Assert.Equal(
            [
                ("campaign.reply_to", "sender.replyTo"),
                ("campaign.sender", "sender.address"),
                ("campaign.timezone", "timeZone"),
                ("sender.name.control_character", "sender.name"),
                ("template.syntax", "content.html"),
                ("template.syntax", "content.subject"),
                ("template.syntax", "content.text"),
            ],
            compiled.Problems.Select(problem => (problem.Code, problem.Field!)).Order());
    }

    [Fact]
    public void An_empty_campaign_says_what_it_lacks() => Assert.Equal(
        ["campaign.sender", "content.html.required", "content.subject.required"],
        Given.Compiled(new CampaignDefinition()).Problems.Select(problem => problem.Code).Order());

    [Theory]
    [InlineData("")]
    [InlineData("a@b@c.example")]
    [InlineData("Name <a@b.example>")]
    [InlineData("a@-b.example")]
    [InlineData("two@mail.example, lists@mail.example")]
    public void A_sender_must_be_an_address(string address) =>
        AssertProblem(Good with { Sender = new Sender(address) }, "campaign.sender", "sender.address");

    [Theory]
    [InlineData("")]
    [InlineData("Nowhere")]
    [InlineData("W. Europe Standard Time")]
    [InlineData("../../etc/passwd")]
    [InlineData("Europe/Vienna\r\n")]
    public void A_time_zone_must_be_one_of_IANAs(string zone) =>
        AssertProblem(Good with { TimeZone = zone }, "campaign.timezone", "timeZone");

    [Theory]
    [InlineData("Hello\r\nBcc: all@mail.example")]
    [InlineData("Hello\nX: y")]
    [InlineData("Hello\0")]
    [InlineData("Hello\u2028there")]
    [InlineData("Hello\u0085there")]
    public void A_subject_must_be_one_line(string subject) => AssertProblem(
        Good with { Content = Good.Content with { Subject = subject } }, "content.subject.control_character",
            "content.subject");

    [Fact]
    public void A_senders_name_must_be_one_line() => AssertProblem(
        Good with { Sender = new Sender("news@sender.example", "News\nBcc: all@mail.example") },
        "sender.name.control_character",
        "sender.name");

    [Fact]
    public void An_address_for_answers_must_be_one_line() => Assert.Contains(
        ("sender.reply_to.control_character", "sender.replyTo"),
        Problems(Good with { Sender = new Sender("news@sender.example", null, "a@b.example\r\nBcc: c@d.example") }));

    [Theory]
    [InlineData("a\r\nb.pdf", "application/pdf", "content.attachment.file_name.control_character",
        "content.attachments[0].fileName")]
    [InlineData("a.pdf", "application/pdf\r\nBcc: x@y.example", "content.attachment.content_type.control_character",
        "content.attachments[0].contentType")]
    [InlineData("", "application/pdf", "content.attachment.file_name", "content.attachments[0].fileName")]
    [InlineData("../a.pdf", "application/pdf", "content.attachment.file_name", "content.attachments[0].fileName")]
    [InlineData("a.pdf", "pdf", "content.attachment.content_type", "content.attachments[0].contentType")]
    [InlineData("a.pdf", "", "content.attachment.content_type", "content.attachments[0].contentType")]
    [InlineData("a.pdf", "multipart/mixed", "content.attachment.content_type", "content.attachments[0].contentType")]
    [InlineData("a.eml", "message/rfc822", "content.attachment.content_type", "content.attachments[0].contentType")]
    public void An_attachment_must_be_a_file(string name, string type, string code, string field) =>
        Assert.Contains((code, field), Problems(With(new Attachment(name, type, [1]))));

    [Fact]
    public void Attachments_have_limits()
    {
        var megabyte = new byte[1024 * 1024];

        Assert.Empty(
            Problems(With([.. Enumerable.Range(0, 10).Select(i => new Attachment($"{i}", "image/png", megabyte))])));
        Assert.Empty(
            Problems(With([.. Enumerable.Range(0, 20).Select(i => new Attachment($"{i}", "image/png", [1]))])));
        Assert.Equal(
            [("content.attachments.too_many", "content.attachments")],
            Problems(With([.. Enumerable.Range(0, 21).Select(i => new Attachment($"{i}", "image/png", [1]))])));
        Assert.Equal(
            [("content.attachments.too_large", "content.attachments")],
            Problems(With(new Attachment("a", "image/png", new byte[(10 * 1024 * 1024) + 1]))));
        Assert.Equal(
            [("content.attachment.empty", "content.attachments[0].content")], Problems(
                With(new Attachment("a", "image/png", []))));
    }

    [Theory]
    [InlineData("=?utf-8?B?SGVsbG8=?=")]
    [InlineData("=?utf-8?Q?Anna=20B?= and =?iso-8859-1?Q?=E4?=")]
    [InlineData("=?")]
    public void What_looks_like_an_encoded_word_is_shown_as_it_was_written(string value)
    {
        var definition = Good with
        {
            Sender = Good.Sender! with { Name = value },
            Content = Good.Content with { Subject = "For {{name}}" },
        };

        var (mime, _) = Given.ReadBack(Given.Message(definition, Given.Recipient(name: value)));

        Assert.Equal(
            ($"For {value}", value, value),
            (mime.Subject, mime.To.Mailboxes.Single().Name, mime.From.Mailboxes.Single().Name));
        Assert.Equal("anna@mail.example", mime.To.Mailboxes.Single().Address);
    }

    [Theory]
    [InlineData("Anna\r\nBcc: all@mail.example")]
    [InlineData("Anna\nBcc: all@mail.example\n\nA body of its own")]
    [InlineData("Anna\u0000\u0001\u2028Bcc: all@mail.example")]
    [InlineData("=?utf-8?Q?Anna=0D=0ABcc:_all@mail.example?=")]
    [InlineData("Anna\" <all@mail.example>, \"x")]
    public void A_contacts_fields_bring_no_headers_in(string value)
    {
        var definition = Good with { Content = Good.Content with { Subject = "For {{name}}, {{nick}}" } };
        var (mime, _) =
            Given.ReadBack(Given.Message(definition, Given.Recipient(name: value, attributes: ("nick", value))));

        Assert.Empty(mime.Bcc);
        Assert.Single(mime.To);
        Assert.Equal("anna@mail.example", mime.To.Mailboxes.Single().Address);
        Assert.StartsWith("For ", mime.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain(mime.Subject!, char.IsControl);
        Assert.Equal("<p>Hello</p>", mime.HtmlBody);
        Assert.Equal(9, mime.Headers.Count);
    }

    private static CampaignDefinition With(params Attachment[] attachments) =>
        Good with { Content = Good.Content with { Attachments = [.. attachments] } };

    private static void AssertProblem(CampaignDefinition definition, string code, string field) =>
        Assert.Equal([(code, field)], Problems(definition));

    private static ImmutableArray<(string Code, string? Field)> Problems(CampaignDefinition definition) =>
        [.. Given.Compiled(definition).Problems.Select(problem => (problem.Code, problem.Field))];
}
