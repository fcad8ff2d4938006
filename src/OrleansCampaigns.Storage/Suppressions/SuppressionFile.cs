using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Files;
using OrleansCampaigns.Storage.Imports;

namespace OrleansCampaigns.Storage.Suppressions;

/// <summary>Reads a CSV file of suppressions: an export of ours, or a list of another tool's.</summary>
/// <remarks>
/// A file without a header is a list of addresses and domains, one on each line: what other tools call a blocklist.
/// Rows are taken in steps; a file that is read again after a failure finds the first steps taken, which changes
/// nothing.
/// </remarks>
internal sealed class SuppressionFile(
    Func<SuppressionInput, Result<SuppressionRecord>> prepare,
    Func<IReadOnlyList<SuppressionRecord>, Task<Result<SuppressionsAdded>>> put)
{
    private const int StepMax = 2_000;
    private const int ErrorsMax = 100;

    private static readonly string[] AddressHeaders =
        ["address", "email", "emailaddress", "mail", "recipient", "subscriber"];

    private static readonly string[] DomainHeaders = ["domain", "domainname", "host"];
    private static readonly string[] ReasonHeaders = ["reason", "cause", "comment", "note", "description", "type"];
    private static readonly string[] ExpiryHeaders =
        ["expiresat", "expires", "expiry", "expirydate", "until", "validuntil"];

    private static readonly string[] HashHeaders = ["hash", "key"];

    private readonly List<ImportError> _errors = [];
    private readonly List<SuppressionRecord> _step = [];
    private long _rows;
    private long _added;
    private long _updated;
    private long _rejected;

    // Where each thing stands; -1 where it does not.
    private sealed record Columns(int Address, int Domain, int Hash, int Reason, int Expiry)
    {
        public int Source { get; init; } = -1;

        public int Actor { get; init; } = -1;

        public int CreatedAt { get; init; } = -1;
    }

    public async Task<Result<SuppressionImport>> Read(Stream csv, CancellationToken cancellation)
    {
        // The reader goes back and forth in a file, and a request is read once.
        var path = Path.Combine(Path.GetTempPath(), $"suppressions-{Guid.NewGuid():N}.csv");
        var options = PrivateFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        options.Options = FileOptions.DeleteOnClose;
        await using var file = new FileStream(path, options);
        var scout = new EncodingScout();
        await using var scouted = new ScoutedStream(csv, scout);
        await scouted.CopyToAsync(file, cancellation);
        var (encoding, _) = scout.Decide(stated: null);
        return await ReadRows(DecodedText.Of(file, encoding.WebName), cancellation);
    }

    private async Task<Result<SuppressionImport>> ReadRows(Stream file, CancellationToken cancellation)
    {
        var (delimiter, position) = CsvLayout.Begin(file);
        file.Position = position;
        var reader = new CsvRowReader(file, delimiter, position, 1);
        var fields = new CsvFields(delimiter);
        Columns? columns = null;
        while (reader.Read(out var row))
        {
            cancellation.ThrowIfCancellationRequested();
            if (row.Problem != CsvProblem.None || fields.Split(row) is not { } cells)
            {
                if (columns is null)
                {
                    return Refusal.Invalid(
                        "import.header", "The first row cannot be read as CSV.", "csv");
                }

                Reject(row.Line, Refusal.Invalid("import.row", "The row cannot be read as CSV."));
                continue;
            }

            if (columns is null)
            {
                columns = HeaderOf(cells);
                if (columns is not null)
                {
                    continue;
                }

                columns = new(0, -1, -1, -1, -1);
                if (!cells[0].Contains('@', StringComparison.Ordinal) && prepare(Bare(cells[0])).IsRefused)
                {
                    return Refusal.Invalid(
                        "import.no_address_column",
                        "The file has neither a column address or domain nor an address or a domain on its first line.",
                        "csv");
                }
            }

            Take(row.Line, cells, columns);
            if (_step.Count == StepMax)
            {
                await Put();
            }
        }

        await Put();
        return new SuppressionImport(_rows, _added, _updated, _rejected, _errors);
    }

    private void Take(long line, string[] cells, Columns columns)
    {
        _rows++;
        var input = InputOf(cells, columns);
        var record = input.IsRefused ? input.Refusal : prepare(input.Value);
        if (record.IsRefused)
        {
            _rejected++;
            Note(line, record.Refusal);
        }
        else
        {
            _step.Add(record.Value);
        }
    }

    private async Task Put()
    {
        var taken = (await put(_step)).Value!;
        _added += taken.Added;
        _updated += taken.Updated;
        _step.Clear();
    }

    private void Reject(long line, Refusal refusal)
    {
        _rows++;
        _rejected++;
        Note(line, refusal);
    }

    private void Note(long line, Refusal refusal)
    {
        if (_errors.Count < ErrorsMax)
        {
            _errors.Add(new(line, refusal.Code, refusal.Detail, refusal.Field));
        }
    }

    private static Columns? HeaderOf(string[] cells)
    {
        var keys = Array.ConvertAll(cells, StatusWords.Key);
        var (address, domain, hash) = (Find(AddressHeaders), Find(DomainHeaders), Find(HashHeaders));
        if (address < 0 && domain < 0)
        {
            return null;
        }

        var columns = new Columns(address, domain, hash, Find(ReasonHeaders), Find(ExpiryHeaders));
        return hash < 0 ? columns : columns with
        {
            Source = Find(["source"]),
            Actor = Find(["actor"]),
            CreatedAt = Find(["createdat"]),
        };

        int Find(string[] names) => Array.FindIndex(keys, key => names.Contains(key));
    }

    // In a column of addresses a domain alone, with or without an at sign before it, is a domain.
    private static SuppressionInput Bare(string text)
    {
        text = text.Trim();
        return text.LastIndexOf('@') > 0
            ? new(text, null, null, null)
            : new(null, text, null, null);
    }

    private static Result<SuppressionInput> InputOf(string[] cells, Columns columns)
    {
        var isOwn = columns.Hash >= 0;
        var (address, domain, hash) = (At(columns.Address), At(columns.Domain), At(columns.Hash));
        DateTimeOffset? expires = null;
        if (At(columns.Expiry) is { } text)
        {
            if (TimeOf(text) is not { } time)
            {
                return Refusal.Invalid(
                    "suppression.expiry", "The expiry is no date or time such as 2031-12-31 or 2031-12-31T00:00:00Z.",
                    "expiresAt");
            }

            expires = time;
        }

        // Beside an address or a domain its hash says nothing more.
        var input = address is not null ? Bare(address)
            : domain is not null ? new(null, domain, null, null)
            : new SuppressionInput(null, null, null, null, hash);
        if (address is not null && domain is not null)
        {
            input = input with { Address = address, Domain = domain };
        }

        return input with
        {
            Reason = At(columns.Reason),
            ExpiresAt = expires,
            Source = At(columns.Source),
            Actor = At(columns.Actor),
            CreatedAt = At(columns.CreatedAt) is { } created ? TimeOf(created) : null,
        };

        string? At(int column)
        {
            var cell = column >= 0 && column < cells.Length ? cells[column].Trim() : "";
            cell = isOwn ? ImportColumns.WithoutApostrophe(cell) : cell;
            return cell.Length == 0 ? null : cell;
        }
    }

    private static DateTimeOffset? TimeOf(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime()
            : null;
}
