using MimeKit;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Named fields as in a mail header, a delivery status or a feedback report, read leniently.</summary>
internal sealed class HeaderFields
{
    private const int FieldsMax = 500;
    private const int ValueCharactersMax = 4096;

    private readonly List<(string Name, string Value)> fields = [];

    public static HeaderFields Empty { get; } = new();

    public int Count => fields.Count;

    /// <summary>The first value of that name that is not empty.</summary>
    public string? this[string name] => All(name).FirstOrDefault();

    /// <summary>All values of that name that are not empty.</summary>
    public IEnumerable<string> All(string name) => fields
        .Where(entry => entry.Value.Length > 0 && entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(entry => entry.Value);

    public bool Has(string name) => this[name] is not null;

    public bool Has(string name, string part) =>
        All(name).Any(value => value.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether any field is as <paramref name="isMeant"/> says of its name and value.</summary>
    public bool Any(Func<string, string, bool> isMeant) => fields.Exists(entry => isMeant(entry.Name, entry.Value));

    /// <summary>The fields of a parsed header.</summary>
    public static HeaderFields Of(HeaderList headers)
    {
        var result = new HeaderFields();
        foreach (var header in headers.Take(FieldsMax))
        {
            result.Add(header.Field, header.Value);
        }

        return result;
    }

    /// <summary>The fields at the start of <paramref name="lines"/>; a line that is no field ends them.</summary>
    public static HeaderFields Leading(IEnumerable<string> lines)
    {
        var result = new HeaderFields();
        foreach (var line in lines)
        {
            if (!result.TryAppend(line))
            {
                break;
            }
        }

        return result;
    }

    /// <summary>Groups of fields with empty lines between them; lines that are no fields are passed over.</summary>
    public static List<HeaderFields> Groups(IEnumerable<string> lines)
    {
        var groups = new List<HeaderFields>();
        var group = new HeaderFields();
        foreach (var line in lines)
        {
            if (string.IsNullOrWhiteSpace(line) && group.Count > 0)
            {
                groups.Add(group);
                group = new HeaderFields();
            }
            else
            {
                group.TryAppend(line);
            }
        }

        groups.Add(group);
        return groups;
    }

    public void Add(string name, string? value)
    {
        if (fields.Count < FieldsMax)
        {
            var text = PlainText.Clean(PlainText.Cut(value?.Trim() ?? "", ValueCharactersMax));
            fields.Add((name.Trim(), text));
        }
    }

    /// <summary>The name of the field that <paramref name="line"/> begins, or <see langword="null"/>.</summary>
    public static string? NameOf(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(':');
        if (colon is < 1 or > 60)
        {
            return null;
        }

        var name = line[..colon].TrimEnd();
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_')
            {
                return null;
            }
        }

        return name.Length > 0 ? name.ToString() : null;
    }

    private bool TryAppend(string line)
    {
        if (line.Length > 0 && line[0] is ' ' or '\t')
        {
            if (fields.Count > 0 && fields[^1].Value.Length < ValueCharactersMax && !string.IsNullOrWhiteSpace(line))
            {
                fields[^1] = (fields[^1].Name, $"{fields[^1].Value} {line.Trim()}".Trim());
            }

            return fields.Count > 0;
        }

        if (NameOf(line) is not { } name)
        {
            return false;
        }

        Add(name, line[(line.IndexOf(':') + 1)..]);
        return true;
    }
}
