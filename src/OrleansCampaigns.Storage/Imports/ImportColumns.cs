using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Where each column of a file goes: to the address, the name, an attribute, or nowhere.</summary>
internal sealed class ImportColumns
{
    private static readonly string[] AddressHeaders = ["address", "email", "e-mail", "mail"];

    private readonly string[] _headers;
    private readonly string?[] _attributes;
    private readonly int _address;
    private readonly int _name;

    private ImportColumns(string[] headers, string?[] attributes, int address, int name) =>
        (_headers, _attributes, _address, _name) = (headers, attributes, address, name);

    public int Count => _headers.Length;

    /// <summary>Reads a header.</summary>
    /// <remarks>
    /// What it refuses names columns by number: the first row of a file without a header holds addresses. A column
    /// without a name goes nowhere, because spreadsheets add such columns at the right by themselves.
    /// </remarks>
    public static Result<ImportColumns> Of(string[] header, ImportOptions options)
    {
        var headers = Array.ConvertAll(header, name => name.Trim());
        var address = options.AddressColumn is { } given
            ? IndexOf(headers, given)
            : AddressHeaders.Select(name => IndexOf(headers, name)).FirstOrDefault(index => index >= 0, -1);
        if (address < 0)
        {
            return Refusal.Invalid(
                "import.no_address_column",
                "The header has no column for the address: name it address, email, e-mail or mail, or say which it is.",
                "addressColumn");
        }

        var name = IndexOf(headers, options.NameColumn ?? "name");
        var unknown = options.AttributeColumns.Keys.Any(column => IndexOf(headers, column) < 0);
        if (unknown || (options.NameColumn is not null && name < 0))
        {
            return Refusal.Invalid(
                "import.unknown_column",
                "The header lacks a column that the request names.",
                unknown ? "attributeColumns" : "nameColumn");
        }

        var attributes = new string?[headers.Length];
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < headers.Length; i++)
        {
            attributes[i] = i == address || i == name ? null : AttributeOf(headers[i], options);
            if ((headers[i].Length > 0 && !seen.Add(headers[i])) || (attributes[i] is { } twice && !taken.Add(twice)))
            {
                return Refusal.Invalid(
                    "import.duplicate_column", $"Column {i + 1} has the same name as a column before it.", "csv");
            }

            if (attributes[i] is { } attribute && PreparedContact.CheckAttributeName(attribute) is { } refusal)
            {
                return Refusal.Invalid("import.header", $"Column {i + 1}: {refusal.Detail}", "csv");
            }
        }

        return new ImportColumns(headers, attributes, address, name);
    }

    /// <summary>What a row says; an empty cell is an attribute that is not given.</summary>
    public ContactInput Map(string[] fields)
    {
        var attributes = new Dictionary<string, string>(fields.Length);
        for (var i = 0; i < fields.Length; i++)
        {
            if (_attributes[i] is { } attribute && fields[i].Length > 0)
            {
                attributes[attribute] = fields[i];
            }
        }

        return new(fields[_address], _name < 0 ? null : fields[_name], attributes);
    }

    /// <summary>The header of the column that a refused field of a contact came from.</summary>
    public string? HeaderOf(string? field) => field switch
    {
        "address" => _headers[_address],
        "name" => _name < 0 ? null : _headers[_name],
        not null when field.StartsWith("attributes.", StringComparison.Ordinal) =>
            Array.IndexOf(_attributes, field["attributes.".Length..]) is var i and >= 0 ? _headers[i] : null,
        _ => null,
    };

    /// <summary>The header of a column by its number, from 1.</summary>
    public string? HeaderOf(int column) => column <= _headers.Length ? _headers[column - 1] : null;

    private static int IndexOf(string[] headers, string name) =>
        Array.FindIndex(headers, header => header.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));

    private static string? AttributeOf(string header, ImportOptions options)
    {
        foreach (var (column, attribute) in options.AttributeColumns)
        {
            if (column.Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
            {
                return attribute.Trim() is { Length: > 0 } name ? name : null;
            }
        }

        return header.Length > 0 ? header : null;
    }
}
