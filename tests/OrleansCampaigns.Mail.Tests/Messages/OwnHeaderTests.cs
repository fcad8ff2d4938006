using MimeKit;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>The fields of the header that an author decides on: own ones, List-Id, Reply-To.</summary>
public sealed class OwnHeaderTests
{
    [Fact]
    public void An_authors_fields_stand_in_the_header_with_a_contacts_values()
    {
        var (mime, raw) = Read(
            Given.Recipient(name: "Anna", attributes: ("number", "4711")),
            ("Precedence", "bulk"),
            ("X-Customer", "{{number}} of {{name}}"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
            ("Organization", "Bücher & Söhne"));

        Assert.Contains("\r\nPrecedence: bulk\r\n", raw, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Customer: 4711 of Anna\r\n", raw, StringComparison.Ordinal);
        Assert.Equal("OOF, AutoReply", mime.Headers["X-Auto-Response-Suppress"]);
        Assert.Equal("Bücher & Söhne", mime.Headers["Organization"]);
        Assert.True(raw[..raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)].All(char.IsAscii));
    }

    [Theory]
    [InlineData("x\r\nBcc: all@mail.example")]
    [InlineData("x\n\nA body of its own")]
    [InlineData("x\u0000\u2028Bcc: all@mail.example")]
    [InlineData("=?utf-8?Q?x=0D=0ABcc:_all@mail.example?=")]
    public void A_contacts_value_brings_no_field_in(string value)
    {
        var (mime, _) = Read(Given.Recipient(attributes: ("number", value)), ("X-Customer", "{{number}}"));

        Assert.Empty(mime.Bcc);
        Assert.StartsWith(value.StartsWith('x') ? "x" : "=?", mime.Headers["X-Customer"], StringComparison.Ordinal);
        Assert.Equal("<p>Hello</p>", mime.HtmlBody);
        Assert.Equal(10, mime.Headers.Count);
    }

    [Fact]
    public void A_blank_field_is_left_out_and_a_long_one_is_folded_and_not_encoded()
    {
        var token = new string('x', 300);
        var words = string.Join(' ', Enumerable.Repeat("word", 60));
        var (mime, raw) = Read(
            Given.Recipient(),
            ("X-Empty", ""),
            ("X-Blank", "{{#if city}}{{city}}{{/if}}"),
            ("X-Token", token),
            ("X-Words", words));

        Assert.False(mime.Headers.Contains("X-Empty") || mime.Headers.Contains("X-Blank"));
        Assert.Contains($"X-Token: {token}\r\n", raw, StringComparison.Ordinal);
        Assert.Equal(words, mime.Headers["X-Words"]);
        Assert.All(
            raw.Split("\r\n").SkipWhile(line => !line.StartsWith("X-Words", StringComparison.Ordinal)).Take(4),
            line => Assert.InRange(line.Length, 1, 78));
    }

    [Theory]
    [InlineData("From")]
    [InlineData("bcc")]
    [InlineData("Sender")]
    [InlineData("REPLY-TO")]
    [InlineData("Received")]
    [InlineData("Received-SPF")]
    [InlineData("DKIM-Signature")]
    [InlineData("ARC-Seal")]
    [InlineData("Resent-To")]
    [InlineData("Content-Type")]
    [InlineData("content-disposition")]
    [InlineData("MIME-Version")]
    [InlineData("Return-Path")]
    [InlineData("List-Unsubscribe")]
    [InlineData("list-unsubscribe-post")]
    [InlineData("Feedback-ID")]
    [InlineData("X-Campaign")]
    [InlineData("X-SMTPAPI")]
    [InlineData("Authentication-Results")]
    [InlineData("Disposition-Notification-To")]
    public void What_others_write_is_none_of_an_authors(string name) => Assert.Equal(
        [("headers.reserved", $"headers.{name}")], Problems((name, "x")));

    [Theory]
    [InlineData("")]
    [InlineData("X Y")]
    [InlineData("X:")]
    [InlineData("X\r\nBcc")]
    [InlineData("Überschrift")]
    public void A_name_must_be_one(string name) => Assert.Equal([("headers.name", "headers")], Problems((name, "x")));

    [Fact]
    public void A_value_is_one_line_and_a_name_stands_once()
    {
        Assert.Equal(
            [("headers.control_character", "headers.X-A")], Problems(("X-A", "b\r\nBcc: all@mail.example")));
        Assert.Equal([("headers.too_many", "headers")], Problems(("X-A", "b"), ("x-a", "c")));
        Assert.Equal(
            [("headers.too_many", "headers")],
            Problems([.. Enumerable.Range(0, 21).Select(i => ($"X-{i}", "b"))]));
        Assert.Equal([("template.syntax", "headers.X-A")], Problems(("X-A", "{{#if}}")));
    }

    [Fact]
    public void A_field_that_only_a_header_uses_is_needed_too() => Assert.Equal(
        ["number"], Given.Composer(With(("X-Customer", "{{number}}"))).RequiredFields);

    [Theory]
    [InlineData("spring.news.example", "<spring.news.example>")]
    [InlineData("<spring.news.example>", "<spring.news.example>")]
    [InlineData("Spring offers <spring.news.example>", "Spring offers <spring.news.example>")]
    [InlineData("Frühling <spring.news.example>", "Frühling <spring.news.example>")]
    [InlineData("{{name}} <l.{{name}}.example>", "Anna <l.Anna.example>")]
    public void An_author_may_name_the_list(string value, string written)
    {
        var (mime, raw) = Read(Given.Recipient(name: "Anna"), ("list-id", value));

        Assert.Equal(written, mime.Headers["List-Id"]);
        Assert.Equal(2, raw.Split("list-id:", StringSplitOptions.None).Length);
        Assert.DoesNotContain("List-Id:", raw, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spring")]
    [InlineData("Spring offers")]
    [InlineData("<spring news.example>")]
    [InlineData("<a..b>")]
    [InlineData("<a.b> <c.d>")]
    public void A_list_has_an_identifier(string value) =>
        Assert.Equal([("headers.list_id", "headers.List-Id")], Problems(("List-Id", value)));

    [Fact]
    public void A_message_belongs_to_its_list_or_else_to_what_its_sender_writes()
    {
        var plain = Given.Definition();
        var toList = plain with { Audience = new Audience { ListIds = ["lst_0a"] } };

        Assert.Equal("<news.sender.example>", ListIdOf(plain));
        Assert.Equal("<lst-0a.sender.example>", ListIdOf(toList));
        Assert.Equal(
            "<news.sender.example>",
            ListIdOf(plain with { Audience = new Audience { ListIds = ["lst_0a", "lst_0b"] } }));
        Assert.Null(ListIdOf(With(("List-Id", ""))));
    }

    [Theory]
    [InlineData("office@r.example", "office@r.example")]
    [InlineData("Office <office@r.example>", "\"Office\" <office@r.example>")]
    [InlineData(
        "Peter <peter@r.example>, Susan <susan@r.example>", "\"Peter\" <peter@r.example>, \"Susan\" <susan@r.example>")]
    [InlineData(
        "\"Doe, Jane \\\"JD\\\"\" <jane@r.example>; b@r.example",
        "\"Doe, Jane \\\"JD\\\"\" <jane@r.example>, b@r.example")]
    [InlineData("Büro <b@bücher.example>", "\"Büro\" <b@xn--bcher-kva.example>")]
    [InlineData("\"a,b\"@r.example, <c@r.example>", "\"a,b\"@r.example, c@r.example")]
    public void Answers_go_to_mailboxes_with_names(string written, string read)
    {
        var (mime, raw) = Given.ReadBack(Given.Message(
            Given.Definition() with { Sender = new("news@sender.example", null, written) }, Given.Recipient()));

        Assert.Equal(
            InternetAddressList.Parse(read).Mailboxes.Select(mailbox => (mailbox.Name ?? "", mailbox.Address)),
            mime.ReplyTo.Mailboxes.Select(mailbox => (mailbox.Name ?? "", mailbox.Address)));
        Assert.True(raw[..raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)].All(char.IsAscii));
    }

    [Theory]
    [InlineData("Peter")]
    [InlineData("Peter <peter>")]
    [InlineData("a@r.example,,b@r.example")]
    [InlineData("a@r.example b@r.example")]
    [InlineData("\"Open <a@r.example>")]
    [InlineData("A <a@r.example> <b@r.example>")]
    [InlineData("a@1.aa,a@2.aa,a@3.aa,a@4.aa,a@5.aa,a@6.aa,a@7.aa,a@8.aa,a@9.aa,a@10.aa,a@11.aa")]
    public void What_is_no_mailbox_is_refused(string written) => Assert.Equal(
        [("campaign.reply_to", "sender.replyTo")],
        Given.Compiled(Given.Definition() with { Sender = new("news@sender.example", null, written) })
            .Problems.Select(problem => (problem.Code, problem.Field)));

    private static CampaignDefinition With(params (string Name, string Value)[] headers)
    {
        var definition = Given.Definition();
        return definition with
        {
            Content = definition.Content with
            {
                Headers = [.. headers.Select(header => new HeaderField(header.Name, header.Value))],
            },
        };
    }

    private static (MimeMessage Mime, string Raw) Read(
        Grains.Delivery.RecipientProfile recipient, params (string Name, string Value)[] headers) =>
        Given.ReadBack(Given.Message(With(headers), recipient));

    private static string? ListIdOf(CampaignDefinition definition) =>
        Given.ReadBack(Given.Message(definition, Given.Recipient())).Mime.Headers["List-Id"];

    private static IEnumerable<(string Code, string? Field)> Problems(params (string Name, string Value)[] headers) =>
        Given.Compiled(With(headers)).Problems.Select(problem => (problem.Code, problem.Field));
}
