using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Api.Exports;

/// <summary>Writes one cell of a CSV file (RFC 4180) so that no spreadsheet takes it for a formula.</summary>
internal static class CsvCell
{
    // The full-width forms are signs to some spreadsheets too.
    private const string FormulaStarts = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    // Where a spreadsheet that was told of another delimiter begins a cell: quotes do not keep it from that, because
    // they stand in the middle of what it takes for a cell.
    private const string Delimiters = ";\t|\r\n";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> Delimiting = SearchValues.Create(Delimiters);

    public static void Write(StringBuilder line, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        if (FormulaStarts.Contains(value[0], StringComparison.Ordinal) && !IsNumber(value))
        {
            value = "'" + value;
        }

        value = DefuseParts(value);

        // Blanks around a value are part of it (RFC 4180 §2.4), which not every reader knows without quotes.
        if (value.AsSpan().IndexOfAny(Quoted) < 0 && value[0] != ' ' && value[^1] != ' ')
        {
            line.Append(value);
            return;
        }

        line.Append('"').Append(value).Replace("\"", "\"\"", line.Length - value.Length, value.Length).Append('"');
    }

    /// <summary>
    /// The value with an apostrophe before every formula that would begin where another delimiter cuts it.
    /// </summary>
    private static string DefuseParts(string value)
    {
        if (value.AsSpan().IndexOfAny(Delimiting) < 0)
        {
            return value;
        }

        var result = new StringBuilder(value.Length + 8);
        var isStart = false;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (isStart && c is not (' ' or '"'))
            {
                var end = value.AsSpan(i).IndexOfAny(Delimiting);
                var part = end < 0 ? value[i..] : value.Substring(i, end);
                if (part.Length > 0 && FormulaStarts.Contains(c, StringComparison.Ordinal) && !IsNumber(part))
                {
                    result.Append('\'');
                }
            }

            isStart = Delimiters.Contains(c, StringComparison.Ordinal) || (isStart && c is ' ' or '"');
            result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>
    /// A sign before digits is a number to every spreadsheet and runs nothing; with an apostrophe it would be text to
    /// all of them, and no longer equal to what was imported. Two signs, blanks or letters are no number:
    /// <c>-1+cmd|…</c>.
    /// </summary>
    private static bool IsNumber(string value) =>
        value[0] is '+' or '-'
        && value.Length <= 30
        && decimal.TryParse(value.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
}
