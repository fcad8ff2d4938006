using System.Collections.Immutable;
using MimeKit;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>Images that travel in the message and stand in its page (RFC 2387, RFC 2392).</summary>
public sealed class InlineImageTests
{
    private static readonly byte[] Picture = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    [Fact]
    public void An_image_that_the_page_calls_is_related_to_it_and_to_nothing_else()
    {
        var (mime, _) = Given.ReadBack(Message(
            "<p>Logo: <img src=\"cid:logo@sender.example\" alt=\"Us\"></p>",
            text: null,
            Image("logo.png") with { ContentId = "logo@sender.example" },
            new Attachment("price list.pdf", "application/pdf", [1, 2, 3])));

        var mixed = Assert.IsType<Multipart>(mime.Body);
        Assert.Equal("multipart/mixed", mixed.ContentType.MimeType);
        Assert.Equal(2, mixed.Count);
        var alternative = Assert.IsType<MultipartAlternative>(mixed[0]);
        Assert.Equal("text/plain", alternative[0].ContentType.MimeType);
        var related = Assert.IsType<MultipartRelated>(alternative[1]);
        Assert.Equal("text/html", related.ContentType.Parameters["type"]);
        Assert.Equal("text/html", related.Root!.ContentType.MimeType);
        var image = Assert.IsType<MimePart>(related[1]);
        Assert.Equal(
            ("logo@sender.example", "inline", "logo.png", "image/png"),
            (image.ContentId, image.ContentDisposition!.Disposition, image.FileName, image.ContentType.MimeType));
        Assert.Equal(Picture, Content(image));
        Assert.Equal("price list.pdf", Assert.Single(mime.Attachments).ContentDisposition!.FileName);
        Assert.Equal("Logo: Us\n", mime.TextBody);
    }

    [Theory]
    [InlineData("<img src=\"cid:logo.png\">")]
    [InlineData("<img src=cid:logo.png>")]
    [InlineData("<img src=' CID:logo.png '>")]
    [InlineData("<td background=\"cid:logo%2Epng\">")]
    [InlineData("<td style=\"background:url(cid:logo.png)\">")]
    [InlineData("<td style=\"background:url(&quot;cid:logo.png&quot;)\">")]
    [InlineData("<style>td{background:url('cid:logo.png')}</style>")]
    [InlineData("<!--[if mso]><v:image src=\"cid:logo.png\"/><![endif]-->")]
    public void A_file_that_the_page_calls_by_its_name_answers_to_it(string html)
    {
        var (mime, _) = Given.ReadBack(Message(html, "Text", Image("logo.png")));

        var image = Assert.Single(mime.BodyParts.OfType<MimePart>(), part => part.ContentId is not null);
        Assert.Equal(("logo.png", "inline"), (image.ContentId, image.ContentDisposition!.Disposition));
        Assert.Empty(mime.Attachments);
        Assert.IsType<MultipartAlternative>(mime.Body);
        Assert.DoesNotContain("content.unanswered_cid", Warnings(html, Image("logo.png")));
    }

    [Fact]
    public void Without_a_text_the_related_parts_are_the_body()
    {
        var parts = BodyParts.Write(
            "", "<img src=cid:a>", Prepared("<img src=cid:a>", Image("a.png") with { ContentId = "a" }), "b",
            CampaignEnvelope.PlainFormat);

        Assert.Equal("multipart/related", parts.ContentType.MimeType);
        Assert.Equal("text/html", parts.ContentType.Parameters["type"]);
    }

    [Fact]
    public void A_message_of_text_only_takes_an_inline_file_along()
    {
        var (mime, _) = Given.ReadBack(Message("", "Text", Image("a.png") with { ContentId = "a" }));

        Assert.Equal(("multipart/mixed", 2), (mime.Body!.ContentType.MimeType, ((Multipart)mime.Body).Count));
        Assert.Equal("Text", mime.TextBody);
    }

    [Fact]
    public void A_file_that_is_no_part_of_the_page_is_attached_though_it_has_a_name_there()
    {
        var (mime, _) = Given.ReadBack(Message(
            "<img src=\"cid:a\">", null, Image("a.png") with { ContentId = "a", Inline = false }));

        var image = (MimePart)Assert.Single(mime.Attachments);
        Assert.Equal(("a", "attachment"), (image.ContentId, image.ContentDisposition!.Disposition));
        Assert.Equal("multipart/mixed", mime.Body!.ContentType.MimeType);
    }

    [Fact]
    public void A_related_image_goes_with_tracking_and_a_signature_and_is_counted()
    {
        var definition = Definition(
            "<p><a href=\"https://x.example/\">x</a><img src=\"cid:logo.png\"></p>", null, Image("logo.png"));
        var tracked = Given.Message(definition, Given.Recipient().Placed(), publicUrl: Given.PublicUrl);
        var (mime, raw) = Given.ReadBack(tracked);

        Assert.Contains("src=\"cid:logo.png\"", mime.HtmlBody, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Given.PublicUrl}/t/c/", mime.HtmlBody, StringComparison.Ordinal);
        using var measured = tracked.ToMime();
        Assert.Equal(raw.Length, MessageSize.Measure(measured, tracked.Format));
    }

    [Theory]
    [InlineData("two words", "x", null)]
    [InlineData("a@b@c", "x", null)]
    [InlineData("a>\r\nBcc: x", "x", null)]
    [InlineData("", "x", null)]
    [InlineData(null, "two words.png", true)]
    public void A_name_that_no_page_can_call_is_refused(string? contentId, string fileName, bool? inline) =>
        Assert.Contains(
            ("content.attachment.content_id", "content.attachments[0].contentId"),
            Problems(Image(fileName) with { ContentId = contentId, Inline = inline }));

    [Fact]
    public void Two_files_have_two_names() => Assert.Contains(
        ("content.attachment.content_id", "content.attachments"),
        Problems(Image("a.png") with { ContentId = "a" }, Image("b.png") with { ContentId = "a" }));

    [Theory]
    [InlineData("<img src=\"cid:logo\">")]
    [InlineData("<img src=\"cid:logo.PNG\">")]
    [InlineData("<div style=\"background:url(cid:logo2.png)\">")]
    public void What_the_page_calls_and_nothing_answers_is_told(string html) =>
        Assert.Contains("content.unanswered_cid", Warnings(html, Image("logo.png")));

    [Theory]
    [InlineData("<p>Our cid: is 7</p>")]
    [InlineData("<p>acid:base, and cid:nothing</p>")]
    [InlineData("<img src=\"cid:{{picture}}\">")]
    public void What_is_no_call_is_none(string html) => Assert.DoesNotContain(
        "content.unanswered_cid",
        Given.Compiled(Definition(html, null)).Warnings.Select(warning => warning.Code));

    private static Attachment Image(string fileName) => new(fileName, "image/png", Picture);

    private static CampaignDefinition Definition(string html, string? text, params Attachment[] files)
    {
        var definition = Given.Definition(html, text);
        return definition with { Content = definition.Content with { Attachments = [.. files] } };
    }

    private static OutgoingMessage Message(string html, string? text, params Attachment[] files) =>
        Given.Message(Definition(html, text, files), Given.Recipient());

    private static IReadOnlyList<PreparedAttachment> Prepared(string html, params Attachment[] files) =>
        AttachmentCheck.Prepare([.. files], CidReferences.Find(html), []);

    private static IEnumerable<string> Warnings(string html, params Attachment[] files) =>
        Given.Compiled(Definition(html, null, files)).Warnings.Select(warning => warning.Code);

    private static ImmutableArray<(string Code, string? Field)> Problems(params Attachment[] files) =>
    [
        .. Given.Compiled(Definition("<p>x</p>", null, files)).Problems
            .Select(problem => (problem.Code, problem.Field)),
    ];

    private static byte[] Content(MimePart part)
    {
        using var octets = new MemoryStream();
        part.Content!.DecodeTo(octets);
        return octets.ToArray();
    }
}
