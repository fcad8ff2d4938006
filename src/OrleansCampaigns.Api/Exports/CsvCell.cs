using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Api.Exports;

/// <summary>Writes one cell of a CSV file (RFC 4180) so that no spreadsheet takes it for a formula.</summary>
internal static class CsvCell
{
    // The full-width forms are signs to some spreadsheets too.
    private const string FormulaStarts = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

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

        // Blanks around a value are part of it (RFC 4180 §2.4), which not every reader knows without quotes.
        if (value.AsSpan().IndexOfAny(Quoted) < 0 && value[0] != ' ' && value[^1] != ' ')
        {
            line.Append(value);
            return;
        }

        line.Append('"').Append(value).Replace("\"", "\"\"", line.Length - value.Length, value.Length).Append('"');
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
