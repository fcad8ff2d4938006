using System.Text;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Tests;

/// <summary>Whatever text comes from outside, no reader of it throws.</summary>
public class PlainTextTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("Zażółć 漢字 \uD83D\uDE00", true)]
    [InlineData("\uFFFD", true)]
    [InlineData("\uFFFE", false)]
    [InlineData("\uFFFF", false)]
    [InlineData("\uFDD0", false)]
    [InlineData("\uFDEF", false)]
    [InlineData("\U0001FFFE", false)]
    [InlineData("\U0010FFFF", false)]
    public void Whole_characters_are_told_from_others(string text, bool isWellFormed)
    {
        Assert.Equal(isWellFormed, PlainText.IsWellFormed(text));
        Assert.Equal(isWellFormed, PlainText.Clean(text) == text);
        Assert.True(PlainText.IsWellFormed(PlainText.Clean(text)));
        Assert.NotNull(PlainText.Clean(text).Normalize(NormalizationForm.FormC));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_character()
    {
        // An attribute cannot hold one.
        foreach (var text in (string[])["a\uD83D", "\uDE00a", "\uDE00\uD83D"])
        {
            Assert.False(PlainText.IsWellFormed(text));
            Assert.True(PlainText.IsWellFormed(PlainText.Clean(text)));
        }
    }

    // Attributes are stored as UTF-8, which holds no half of a pair: so these are no inline data.
    [Fact]
    public void What_no_database_takes_is_replaced()
    {
        (string Text, string Expected)[] cases =
        [
            ("a\uD83D", "a\uFFFD"),
            ("\uDE00a", "\uFFFDa"),
            ("\uD83D\uD83D\uDE00", "\uFFFD\uD83D\uDE00"),
            ("\uD83D\uDE00\uDE00", "\uD83D\uDE00\uFFFD"),
            ("a\0b\0", "a\uFFFDb\uFFFD"),
            ("a\uFFFEb\U0001FFFF", "a\uFFFDb\uFFFD"),
        ];
        Assert.All(cases, known => Assert.Equal(known.Expected, PlainText.Clean(known.Text), StringComparer.Ordinal));
    }

    [Fact]
    public void Whatever_is_cut_and_cleaned_can_be_stored()
    {
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var random = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 20).Select(
                _ => (char)(random.Next(3) == 0 ? 0xD800 + random.Next(0x800) : random.Next(0x80))));

            var stored = PlainText.Clean(PlainText.Cut(text, 1 + random.Next(20)));

            Assert.DoesNotContain('\0', stored);
            Assert.Equal(stored, strict.GetString(strict.GetBytes(stored)));
            Assert.Same(stored, PlainText.Clean(stored));
        }
    }

    [Fact]
    public void A_text_is_cut_between_two_characters()
    {
        var text = new string('x', 499) + "\uD83D\uDE00 and more";
        Assert.Equal(new string('x', 499), PlainText.Cut(text, 500));
        Assert.Equal(new string('x', 499) + "\uD83D\uDE00", PlainText.Cut(text, 501));
        Assert.Same(text, PlainText.Cut(text, text.Length));
        Assert.Equal("ab", PlainText.Cut("abc", 2));
        Assert.Equal("a", PlainText.Cut("a\uD83D\uDE00", 2));
        Assert.Equal("a\uD83D\uDE00", PlainText.Cut("a\uD83D\uDE00", 3));
        Assert.Equal("a", PlainText.Cut("a\uD83D\uDE00b", 2));
    }

    [Fact]
    public void No_character_in_an_address_makes_parsing_throw()
    {
        for (var c = 0; c <= char.MaxValue; c++)
        {
            foreach (var address in (string[])
            [
                $"x{(char)c}@a.example", $"\"x{(char)c}\"@a.example", $"\"x\\{(char)c}\"@a.example",
                $"x@a{(char)c}.example",
            ])
            {
                _ = EmailAddress.Parse(address);
            }
        }

        for (var plane = 1; plane <= 0x10; plane++)
        {
            Assert.Null(EmailAddress.Parse($"x{char.ConvertFromUtf32((plane << 16) | 0xFFFE)}@a.example"));
        }

        Assert.Null(EmailAddress.Parse("x\uFFFE@a.example"));
        Assert.Null(EmailAddress.Parse("\"x\uFFFE\"@a.example"));
    }

    [Theory]
    [InlineData("x@a.example", true)]
    [InlineData("x@localhost", false)]
    [InlineData("x@a.localhost", false)]
    [InlineData("x@[127.0.0.1]", false)]
    [InlineData("x@[IPv6:::1]", false)]
    [InlineData("x@intranet", false)]
    public void A_domain_that_cannot_be_of_the_public_DNS_is_told(string address, bool isPublic) =>
        Assert.Equal(isPublic, EmailAddress.Parse(address)?.IsPublic);
}
