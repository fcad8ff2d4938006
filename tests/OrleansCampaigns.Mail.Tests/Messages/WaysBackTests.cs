using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using MimeKit;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>How whatever comes back from a message finds its recipient.</summary>
public sealed partial class WaysBackTests
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly RecipientTokens Tokens = Given.Tokens();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(254)]
    public void The_return_path_names_the_e_mail_and_the_attempt(int attempt)
    {
        var message = Given.Message(Given.Definition(), Given.Recipient().Placed(attempt), ReturnPath());

        var (local, domain) = Split(message.EnvelopeSender);
        Assert.Equal((64, "return.example"), (local.Length, domain));
        Assert.StartsWith("bounces-12345+", local, StringComparison.Ordinal);
        Assert.DoesNotContain("anna", message.EnvelopeSender, StringComparison.OrdinalIgnoreCase);
        foreach (var written in new[] { message.EnvelopeSender, message.EnvelopeSender.ToUpperInvariant() })
        {
            Assert.Equal(
                new FeedbackAddress(
                    FeedbackAddressKind.ReturnPath, new(Given.Campaign, Partition: 3, Seq: 70_000, attempt)),
                Addresses(ReturnPath()).Read(written));
        }
    }

    [Fact]
    public void A_return_path_that_is_altered_anywhere_names_nobody()
    {
        var addresses = Addresses(ReturnPath());
        var address = Given.Message(Given.Definition(), Given.Recipient().Placed(), ReturnPath()).EnvelopeSender;
        var token = address.Split('+', '@')[1];
        Assert.Equal(RecipientTokens.AddressTokenLength, token.Length);
        for (var i = 0; i < token.Length; i++)
        {
            // Each letter stands for five bits.
            foreach (var letter in Alphabet.Where(letter => letter != token[i]))
            {
                var altered = token[..i] + letter + token[(i + 1)..];
                Assert.Equal(
                    new FeedbackAddress(FeedbackAddressKind.Void, null),
                    addresses.Read(address.Replace(token, altered, StringComparison.Ordinal)));
            }
        }

        Assert.Null(addresses.Read(address.Replace(token, token[..^1], StringComparison.Ordinal)).Token);
        Assert.Null(addresses.Read(address.Replace(token, token + "a", StringComparison.Ordinal)).Token);
    }

    [Fact]
    public void Without_VERP_the_return_path_is_the_same_for_all()
    {
        var options = ReturnPath();
        options.Verp = false;

        Assert.Equal(
            "bounces-12345@return.example",
            Given.Message(Given.Definition(), Given.Recipient().Placed(), options).EnvelopeSender);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(Given.PublicUrl, null, "<https>")]
    [InlineData(null, "bounces-12345@return.example", "<mailto>")]
    [InlineData(Given.PublicUrl, "bounces-12345@return.example", "<https>, <mailto>")]
    public void The_header_for_unsubscribing_has_the_ways_that_there_are(
        string? publicUrl, string? returnPath, string? expected)
    {
        var options = ReturnPath();
        options.ReturnPath = returnPath;
        var anna = Given.Recipient().Placed(attempt: 2);
        var (mime, raw) = Given.ReadBack(Given.Message(Given.Definition(), anna, options, publicUrl));
        var header = mime.Headers["List-Unsubscribe"];

        Assert.Equal(expected, header is null ? null : Forms().Replace(header, form => $"<{form.Groups["kind"]}>"));

        // RFC 8058: only what takes a POST is offered for one.
        Assert.Equal(
            publicUrl is null ? null : "List-Unsubscribe=One-Click", mime.Headers["List-Unsubscribe-Post"]);
        Assert.DoesNotContain("=?", raw.Split("\r\n\r\n")[0], StringComparison.Ordinal);
        foreach (Match form in Forms().Matches(header ?? ""))
        {
            if (form.Groups["kind"].Value == "https")
            {
                Assert.StartsWith($"{Given.PublicUrl}/t/u/", form.Groups["url"].Value, StringComparison.Ordinal);
                Assert.Equal(
                    new RecipientToken(Given.Campaign, anna.Contact, 0),
                    Tokens.Read(TokenPurpose.Unsubscribe, form.Groups["url"].Value.Split('/')[^1]));
                continue;
            }

            var mailto = new Uri(form.Groups["url"].Value);
            var address = $"{mailto.UserInfo}@{mailto.Host}";
            Assert.Equal("?subject=unsubscribe", mailto.Query);
            Assert.True(Split(address).Local.Length <= 64);
            Assert.Equal(
                new FeedbackAddress(
                    FeedbackAddressKind.Unsubscribe, new(Given.Campaign, Partition: 3, Seq: 70_000, Attempt: 2)),
                Addresses(options).Read(address));
        }
    }

    [Fact]
    public void The_page_for_unsubscribing_can_be_named_in_text_and_HTML()
    {
        var anna = Given.Recipient().Placed();
        var message = Given.Message(
            Given.Definition("<a href=\"{{unsubscribe_url}}\">Leave</a>", "Leave: {{unsubscribe_url}}"),
            anna,
            publicUrl: Given.PublicUrl);
        var url = message.Route.UnsubscribeUrl!;

        Assert.Equal(
            new RecipientToken(Given.Campaign, anna.Contact, 0),
            Tokens.Read(TokenPurpose.Unsubscribe, url[$"{Given.PublicUrl}/t/u/".Length..]));
        Assert.StartsWith($"<a href=\"{url}\">Leave</a>", message.Html, StringComparison.Ordinal);
        Assert.Equal($"Leave: {url}", message.Text);
        Assert.Contains($"<{url}>", message.Headers["List-Unsubscribe"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<p>{{unsubscribe_url}}</p>", "x", "content.html")]
    [InlineData("<p>x</p>", "{{#if city}}{{unsubscribe_url}}{{/if}}", "content.text")]
    public void A_page_that_nobody_can_reach_is_refused(string html, string text, string field)
    {
        var problem = Assert.Single(Given.Compiled(Given.Definition(html, text)).Problems);

        Assert.Equal(("template.unsubscribe_url", field), (problem.Code, problem.Field));
        Assert.Contains("Tracking:PublicUrl", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<body><p>x</p></body></html>", "<body><p>x</p>[pixel]</body></html>")]
    [InlineData("<p>x</p>", "<p>x</p>[pixel]")]
    [InlineData("<body>a</body><body>b</body >", "<body>a</body><body>b[pixel]</body >")]
    [InlineData("<!-- </body> --><p title='</body>'>x", "<!-- </body> --><p title='</body>'>x[pixel]")]
    [InlineData("<body>x{{#if name}}</body>{{else}}y</body>{{/if}}", "<body>xy[pixel]</body>")]
    [InlineData("<body>{{#if name}}</body>{{/if}}x", "<body>x[pixel]")]
    public void The_pixel_stands_once_at_the_end_of_the_HTML_and_nowhere_else(string html, string expected)
    {
        var anna = Given.Recipient().Placed();
        var (mime, _) = Given.ReadBack(Given.Message(Given.Definition(html), anna, publicUrl: Given.PublicUrl));

        var pixel = Assert.Single(Pixels().Matches(mime.HtmlBody!));
        Assert.Equal(expected, Pixels().Replace(mime.HtmlBody!, "[pixel]"));
        Assert.Equal(
            new RecipientToken(Given.Campaign, anna.Contact, 0),
            Tokens.Read(TokenPurpose.Open, pixel.Groups["token"].Value));
        Assert.DoesNotContain("/t/o/", mime.TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<p>x</p>", null, false, Given.PublicUrl)]
    [InlineData("", "x", true, Given.PublicUrl)]
    [InlineData("<p>x</p>", null, true, null)]
    public void Without_the_switch_HTML_or_a_public_address_there_is_no_pixel(
        string html, string? text, bool opens, string? publicUrl)
    {
        var definition = Given.Definition(html, text) with { TrackOpens = opens };
        var (_, raw) = Given.ReadBack(Given.Message(definition, Given.Recipient().Placed(), publicUrl: publicUrl));

        Assert.DoesNotContain("/t/o/", raw, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", raw, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_send_names_nobody()
    {
        var definition = Given.Definition(
            "<body><a href=\"https://x.example/\">x</a><a href=\"{{unsubscribe_url}}\">Leave</a></body>",
            "{{unsubscribe_url}}");
        var composer = Given.Composer(definition, ReturnPath(), Given.PublicUrl);
        var anna = Given.Recipient();
        var message = (OutgoingMessage)composer.Compose(anna, Given.Noon).Value!;
        var (mime, raw) = Given.ReadBack(message);

        Assert.Equal("bounces-12345@return.example", message.EnvelopeSender);
        Assert.Equal(
            $"<body><a href=\"https://x.example/\">x</a><a href=\"{Given.PublicUrl}/t/u/preview\">Leave</a></body>",
            message.Html);
        Assert.Equal($"<{Given.PublicUrl}/t/u/preview>", mime.Headers["List-Unsubscribe"]);
        Assert.Equal($"{Given.PublicUrl}/t/u/preview", message.Text);
        Assert.Null(Tokens.ReadMessageId(message.MessageId));
        Assert.All(Words().Matches(raw), word =>
        {
            Assert.All(
                Enum.GetValues<TokenPurpose>(), purpose => Assert.Null(Tokens.Read(purpose, word.Value)));
            Assert.All(
                Enum.GetValues<TokenPurpose>(), purpose => Assert.Null(Tokens.ReadAddress(purpose, word.Value)));
        });

        // The same message as a real one has a token in each of these places.
        var real = (OutgoingMessage)composer.Compose(anna.Placed(), Given.Noon).Value!;
        Assert.NotNull(Tokens.ReadMessageId(real.MessageId));
        Assert.Contains("/t/c/", real.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_test_send_has_a_Message_ID_of_its_own()
    {
        var composer = Given.Composer(Given.Definition());

        var ids = new[] { ("anna", 0), ("anna", 1), ("bela", 0) }.Select(test => composer.Compose(
            Given.Recipient($"{test.Item1}@mail.example"), Given.Noon.AddTicks(test.Item2)).Value!.MessageId);

        Assert.Equal(3, ids.Distinct().Count(id => id.EndsWith("@sender.example", StringComparison.Ordinal)));
    }

    private static MailOptions ReturnPath()
    {
        // As long as may be.
        var options = Given.Options();
        options.ReturnPath = "bounces-12345@return.example";
        Assert.Same(ValidateOptionsResult.Success, new MailOptionsValidator().Validate(null, options));
        return options;
    }

    private static FeedbackAddresses Addresses(MailOptions options) =>
        new(Tokens, new OptionsWrapper<MailOptions>(options));

    private static (string Local, string Domain) Split(string address)
    {
        Assert.True(MailboxAddress.TryParse(address, out _) && Encoding.UTF8.GetByteCount(address) <= 254, address);
        var at = address.LastIndexOf('@');
        return (address[..at], address[(at + 1)..]);
    }

    [GeneratedRegex("<(?<url>(?<kind>https|mailto):[^<>\\s]+)>")]
    private static partial Regex Forms();

    [GeneratedRegex("<img src=\"https://news\\.example/t/o/(?<token>[A-Za-z0-9_-]+)\"[^>]*>")]
    private static partial Regex Pixels();

    [GeneratedRegex("[A-Za-z0-9_-]{40,}")]
    private static partial Regex Words();
}
