using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Where each column of a file goes: to the address, the name, an attribute, or nowhere.</summary>
internal sealed class ImportColumns
{
    private const string FormulaStarts = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private static readonly string[] AddressHeaders = ["address", "email", "e-mail", "mail"];

    private readonly string[] _headers;
    private readonly string?[] _attributes;
    private readonly int _address;
    private readonly int _name;
    private readonly ImportStatuses _statuses;

    private ImportColumns(
        string[] headers, string?[] attributes, int address, int name, ImportStatuses statuses) =>
        (_headers, _attributes, _address, _name, _statuses) = (headers, attributes, address, name, statuses);

    public int Count => _headers.Length;

    /// <summary>Reads a header.</summary>
    /// <remarks>
    /// What it refuses names columns by number: the first row of a file without a header holds addresses. A column
    /// without a name goes nowhere, because spreadsheets add such columns at the right by themselves.
    /// </remarks>
    /// <param name="header">The header.</param>
    /// <param name="options">What the request says of columns.</param>
    /// <param name="holdsWords">Whether the first rows of a column hold a word for how a contact stands.</param>
    public static Result<ImportColumns> Of(
        string[] header, ImportOptions options, Predicate<int>? holdsWords = null)
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
        if (FindUnknown(headers, options, name) is { } unknown)
        {
            return Refusal.Invalid(
                "import.unknown_column", "The header lacks a column that the request names.", unknown);
        }

        var statuses = ImportStatuses.Of(headers, i => i == address || i == name, options, holdsWords ?? (_ => false));
        return AttributesOf(headers, options, i => i == address || i == name || statuses.Takes(i, headers[i])) switch
        {
            { IsRefused: true } refused => refused.Refusal,
            { Value: { } attributes } => new ImportColumns(headers, attributes, address, name, statuses),
        };
    }

    private static string? FindUnknown(string[] headers, ImportOptions options, int name) =>
        options.AttributeColumns.Keys.Any(column => IndexOf(headers, column) < 0) ? "attributeColumns"
        : options.NameColumn is not null && name < 0 ? "nameColumn"
        : options.StatusColumn is { Length: > 0 } status && IndexOf(headers, status) < 0 ? "statusColumn"
        : null;

    private static Result<string?[]> AttributesOf(string[] headers, ImportOptions options, Predicate<int> isTaken)
    {
        var attributes = new string?[headers.Length];
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < headers.Length; i++)
        {
            attributes[i] = isTaken(i) ? null : AttributeOf(headers[i], options);
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

        return attributes;
    }

    /// <summary>How the contact of a row stands, by the row's word.</summary>
    public Result<ImportedStanding?> StandingOf(string[] fields, string import) => _statuses.Read(fields, import);

    /// <summary>What a row says; an empty cell is an attribute that is not given.</summary>
    public ContactInput Map(string[] fields)
    {
        fields = _statuses.IsOwnExport ? Array.ConvertAll(fields, WithoutApostrophe) : fields;
        var attributes = new Dictionary<string, string>(fields.Length);
        if (_statuses.Attributes is >= 0 and var all && fields[all].Length > 0)
        {
            foreach (var (name, value) in DirectoryJson.ReadAttributes(fields[all]))
            {
                attributes[name] = value;
            }
        }

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
        "status" => _statuses.FirstColumn is >= 0 and var status ? _headers[status] : null,
        not null when field.StartsWith("attributes.", StringComparison.Ordinal) =>
            Array.IndexOf(_attributes, field["attributes.".Length..]) is var i and >= 0 ? _headers[i] : null,
        _ => null,
    };

    /// <summary>The header of a column by its number, from 1.</summary>
    public string? HeaderOf(int column) => column <= _headers.Length ? _headers[column - 1] : null;

    /// <summary>A cell of an export of ours, which has an apostrophe before what a spreadsheet would run.</summary>
    public static string WithoutApostrophe(string cell) =>
        cell.Length > 1 && cell[0] == '\'' && FormulaStarts.Contains(cell[1], StringComparison.Ordinal)
            ? cell[1..]
            : cell;

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
