using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Numbers as fields hold them, and as messages show them.</summary>
internal static class NumberText
{
    // Longer text is no number; a decimal has 29 digits at most.
    private const int LengthMax = 40;
    private const int DecimalsMax = 10;

    /// <summary>
    /// The number: digits with a point, or with a comma that can be nothing but a decimal sign. <c>1,234</c> is none,
    /// since it is two numbers, depending on who wrote it.
    /// </summary>
    public static decimal? Read(string? text)
    {
        if (text is null or { Length: > LengthMax })
        {
            return null;
        }

        var comma = text.IndexOf(',');
        if (comma >= 0)
        {
            if (comma != text.LastIndexOf(',') || text.Contains('.') || text.AsSpan(comma + 1).TrimEnd().Length == 3)
            {
                return null;
            }

            text = text.Replace(',', '.');
        }

        return decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite
                | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture,
            out var number)
            ? number
            : null;
    }

    /// <summary>The number with the signs of a language, rounded half away from zero.</summary>
    public static string Write(decimal number, int? decimals, CultureInfo culture)
    {
        var digits = decimals ?? Math.Min(DecimalsMax, (int)number.Scale);
        var rounded = decimal.Round(number, digits, MidpointRounding.AwayFromZero);
        return rounded.ToString($"N{digits}", culture);
    }
}

/// <summary>Dates as fields hold them, and as messages show them.</summary>
internal static class DateText
{
    private const int LengthMax = 40;
    private const int FormatLengthMax = 50;

    private static readonly string[] Days = ["yyyy-M-d", "yyyy/M/d", "d.M.yyyy"];

    private static readonly string[] Times =
        [.. Days.SelectMany(day => new[] { " H:mm", " H:mm:ss", " H:mm:ss.FFFFFFF" }.Select(time => day + time))];

    private static readonly string[] Moments =
        [.. Times.SelectMany(time => new[] { "zzz", " zzz", "'Z'", " 'Z'" }.Select(offset => time + offset))];

    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["short"] = "d",
        ["long"] = "D",
        ["month"] = "Y",
        ["day"] = "M",
        ["time"] = "t",
        ["datetime"] = "f",
    };

    /// <summary>The pattern of the framework's; <see langword="null"/> with the problem when it is none.</summary>
    public static string? ReadFormat(string format, out string? problem)
    {
        problem = null;
        if (Named.TryGetValue(format, out var known))
        {
            return known;
        }

        if (format.Length is 0 or > FormatLengthMax)
        {
            problem = $"A format has 1 to {FormatLengthMax} characters.";
            return null;
        }

        var isWord = false;
        foreach (var c in format)
        {
            if (c is '\'' or '"')
            {
                isWord = !isWord;
            }
            else if (!isWord && (c is '\\' or '%' || (char.IsLetter(c) && !"dMyHhmstz".Contains(c))))
            {
                problem = $"'{c}' in \"{format}\" means nothing: words stand in single quotes.";
                return null;
            }
        }

        // One letter alone would be a pattern of its own to the framework.
        var pattern = format.Length == 1 ? $"%{format}" : format;
        try
        {
            DateTimeOffset.UnixEpoch.ToString(pattern, CultureInfo.InvariantCulture);
            return pattern;
        }
        catch (FormatException)
        {
            problem = $"\"{format}\" is no format.";
            return null;
        }
    }

    /// <summary>The moment, and whether it is one: a day or a time without an offset is the same everywhere.</summary>
    public static (DateTimeOffset Time, bool IsMoment)? Read(string? text)
    {
        if (text is null or { Length: > LengthMax })
        {
            return null;
        }

        text = text.Trim();
        text = text.Length > 10 && text.IndexOf('T') is > 0 and var at ? $"{text[..at]} {text[(at + 1)..]}" : text;
        if (DateTimeOffset.TryParseExact(
            text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return (moment, true);
        }

        return DateTime.TryParseExact(text, [.. Days, .. Times], CultureInfo.InvariantCulture, 0, out var local)
            ? (new DateTimeOffset(local, TimeSpan.Zero), false)
            : null;
    }

    /// <summary>The date as a language writes it; <see langword="null"/> when its calendar has no such day.</summary>
    public static string? Write(
        (DateTimeOffset Time, bool IsMoment) date, string? format, CultureInfo culture, TimeZoneInfo zone)
    {
        try
        {
            var shown = date.IsMoment ? TimeZoneInfo.ConvertTime(date.Time, zone) : date.Time;
            return shown.ToString(format ?? "d", culture);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}

/// <summary>Text with its letters changed as a language does.</summary>
internal static class CaseText
{
    /// <summary>The text with its first letter large, and the rest as it is.</summary>
    public static string Capitalise(string text, CultureInfo culture)
    {
        var start = text.Length - text.AsSpan().TrimStart().Length;
        if (start == text.Length)
        {
            return text;
        }

        Rune.DecodeFromUtf16(text.AsSpan(start), out _, out var length);
        return string.Concat(
            text.AsSpan(0, start), culture.TextInfo.ToUpper(text.Substring(start, length)),
            text.AsSpan(start + length));
    }
}
