using System.Globalization;
using System.Text;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Guesses the encoding of a text that is not UTF-8.</summary>
/// <remarks>
/// Each candidate decodes the sample, and each letter beyond ASCII is worth what it is worth in the language that fits
/// best: how often that language writes it, and how badly it stands where it stands (a sign within a word, a capital
/// after a small letter, letters of two scripts in one word). The values are logarithms, so that they add up. The
/// languages are in <see cref="EncodingLanguages"/>. See docs/adr/0024.
/// </remarks>
internal static class EncodingGuess
{
    private const double Impossible = -40;
    private const double Control = -20;
    private const double SignInWord = -9;
    private const double Sign = -6;
    private const double UsualSign = -3.5;
    private const double CapitalAfterSmall = -5;
    private const double CapitalAfterCapital = -0.5;
    private const double CapitalAlone = -4;
    private const double OtherScript = -7;
    private const double NeverSpoken = -4;
    private const double OfMac = 4;

    // Worse than this for each letter, it is no text in any encoding that is known here.
    private const double WorstPerLetter = -8.5;

    private const string UsualSigns = "€§©•№–—";
    private const string OpeningSigns = "“„‘‚«‹¡¿";
    private const string ClosingSigns = "”»›…®™°ºª";
    private const string WordSigns = "’\u00A0·";

    public static Encoding Iso2022Jp { get; } = FileEncodings.OfCodePage(50220);

    /// <summary>Whether a text in ASCII switches to Japanese letters as ISO-2022-JP does (RFC 1468).</summary>
    public static bool IsIso2022Jp(ReadOnlySpan<byte> text) =>
        text.IndexOf("\u001b$B"u8) >= 0 || text.IndexOf("\u001b$@"u8) >= 0;

    /// <summary>The encoding that fits best, or <see langword="null"/> when none does.</summary>
    /// <param name="sample">Lines with bytes beyond ASCII.</param>
    /// <param name="isOfMac">Whether lines end as they did on the first Macintosh, which had encodings of its own.
    /// </param>
    public static Encoding? Of(ReadOnlySpan<byte> sample, bool isOfMac)
    {
        Encoding? best = null;
        var (bestValue, bestLetters) = (double.NegativeInfinity, 1);
        foreach (var candidate in EncodingLanguages.Candidates)
        {
            var text = candidate.Encoding.GetString(sample);
            var (value, letters) = Weigh(text, candidate);
            value += candidate.Prior + (isOfMac && candidate.IsOfMac ? OfMac : 0);
            if (value > bestValue)
            {
                (best, bestValue, bestLetters) = (candidate.Encoding, value, letters);
            }
        }

        return bestValue / Math.Max(1, bestLetters) >= WorstPerLetter ? best : null;
    }

    private static (double Value, int Letters) Weigh(string text, EncodingCandidate candidate)
    {
        var shape = 0.0;
        var letters = 0;
        var counts = new Dictionary<int, int>();
        var before = new Rune(' ');
        var runes = text.EnumerateRunes();
        while (runes.MoveNext())
        {
            var rune = runes.Current;
            if (!rune.IsAscii)
            {
                letters++;
                var next = runes;
                shape += Shape(before, rune, next.MoveNext() ? next.Current : new Rune(' '));
                if (Rune.IsLetter(rune) || rune.Value == 'ß')
                {
                    var small = Rune.ToLowerInvariant(rune).Value;
                    counts[small] = counts.GetValueOrDefault(small) + 1;
                }
            }
            else if (Rune.IsUpper(rune) && Rune.IsLower(before) && !before.IsAscii)
            {
                shape += CapitalAfterSmall;
            }

            before = rune;
        }

        return (shape + candidate.Languages.Max(language => Worth(language, counts)), letters);
    }

    private static double Worth(EncodingLanguage language, Dictionary<int, int> counts) =>
        language.Prior + counts.Sum(count => count.Value * language.Worth(count.Key));

    // What stands badly, whatever the language is.
    private static double Shape(Rune before, Rune rune, Rune next)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.Control:
                return Control;
            case UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned:
                return Impossible;
        }

        if (rune.Value is 0xFFFD or 0xFFFF)
        {
            return Impossible;
        }

        if (!Rune.IsLetter(rune))
        {
            return ShapeOfSign(before, rune, next);
        }

        return ShapeOfCapital(before, rune, next) + ShapeOfSyllable(rune, next)
            + (Rune.IsLetter(before) && ScriptOf(before) != ScriptOf(rune) ? OtherScript : 0)
            + (next.IsAscii && Rune.IsLetter(next) && ScriptOf(rune) != 0 ? OtherScript : 0);
    }

    private static double ShapeOfCapital(Rune before, Rune rune, Rune next) =>
        !Rune.IsUpper(rune) ? 0
        : Rune.IsLower(before) ? CapitalAfterSmall
        : Rune.IsUpper(before) && !before.IsAscii ? CapitalAfterCapital
        : !Rune.IsLetter(before) && !Rune.IsLetter(next) ? CapitalAlone
        : 0;

    // No language has these before such letters, and other encodings have frequent letters in their place.
    private static double ShapeOfSyllable(Rune rune, Rune next)
    {
        var isBeforeVowel = next.IsAscii && "aeiouAEIOU".Contains((char)next.Value, StringComparison.Ordinal);
        return Contains("ñÑ", rune) && next.IsAscii && !isBeforeVowel ? NeverSpoken
            : Contains("èÈ", rune) && isBeforeVowel ? NeverSpoken
            : 0;
    }

    private static double ShapeOfSign(Rune before, Rune rune, Rune next)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
        {
            return Rune.IsLetter(before) && ScriptOf(before) == ScriptOf(rune) ? 0 : SignInWord;
        }

        var (after, ahead) = (Rune.IsLetter(before), Rune.IsLetter(next));
        var (opens, closes) = (Contains(OpeningSigns, rune), Contains(ClosingSigns, rune));
        return Contains(WordSigns, rune) || IsEastAsian(rune) ? UsualSign
            : (opens && !after) || (closes && !ahead) ? UsualSign
            : after || ahead ? SignInWord
            : opens || closes || Contains(UsualSigns, rune) ? UsualSign
            : Sign;
    }

    // Punctuation and wide forms.
    private static bool IsEastAsian(Rune rune) => rune.Value is (>= 0x3000 and < 0x3040) or (>= 0xFF00 and < 0xFFF0);

    private static bool Contains(string signs, Rune rune) =>
        rune.IsBmp && signs.Contains((char)rune.Value, StringComparison.Ordinal);

    // 0 is Latin; letters of all of East Asia are one script here, because Japanese mixes them.
    private static int ScriptOf(Rune rune) => rune.Value switch
    {
        < 0x370 or (>= 0x1E00 and < 0x1F00) => 0,
        < 0x400 => 1,
        < 0x530 => 2,
        < 0x600 => 3,
        < 0x800 => 4,
        _ => 5,
    };
}
