using System.Text;

namespace OrleansCampaigns.TestKit;

/// <summary>Tables with a header (RFC 4180): quoted fields may hold commas, line ends and doubled quotes.</summary>
public static class Csv
{
    /// <summary>The rows of <paramref name="file"/>, by the names of their columns.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Read(string file)
    {
        var records = Records(File.ReadAllText(file)).ToArray();
        return records.Skip(1).Select(record => records[0]
            .Zip(record)
            .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
    }

    private static IEnumerable<List<string>> Records(string text)
    {
        var record = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append(text[++i]);
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && (c is ',' or '\n'))
            {
                record.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (c == '\n')
                {
                    yield return record;
                    record = [];
                }
            }
            else
            {
                field.Append(c);
            }
        }
    }
}
