using System.Text;
using MimeKit;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>Messages as their recipients' programs read them.</summary>
public sealed class ComposerTests
{
    [Fact]
    public void A_message_has_a_text_alternative_made_from_its_HTML()
    {
        var (mime, raw) = Given.ReadBack(Given.Message(
            Given.Definition(
                "<h1>Hi {{name}}</h1><p><a href=\"https://x.example/\">Read</a></p>", subject: "For {{name}}"),
            Given.Recipient(name: "Anna Adler")));

        var alternative = Assert.IsType<MultipartAlternative>(mime.Body);
        Assert.Equal(2, alternative.Count);
        Assert.Equal("text/plain", alternative[0].ContentType.MimeType);
        Assert.Equal("text/html", alternative[1].ContentType.MimeType);
        Assert.All(alternative, part => Assert.Equal("utf-8", part.ContentType.Charset));
        Assert.Equal("Hi Anna Adler\n\nRead: https://x.example/\n", mime.TextBody);
        Assert.Equal("<h1>Hi Anna Adler</h1><p><a href=\"https://x.example/\">Read</a></p>", mime.HtmlBody);
        Assert.Equal("For Anna Adler", mime.Subject);
        Assert.Equal("\"The News\" <news@sender.example>", mime.From.ToString());
        Assert.Equal("\"Anna Adler\" <anna@mail.example>", mime.To.ToString());
        Assert.Contains("\r\nMIME-Version: 1.0\r\n", raw, StringComparison.Ordinal);
        Assert.Equal(Given.Campaign.Value, mime.Headers["X-Campaign"]);
        Assert.Contains(
            $"\r\nFeedback-ID: {Given.Campaign}:sender.example:campaign:orleanscampaigns\r\n", raw,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_the_authors_is_kept_as_it_is()
    {
        var text = "Line one\n\n\n   indented {{name}}\n" + new string('x', 200) + "\n";
        var (mime, _) = Given.ReadBack(Given.Message(Given.Definition(text: text), Given.Recipient(name: "Anna")));

        Assert.Equal(text.Replace("{{name}}", "Anna", StringComparison.Ordinal), mime.TextBody);
    }

    [Fact]
    public void A_campaign_of_text_only_has_no_HTML()
    {
        var message = Given.Message(Given.Definition(html: "", text: "Hello"), Given.Recipient());
        var (mime, _) = Given.ReadBack(message);

        Assert.Equal("text/plain", mime.Body!.ContentType.MimeType);
        Assert.Equal(("Hello", null, ""), (mime.TextBody, mime.HtmlBody, message.Html));
    }

    [Fact]
    public void Everything_unicode_arrives()
    {
        const string Everything = "Zażółć gęślą jaźń — 日本語 — العربية — 👩‍👩‍👧 — \u00A0nbsp — é̂ — ‮rtl";
        var message = Given.Message(
            Given.Definition("<p>{{name}}</p>", "{{name}}", "{{name}}") with
            {
                Sender = new Sender("news@bücher.example", Everything, "réponse@sender.example"),
            },
            Given.Recipient("žofie@bücher.example", Everything));
        var (mime, raw) = Given.ReadBack(message);

        Assert.Equal(Everything, mime.Subject);
        Assert.Equal(Everything, mime.TextBody!.TrimEnd());
        Assert.Equal($"<p>{Everything}</p>", mime.HtmlBody!.TrimEnd());
        Assert.Equal(Everything, mime.From.Mailboxes.Single().Name);
        Assert.Equal(Everything, mime.To.Mailboxes.Single().Name);
        Assert.Equal("žofie@xn--bcher-kva.example", mime.To.Mailboxes.Single().GetAddress(idnEncode: true));
        Assert.Equal("réponse@sender.example", mime.ReplyTo.Mailboxes.Single().Address);
        Assert.Equal(("news@xn--bcher-kva.example", true), (message.EnvelopeSender, message.NeedsUtf8));
        Assert.All(
            Encoding.UTF8.GetBytes(raw).AsSpan().ToArray().Split((byte)'\n'), line => Assert.True(line.Length <= 998));
    }

    [Fact]
    public void An_ordinary_message_is_ASCII_with_short_lines()
    {
        var words = string.Concat(Enumerable.Repeat("very long lines of héllo wörld without any break ", 400));
        var html = $"<p>{words}</p>\r\n.\r\n..dots\r\nFrom here \r\n";
        var subject = string.Concat(Enumerable.Repeat("sübject ", 40)).Trim();
        var (mime, raw) =
            Given.ReadBack(Given.Message(Given.Definition(html, subject: subject), Given.Recipient(name: "Łukasz")));

        // A Message-ID cannot be folded.
        Assert.All(
            raw.Split("\r\n"),
            line => Assert.True(
                line.Length <= (line.StartsWith("Message-ID:", StringComparison.Ordinal) ? 120 : 100)
                    && line.All(char.IsAscii),
                line));
        Assert.DoesNotContain("\r\n.", raw, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nFrom here", raw, StringComparison.Ordinal);
        Assert.Equal(html.ReplaceLineEndings("\n"), mime.HtmlBody);
        Assert.Equal(subject, mime.Subject);
    }

    [Theory]
    [InlineData("plain text\r\n", ContentEncoding.SevenBit)]
    [InlineData("no line break at the end", ContentEncoding.QuotedPrintable)]
    [InlineData("From the beginning\r\n", ContentEncoding.QuotedPrintable)]
    [InlineData("a bit of é in mostly plain text\r\n", ContentEncoding.QuotedPrintable)]
    [InlineData("trailing blank \r\ntab\t\r\n= \0 control\r\n", ContentEncoding.QuotedPrintable)]
    [InlineData("по-русски целиком", ContentEncoding.Base64)]
    public void Text_travels_in_an_encoding_that_keeps_it(string text, ContentEncoding encoding)
    {
        var (mime, _) = Given.ReadBack(Given.Message(Given.Definition(html: "", text: text), Given.Recipient()));

        Assert.Equal(encoding, ((MimePart)mime.Body!).ContentTransferEncoding);
        Assert.Equal(text.ReplaceLineEndings("\n").TrimEnd('\n'), mime.TextBody!.TrimEnd('\n'));
    }

    [Theory]
    [InlineData("Europe/Vienna", "Sun, 01 Jun 2025 14:00:00 +0200")]
    [InlineData("Asia/Kolkata", "Sun, 01 Jun 2025 17:30:00 +0530")]
    [InlineData("America/New_York", "Sun, 01 Jun 2025 08:00:00 -0400")]
    [InlineData("UTC", "Sun, 01 Jun 2025 12:00:00 +0000")]
    public void The_date_is_in_the_campaigns_time_zone(string zone, string date)
    {
        var (mime, _) = Given.ReadBack(Given.Message(Given.Definition() with { TimeZone = zone }, Given.Recipient()));

        Assert.Equal(date, mime.Headers["Date"]);
    }

    [Fact]
    public void The_message_id_is_the_same_for_every_attempt_and_differs_by_everything_else()
    {
        var anna = Given.Recipient().Placed();
        var composer = Given.Composer(Given.Definition());
        var message = Assert.IsType<OutgoingMessage>(composer.Compose(anna, Given.Noon).Value);
        var id = message.MessageId;
        var again = Given.Composer(Given.Definition()).Compose(
            Given.Recipient().Placed(attempt: 2), Given.Noon.AddDays(1)).Value!.MessageId;
        var bela = composer.Compose(Given.Recipient("bela@mail.example").Placed(), Given.Noon).Value!.MessageId;
        var otherKey = Given.Options();
        otherKey.Key = "another key that only tests know";
        var guessed = Given.Message(Given.Definition(), anna, otherKey).MessageId;

        Assert.Matches("^[a-z2-7]{76}@sender\\.example$", id);
        Assert.Equal(new(Given.Campaign, anna.Contact, 0), Given.Tokens().ReadMessageId(id));
        Assert.Equal(id, again);
        Assert.Equal(3, new HashSet<string> { id, bela, guessed }.Count);
        Assert.Equal(id, Given.ReadBack(message).Mime.MessageId);
        Assert.DoesNotContain("anna", id, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_same_message_is_written_alike_each_time()
    {
        var message = Given.Message();

        Assert.Equal(Given.ReadBack(message).Raw, Given.ReadBack(message).Raw);
    }

    [Fact]
    public void Attachments_arrive_as_they_were()
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        var definition = Given.Definition("<p>See the files, {{name}}</p>");
        definition = definition with
        {
            Content = definition.Content with
            {
                Attachments =
                [
                    new Attachment("Überblick 2025 (final).pdf", "application/pdf", bytes),
                    new Attachment("notes.txt", "text/plain; charset=iso-8859-1", "caf\u00e9"u8.ToArray()),
                ],
            },
        };

        var (mime, _) = Given.ReadBack(Given.Message(definition, Given.Recipient(name: "Anna")));

        var mixed = Assert.IsType<Multipart>(mime.Body);
        Assert.Equal("multipart/mixed", mixed.ContentType.MimeType);
        Assert.IsType<MultipartAlternative>(mixed[0]);
        var files = mime.Attachments.Cast<MimePart>().ToList();
        Assert.Equal(["Überblick 2025 (final).pdf", "notes.txt"], files.Select(file => file.FileName));
        Assert.Equal(["application/pdf", "text/plain"], files.Select(file => file.ContentType.MimeType));
        using var content = new MemoryStream();
        files[0].Content!.DecodeTo(content);
        Assert.Equal(bytes, content.ToArray());
        Assert.Equal("<p>See the files, Anna</p>", mime.HtmlBody);
    }

    [Fact]
    public void The_return_path_is_the_senders_address_unless_one_is_configured()
    {
        var options = Given.Options();
        options.ReturnPath = "bounces@return.example";

        Assert.Equal("news@sender.example", Given.Message().EnvelopeSender);
        var message = Given.Message(Given.Definition(), Given.Recipient(), options);
        Assert.Equal(("bounces@return.example", "news@sender.example"),
            (message.EnvelopeSender, message.ToMime().From.Mailboxes.Single().Address));
    }

    [Fact]
    public void The_headers_worth_looking_at_are_shown()
    {
        var headers = Given.Message().Headers;

        Assert.Equal("Hello", headers["subject"]);
        Assert.Equal("anna@mail.example", headers["To"]);
        Assert.EndsWith("@sender.example>", headers["Message-ID"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_whose_address_is_none_is_refused() => Assert.Equal(
        "recipient.address",
        Given.Composer(Given.Definition()).Compose(Given.Recipient("not an address"), Given.Noon).Refusal?.Code);

    [Fact]
    public async Task A_composer_serves_many_at_once()
    {
        var composer =
            Given.Composer(Given.Definition("<p>{{name}} {{#if city}}{{city}}{{/if}}</p>", subject: "{{name}}"));

        await Parallel.ForAsync(0, 500, (i, _) =>
        {
            var recipient = Given.Recipient($"a{i}@mail.example", $"Name {i}", ("city", $"City {i}"));
            var message = (OutgoingMessage)composer.Compose(recipient, Given.Noon).Value!;
            Assert.Equal(($"Name {i}", $"<p>Name {i} City {i}</p>"), (message.Subject, message.Html));
            Assert.Equal($"Name {i} City {i}\n", message.Text);
            Assert.Equal($"Name {i}", Given.ReadBack(message).Mime.Subject);
            return ValueTask.CompletedTask;
        });
    }
}

internal static class Bytes
{
    public static IEnumerable<byte[]> Split(this byte[] octets, byte separator)
    {
        var start = 0;
        for (var i = 0; i <= octets.Length; i++)
        {
            if (i == octets.Length || octets[i] == separator)
            {
                yield return octets[start..i];
                start = i + 1;
            }
        }
    }
}
