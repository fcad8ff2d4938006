using System.Text;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Splits a row that <see cref="CsvRowReader"/> found into its fields, by the same rules.</summary>
internal sealed class CsvFields(char delimiter)
{
    /// <summary>The fields, or <see langword="null"/> when they are not as many as the reader counted.</summary>
    public string[]? Split(CsvRow row)
    {
        var text = Encoding.UTF8.GetString(row.Bytes.Span);
        if (!row.HasQuotes)
        {
            return text.Split(delimiter);
        }

        var fields = new List<string>(row.Columns);
        var at = ReadField(text, 0, fields);
        while (at < text.Length)
        {
            at = ReadField(text, at + 1, fields);
        }

        return fields.Count == row.Columns ? [.. fields] : null;
    }

    /// <summary>Whether a character may stand between a delimiter and a quote, and means nothing there.</summary>
    /// <remarks>A byte order mark stands there where files were glued together.</remarks>
    private bool IsBlank(char c) => c != delimiter && c is ' ' or '\t' or '\u00A0' or '\uFEFF';

    // Where the delimiter stands that ends the field, or the row's end.
    private int ReadField(string text, int at, List<string> fields)
    {
        var opening = at;
        while (opening < text.Length && IsBlank(text[opening]))
        {
            opening++;
        }

        if (opening < text.Length && text[opening] == '"')
        {
            var after = ReadQuoted(text, opening + 1, fields);
            if (after >= 0)
            {
                return after;
            }
        }

        var end = text.IndexOf(delimiter, at);
        end = end < 0 ? text.Length : end;
        fields.Add(text[at..end]);
        return end;
    }

    // As above, or -1 when it is no quoted field after all.
    private int ReadQuoted(string text, int from, List<string> fields)
    {
        var at = from;
        while (true)
        {
            var quote = text.IndexOf('"', at);
            if (quote < 0)
            {
                return -1;
            }

            if (quote + 1 < text.Length && text[quote + 1] == '"')
            {
                at = quote + 2;
                continue;
            }

            var end = quote + 1;
            while (end < text.Length && IsBlank(text[end]))
            {
                end++;
            }

            if (end < text.Length && text[end] != delimiter)
            {
                return -1;
            }

            fields.Add(text[from..quote].Replace("\"\"", "\"", StringComparison.Ordinal));
            return end;
        }
    }
}
