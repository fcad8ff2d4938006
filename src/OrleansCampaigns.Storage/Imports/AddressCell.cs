using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Reads an address as people write it into a cell: with a name beside it, or as a link.</summary>
internal static class AddressCell
{
    private static readonly string[] Schemes = ["mailto:", "smtp:", "email:", "e-mail:"];

    /// <summary>Whether a cell holds an address that mail may be sent to.</summary>
    public static bool IsAddress(string cell) =>
        cell.Contains('@', StringComparison.Ordinal) && EmailAddress.Parse(Read(cell).Address) is { IsPublic: true };

    /// <summary>The address, and the name that stands beside it; the cell as it is when it holds something else.
    /// </summary>
    public static (string Address, string? Name) Read(string cell)
    {
        if (cell.AsSpan().IndexOfAny("<>:'\"") < 0)
        {
            return (cell, null);
        }

        var text = AddressIdentity.Visible(cell);
        string? name = null;
        if (text.EndsWith('>') && text.LastIndexOf('<') is var opening and >= 0)
        {
            name = text[..opening].Trim(' ', '\t', '"', '\'');
            text = text[(opening + 1)..^1].Trim();
        }

        text = WithoutScheme(text.Trim('\''));
        if (EmailAddress.Parse(text) is null)
        {
            return (cell, null);
        }

        return (text, name is { Length: > 0 } && !name.Contains('@', StringComparison.Ordinal) ? name : null);
    }

    private static string WithoutScheme(string text)
    {
        foreach (var scheme in Schemes)
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                text = text[scheme.Length..];
                var query = text.IndexOf('?', StringComparison.Ordinal);
                return Uri.UnescapeDataString(query < 0 ? text : text[..query]).Trim();
            }
        }

        return text;
    }
}
