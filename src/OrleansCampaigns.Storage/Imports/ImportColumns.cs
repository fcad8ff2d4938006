using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Where each column of a file goes: to the address, the name, an attribute, or nowhere.</summary>
internal sealed class ImportColumns
{
    private const string FormulaStarts = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    // What cannot be seen around a header or a name, beside blanks.
    private static readonly char[] Invisible =
        [' ', '\t', '\u00A0', '\u00AD', '\u200B', '\u200C', '\u200D', '\u200E', '\u200F', '\u2060', '\uFEFF'];

    private readonly string[] _headers;
    private readonly string?[] _attributes;
    private readonly int _address;
    private readonly (int Whole, int First, int Last) _name;
    private readonly ImportStatuses _statuses;

    private ImportColumns(
        string[] headers,
        string?[] attributes,
        int address,
        (int Whole, int First, int Last) name,
        ImportStatuses statuses) =>
        (_headers, _attributes, _address, _name, _statuses) = (headers, attributes, address, name, statuses);

    public int Count => _headers.Length;

    /// <summary>Reads a header.</summary>
    /// <remarks>
    /// What it refuses names columns by number, or as the request does: the first row of a file without a header holds
    /// addresses. A column without a name goes nowhere, because spreadsheets add such columns at the right by
    /// themselves.
    /// </remarks>
    /// <param name="header">The header.</param>
    /// <param name="options">What the request says of columns.</param>
    /// <param name="sample">The first rows.</param>
    public static Result<ImportColumns> Of(string[] header, ImportOptions options, CsvSample sample)
    {
        var headers = Array.ConvertAll(header, TrimVisible);
        var address = options.AddressColumn is { } given ? IndexOf(headers, given) : FindAddress(headers, sample);
        if (address < 0)
        {
            return NoAddress(options.AddressColumn);
        }

        var name = options.NameColumn is { } named
            ? (IndexOf(headers, named), -1, -1)
            : ImportHeaders.NameColumns(headers);
        if (FindUnknown(headers, options) is var (parameter, column))
        {
            return Refusal.Invalid(
                "import.unknown_column", $"The header has no column \"{column}\", which the request names.", parameter);
        }

        name = Without(name, i => i == address || options.AttributeColumns.Keys.Any(key => Is(key, headers[i])));
        var isWhole = (int i) => i == address || i == name.Item1;
        var statuses = ImportStatuses.Of(headers, i => isWhole(i), options, sample.HoldsStatusWords);
        return AttributesOf(headers, options, i => isWhole(i) || statuses.Takes(i, headers[i])) switch
        {
            { IsRefused: true } refused => refused.Refusal,
            { Value: { } attributes } => new ImportColumns(headers, attributes, address, name, statuses),
        };
    }

    /// <summary>A text without blanks and what else cannot be seen around it.</summary>
    public static string TrimVisible(string text) => text.Trim().Trim(Invisible);

    private static (int Whole, int First, int Last) Without(
        (int Whole, int First, int Last) name, Predicate<int> isTaken)
    {
        return (Unless(name.Whole), Unless(name.First), Unless(name.Last));

        int Unless(int column) => column >= 0 && isTaken(column) ? -1 : column;
    }

    // A postal address has the same header as an e-mail address to many: what the column holds decides. Any other
    // header is believed, so that a column of other people's addresses is not written to.
    private static int FindAddress(string[] headers, CsvSample sample)
    {
        var named = ImportHeaders.AddressColumns(headers).ToList();
        var sure = named.FindAll(column => !ImportHeaders.MayBePostal(headers[column]));
        return named.FirstOrDefault(sample.HoldsAddress, -1) is var column and >= 0 ? column
            : sure.Count > 0 ? sure[0]
            : sample.FindAddresses() is var found and >= 0 ? found
            : named.FirstOrDefault(-1);
    }

    private static Refusal NoAddress(string? given) => Refusal.Invalid(
        "import.no_address_column",
        given is null
            ? "No column is known for the address: name one address or email, or say which it is with addressColumn."
            : $"The file has no column \"{given}\", which addressColumn names.",
        "addressColumn");

    private static (string Parameter, string Column)? FindUnknown(string[] headers, ImportOptions options) =>
        options.AttributeColumns.Keys.FirstOrDefault(column => IndexOf(headers, column) < 0) is { } mapped
            ? ("attributeColumns", mapped)
        : options.NameColumn is { } name && IndexOf(headers, name) < 0 ? ("nameColumn", name)
        : options.StatusColumn is { Length: > 0 } status && IndexOf(headers, status) < 0 ? ("statusColumn", status)
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

    /// <summary>What each column was taken for.</summary>
    public IEnumerable<ImportColumn> Describe() =>
        _headers.Select((header, i) => new ImportColumn(header, UseOf(i), _attributes[i]));

    /// <summary>The fields of a row, as many as the header has; <see langword="null"/> when it has others.</summary>
    /// <remarks>
    /// Empty cells at the end may be missing or too many. A row that is too short and holds no address is most likely a
    /// piece of another one.
    /// </remarks>
    public string[]? Fit(string[] fields)
    {
        var length = fields.Length;
        if (length < Count && (length <= _address || !fields[_address].Contains('@', StringComparison.Ordinal)))
        {
            return null;
        }

        Array.Resize(ref fields, Count);
        for (; length < Count; length++)
        {
            fields[length] = "";
        }

        return fields;
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

        var (address, beside) = AddressCell.Read(fields[_address]);
        return new(address, NameOf(fields) ?? beside, attributes);
    }

    private string? NameOf(string[] fields)
    {
        var name = At(_name.Whole);
        if (name.Length == 0 && (_name.First >= 0 || _name.Last >= 0))
        {
            var (first, last) = (At(_name.First), At(_name.Last));
            name = last.StartsWith($"{first} ", StringComparison.Ordinal) ? last : $"{first} {last}".Trim();
        }

        return name.Length == 0 ? null : name;

        string At(int column) => column < 0 ? "" : TrimVisible(fields[column]);
    }

    private ImportColumnUse UseOf(int column) =>
        column == _address ? ImportColumnUse.Address
        : column == _name.Whole ? ImportColumnUse.Name
        : column == _name.First ? ImportColumnUse.FirstName
        : column == _name.Last ? ImportColumnUse.LastName
        : _attributes[column] is null
            ? (_statuses.Takes(column, _headers[column]) ? ImportColumnUse.Status : ImportColumnUse.Ignored)
        : ImportHeaders.IsLanguage(_headers[column]) ? ImportColumnUse.Language
        : ImportColumnUse.Attribute;

    /// <summary>The header of the column that a refused field of a contact came from.</summary>
    public string? HeaderOf(string? field) => field switch
    {
        "address" => _headers[_address],
        "name" => new[] { _name.Whole, _name.Last, _name.First }.FirstOrDefault(i => i >= 0, -1) is var i and >= 0
            ? _headers[i]
            : null,
        "status" => _statuses.FirstColumn is >= 0 and var status ? _headers[status] : null,
        not null when field.StartsWith("attributes.", StringComparison.Ordinal) =>
            Array.IndexOf(_attributes, field["attributes.".Length..]) is var at and >= 0 ? _headers[at] : null,
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
        Array.FindIndex(headers, header => Is(name, header));

    private static bool Is(string name, string header) =>
        header.Equals(TrimVisible(name), StringComparison.OrdinalIgnoreCase);

    private static string? AttributeOf(string header, ImportOptions options)
    {
        foreach (var (column, attribute) in options.AttributeColumns)
        {
            if (Is(column, header))
            {
                return attribute.Trim() is { Length: > 0 } name ? name : null;
            }
        }

        return header.Length > 0 ? header : null;
    }
}
