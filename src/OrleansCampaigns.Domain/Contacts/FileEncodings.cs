using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>The character encodings that a file of contacts may be in, by name.</summary>
/// <remarks>Every name and number of a code page that .NET knows, but UTF-7: in it any text can look like another one,
/// so that what is checked is not what is read (RFC 2152 is for mail of the past).</remarks>
public static class FileEncodings
{
    /// <summary>What is said where a name is refused.</summary>
    public const string Rule =
        "must be the name of a character encoding, such as utf-8, windows-1252, macintosh or shift_jis; not utf-7.";

    private const int Utf7 = 65000;

    // What other programs call encodings that .NET has under another name.
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["mac-roman"] = "macintosh",
        ["macroman"] = "macintosh",
        ["x-mac-roman"] = "macintosh",
        ["mac-cyrillic"] = "x-mac-cyrillic",
        ["maccyrillic"] = "x-mac-cyrillic",
        ["windows-31j"] = "shift_jis",
        ["ms932"] = "shift_jis",
        ["cp932"] = "shift_jis",
        ["sjis"] = "shift_jis",
        ["utf8"] = "utf-8",
        ["utf16"] = "utf-16",
        ["utf-16-le"] = "utf-16le",
        ["utf-16-be"] = "utf-16be",
        ["latin9"] = "iso-8859-15",
        ["latin-9"] = "iso-8859-15",
        ["latin-1"] = "iso-8859-1",
        ["latin-2"] = "iso-8859-2",
        ["gbk"] = "gb18030",
        ["gb2312"] = "gb18030",
        ["euc-jp"] = "euc-jp",
    };

    /// <summary>The encoding of that name; <see langword="null"/> when there is none, or it is not taken.</summary>
    public static Encoding? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        name = name.Trim().Replace('_', '-');
        var encoding = OtherNames.TryGetValue(name, out var known)
            ? Known(known)
            : Known(name) ?? Known(name.Replace('-', '_')) ?? OfCodePage(name);
        return encoding?.CodePage == Utf7 ? null : encoding;
    }

    /// <summary>The encoding of a code page of this software's own choice.</summary>
    public static Encoding OfCodePage(int codePage) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);

    // cp1252, windows1252, cp-1252 and 1252.
    private static Encoding? OfCodePage(string name)
    {
        var digits = name.AsSpan().TrimStart("cpwindosbmCPWINDOSBM-");
        try
        {
            return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var page)
                && page is > 0 and < 65_536 and not Utf7
                ? OfCodePage(page)
                : null;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static Encoding? Known(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
