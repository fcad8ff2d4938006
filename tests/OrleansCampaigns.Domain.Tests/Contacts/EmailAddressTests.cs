using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class EmailAddressTests
{
    // Characters that matter to some rule, and a few that matter to none.
    private static readonly string[] Pieces =
    [
        "a", "B", "7", "e\\\u0301", ".", "..", "-", "@", "\"", "\\", " ", "[", "]", ":", "IPv6:", "1.2.3.4", "::1",
        "%1", "é", "e",
        "\u0301", "ß", "İ", "日本", "。", "\u200B", "\u2028", "\uD83D\uDE00", "\uD83D", "\uDE00", "\u0000",
        "\t", "=", "\u0338",
        "xn--", "xn--bcher-kva", "com", "EXAMPLE", "_", "+", "(", ")", "<", ">", ",", ";",
    ];

    private static string Of(int length) => new('a', length);

    [Theory]
    [InlineData("user@example.com", "user@example.com")]
    [InlineData("  user@example.com\t", "user@example.com")]
    [InlineData("User.Name@EXAMPLE.Com", "User.Name@example.com")]
    [InlineData("user+tag@example.com", "user+tag@example.com")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com")]
    [InlineData("x@a.b-c.d", "x@a.b-c.d")]
    [InlineData("user@localhost", "user@localhost")]
    [InlineData("1@1.2a", "1@1.2a")]
    public void An_ordinary_address_is_normalised(string text, string normalised) =>
        Assert.Equal(normalised, EmailAddress.Parse(text)?.Normalised);

    [Theory]
    [InlineData("\"user\"@example.com", "user@example.com")]
    [InlineData("\"us\\er\"@example.com", "user@example.com")]
    [InlineData("\"first last\"@example.com", "\"first last\"@example.com")]
    [InlineData("\"first\\ last\"@example.com", "\"first last\"@example.com")]
    [InlineData("\"a@b\"@example.com", "\"a@b\"@example.com")]
    [InlineData("\"a\\\"b\"@example.com", "\"a\\\"b\"@example.com")]
    [InlineData("\"a\\\\b\"@example.com", "\"a\\\\b\"@example.com")]
    [InlineData("\".a\"@example.com", "\".a\"@example.com")]
    [InlineData("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp")]
    [InlineData("ab.@ezweb.ne.jp", "\"ab.\"@ezweb.ne.jp")]
    [InlineData(".a...b.@AU.com", "\".a...b.\"@au.com")]
    [InlineData("\"a..b\"@docomo.ne.jp", "\"a..b\"@docomo.ne.jp")]
    [InlineData("\"a..b\"@example.com", "\"a..b\"@example.com")]
    [InlineData("\"\"@example.com", "\"\"@example.com")]
    [InlineData("\"e\\\u0301\"@example.com", "é@example.com")]
    public void A_quoted_local_part_keeps_only_the_quotes_that_it_needs(string text, string normalised) =>
        Assert.Equal(normalised, EmailAddress.Parse(text)?.Normalised);

    [Theory]
    [InlineData("用户@例え.jp", "用户@xn--r8jz45g.jp")]
    [InlineData("user@MÜNCHEN.de", "user@xn--mnchen-3ya.de")]
    [InlineData("user@bücher.example", "user@xn--bcher-kva.example")]
    [InlineData("user@xn--bcher-kva.EXAMPLE", "user@xn--bcher-kva.example")]
    [InlineData("user@例え。jp", "user@xn--r8jz45g.jp")]
    [InlineData("cafe\u0301@example.com", "café@example.com")]
    [InlineData("\uD83D\uDE00@example.com", "\uD83D\uDE00@example.com")]
    public void An_international_address_becomes_form_C_before_and_A_labels_after_the_at(
        string text, string normalised) =>
        Assert.Equal(normalised, EmailAddress.Parse(text)?.Normalised);

    [Theory]
    [InlineData("user@[192.0.2.1]", "user@[192.0.2.1]")]
    [InlineData("user@[IPv6:2001:DB8:0:0::1]", "user@[IPv6:2001:db8::1]")]
    [InlineData("user@[ipv6:::1]", "user@[IPv6:::1]")]
    [InlineData("user@[IPv6:::ffff:192.0.2.1]", "user@[IPv6:::ffff:192.0.2.1]")]
    public void An_address_literal_is_normalised(string text, string normalised) =>
        Assert.Equal(normalised, EmailAddress.Parse(text)?.Normalised);

    [Theory]
    [InlineData("user@[]")]
    [InlineData("user@[")]
    [InlineData("user@[192.0.2]")]
    [InlineData("user@[192.0.2.256]")]
    [InlineData("user@[192.0.2.1")]
    [InlineData("user@[0x7f.0.0.1]")]
    [InlineData("user@[010.0.0.1]")]
    [InlineData("user@[ 192.0.2.1]")]
    [InlineData("user@[2001:db8::1]")]
    [InlineData("user@[IPv6:2001:db8]")]
    [InlineData("user@[IPv6:fe80::1%1]")]
    [InlineData("user@[IPv6:[::1]]")]
    [InlineData("user@[IPv6:[::1]:25]")]
    [InlineData("user@[IPv6:192.0.2.1]")]
    [InlineData("user@[tag:value]")]
    public void A_malformed_literal_is_invalid(string text) => Assert.Null(EmailAddress.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("user")]
    [InlineData("@example.com")]
    [InlineData("user@")]
    [InlineData("@")]
    [InlineData(".user@example.com")]
    [InlineData("user.@example.com")]
    [InlineData("us..er@example.com")]
    [InlineData("us..er@jp.example.com")]
    [InlineData("..@docomo.ne.jp")]
    [InlineData("a..(b@docomo.ne.jp")]
    [InlineData("a..b@docomo..jp")]
    [InlineData("us er@example.com")]
    [InlineData("user @example.com")]
    [InlineData("user@ example.com")]
    [InlineData("us(er)@example.com")]
    [InlineData("user(comment)@example.com")]
    [InlineData("Name <user@example.com>")]
    [InlineData("<user@example.com>")]
    [InlineData("a@b@example.com")]
    [InlineData("us,er@example.com")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("a@example.com;")]
    [InlineData("mailto:a@[b]")]
    [InlineData("\"user@example.com")]
    [InlineData("user\"@example.com")]
    [InlineData("\"us\"er@example.com")]
    [InlineData("\"us\"er\"@example.com")]
    [InlineData("\"user\\\"@example.com")]
    [InlineData("\"us\u0007er\"@example.com")]
    [InlineData("\"us\r\ner\"@example.com")]
    [InlineData("us\u0000er@example.com")]
    [InlineData("user\r\nRCPT TO:<x@y>@example.com")]
    [InlineData("us\u2028er@example.com")]
    [InlineData("us\u00A0er@example.com")]
    [InlineData("us\uE000er@example.com")]
    public void A_malformed_local_part_is_invalid(string? text) => Assert.Null(EmailAddress.Parse(text));

    [Theory]
    [InlineData("user@example..com")]
    [InlineData("user@.example.com")]
    [InlineData("user@example.com.")]
    [InlineData("user@-example.com")]
    [InlineData("user@example-.com")]
    [InlineData("user@exa_mple.com")]
    [InlineData("user@exam ple.com")]
    [InlineData("user@192.0.2.1")]
    [InlineData("user@example.123")]
    [InlineData("user@１２３")]
    [InlineData("user@example.com\u0000")]
    [InlineData("user@ex\u200Bample.c\u0000om")]
    [InlineData("user@exa\rmple.com")]
    [InlineData("user@example.com>")]
    public void A_malformed_domain_is_invalid(string text) => Assert.Null(EmailAddress.Parse(text));

    // Not in the attributes: test names are written as UTF-8, which has no lone surrogates.
    [Fact]
    public void A_lone_surrogate_is_invalid()
    {
        Assert.Null(EmailAddress.Parse("us\uD83Der@example.com"));
        Assert.Null(EmailAddress.Parse("us\uDE00er@example.com"));
        Assert.Null(EmailAddress.Parse("\"us\uD83D er\"@example.com"));
        Assert.Null(EmailAddress.Parse("user@exam\uD83Dple.com"));
        Assert.Null(EmailAddress.Parse("user@exam\uDE00ple.com"));
    }

    [Fact]
    public void A_local_part_has_at_most_64_octets()
    {
        Assert.NotNull(EmailAddress.Parse($"{Of(64)}@example.com"));
        Assert.Null(EmailAddress.Parse($"{Of(65)}@example.com"));
        Assert.NotNull(EmailAddress.Parse($"{new string('é', 32)}@example.com"));
        Assert.Null(EmailAddress.Parse($"{new string('é', 33)}@example.com"));
        Assert.NotNull(EmailAddress.Parse($"\"{Of(64)}\"@example.com"));
    }

    [Fact]
    public void A_label_has_at_most_63_octets_and_an_address_254()
    {
        Assert.NotNull(EmailAddress.Parse($"user@{Of(63)}.com"));
        Assert.Null(EmailAddress.Parse($"user@{Of(64)}.com"));

        var domain = $"{Of(63)}.{Of(63)}.{Of(59)}";
        Assert.Equal(254, EmailAddress.Parse($"{Of(64)}@{domain}.a")!.Normalised.Length);
        Assert.Null(EmailAddress.Parse($"{Of(64)}@{domain}.ab"));
        Assert.Null(EmailAddress.Parse($"{Of(400)}@example.com"));
    }

    [Fact]
    public void Mail_is_sent_to_the_local_part_as_it_was_spelled()
    {
        Assert.Equal(EmailAddress.Parse("a@EXAMPLE.com"), EmailAddress.Parse("a@example.COM"));
        Assert.NotEqual(EmailAddress.Parse("A@example.com"), EmailAddress.Parse("a@example.com"));
    }

    [Fact]
    public void What_is_normalised_once_stays_as_it_is()
    {
        var texts = Gen.Elements(Pieces).ArrayOf().Select(pieces => string.Concat(pieces));
        var addresses = from local in texts from domain in texts select $"{local}a@{domain}";
        var quoted = from local in texts from domain in texts select $"\"{local}\"@{domain}com";
        var likely = from local in texts select $"{local}a@example.com"; // Or few would be addresses at all.
        var parsed = 0;
        Prop.ForAll(Gen.OneOf(texts, addresses, quoted, likely).ToArbitrary(), text =>
        {
            var address = EmailAddress.Parse(text);
            parsed += address is null ? 0 : 1;
            return address is null || EmailAddress.Parse(address.Normalised) == address;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

        // A property over nothing but refusals would say nothing.
        Assert.True(parsed > 50, $"Only {parsed} random texts were addresses.");
    }

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        Prop.ForAll<string>(text => EmailAddress.Parse($"{text}@{text}")?.Normalised != "")
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
