using System.Text;

namespace OrleansCampaigns.Domain.Tests;

public class StorableTextTests
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    // Attributes are stored as UTF-8, which holds no half of a pair: so these are no inline data.
    private static readonly (string Text, string Expected)[] Cases =
    [
        ("", ""),
        ("plain", "plain"),
        ("a\ud83d\ude00b", "a\ud83d\ude00b"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00a", "\ufffda"),
        ("\ud83d\ud83d\ude00", "\ufffd\ud83d\ude00"),
        ("\ud83d\ude00\ude00", "\ud83d\ude00\ufffd"),
        ("a\0b\0", "a\ufffdb\ufffd"),
        ("\ufffe\uffff", "\ufffe\uffff"),
    ];

    [Fact]
    public void What_no_database_takes_is_replaced()
    {
        foreach (var (text, expected) in Cases)
        {
            var clean = StorableText.Clean(text);

            Assert.Equal(expected, clean, StringComparer.Ordinal);
            Assert.Equal(clean, Strict.GetString(Strict.GetBytes(clean)));
            Assert.Same(clean, StorableText.Clean(clean));
        }
    }

    [Fact]
    public void A_cut_never_goes_through_a_character()
    {
        var text = new string('x', 499) + "\ud83d\ude00 and more";

        Assert.Equal(new string('x', 499), StorableText.Cut(text, 500));
        Assert.Equal(new string('x', 499) + "\ud83d\ude00", StorableText.Cut(text, 501));
        Assert.Same(text, StorableText.Cut(text, text.Length));
    }

    [Fact]
    public void Whatever_is_cut_and_cleaned_can_be_stored()
    {
        var random = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 20).Select(
                _ => (char)(random.Next(3) == 0 ? 0xd800 + random.Next(0x800) : random.Next(0x80))));

            var stored = StorableText.Clean(StorableText.Cut(text, 1 + random.Next(20)));

            Assert.DoesNotContain('\0', stored);
            Assert.Equal(stored, Strict.GetString(Strict.GetBytes(stored)));
        }
    }
}
