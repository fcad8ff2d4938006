using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>The columns of a file that say whether its contacts may be written to.</summary>
/// <remarks>
/// Such a column never becomes an attribute by itself: a contact that has left an earlier tool would be written to. A
/// word that is not known leaves its row out, and says so.
/// </remarks>
internal sealed class ImportStatuses
{
    // What exports of ours hold beside a contact's own fields, and what an import has no use for.
    private static readonly HashSet<string> ExportHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "outcome", "cause", "excluded", "attempts", "reply code", "enhanced code", "reply text", "in doubt",
        "next attempt",
    };

    private readonly List<(int Column, ContactStatus? Flag)> _columns = [];
    private int _lastStatus = -1;
    private int _lastStatusAt = -1;

    /// <summary>Whether the file is an export of ours: it has the columns that only these have together.</summary>
    public bool IsOwnExport { get; private init; }

    /// <summary>Whether it is one of a campaign's recipients.</summary>
    private bool IsOfRecipients { get; init; }

    /// <summary>The column of attributes as a JSON object, of an export of ours; -1 when there is none.</summary>
    public int Attributes { get; private set; } = -1;

    /// <summary>Finds the columns.</summary>
    /// <param name="headers">The header.</param>
    /// <param name="isOther">Whether a column has its use already: the address, the name.</param>
    /// <param name="options">What the request says of columns; it comes first.</param>
    /// <param name="holdsWords">Whether the first rows of a column hold a word that is known.</param>
    public static ImportStatuses Of(
        string[] headers, Predicate<int> isOther, ImportOptions options, Predicate<int> holdsWords)
    {
        var isOwn = Has("address") && Has("status") && Has("last status") && Has("last status at");
        var found = new ImportStatuses
        {
            IsOwnExport = isOwn,
            IsOfRecipients = isOwn && ExportHeaders.All(Has),
        };
        for (var i = 0; i < headers.Length; i++)
        {
            var header = headers[i];
            if (isOther(i) || options.AttributeColumns.Keys.Any(column => Is(column.Trim(), header)))
            {
                continue;
            }

            if (options.StatusColumn is { } named)
            {
                if (Is(named.Trim(), header))
                {
                    found._columns.Add((i, null));
                }
            }
            else
            {
                found.Find(i, ImportHeaders.KeyOf(header), () => holdsWords(i));
            }

            if (isOwn)
            {
                found._lastStatus = Is(header, "last status") ? i : found._lastStatus;
                found._lastStatusAt = Is(header, "last status at") ? i : found._lastStatusAt;
                found.Attributes = Is(header, "attributes") ? i : found.Attributes;
            }
        }

        return found;

        bool Has(string name) => Array.Exists(headers, header => Is(header, name));

        static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a column is no attribute, because it says how contacts stand.</summary>
    public bool Takes(int column, string header) =>
        _columns.Exists(taken => taken.Column == column)
        || column == _lastStatus || column == _lastStatusAt || column == Attributes
        || (IsOfRecipients && ExportHeaders.Contains(header));

    /// <summary>The column that is at fault when <see cref="Read"/> refuses.</summary>
    public int FirstColumn => _columns.Count == 0 ? -1 : _columns[0].Column;

    /// <summary>How the contact of a row stands by its word; <see langword="null"/> when the row says nothing.
    /// </summary>
    public Result<ImportedStanding?> Read(string[] fields, string import)
    {
        var strictest = StatusWord.Subscribed;
        var said = "";
        foreach (var (column, flag) in _columns)
        {
            var text = fields[column].Trim();
            if (text.Length == 0)
            {
                continue;
            }

            if (WordOf(text, flag) is not { } word)
            {
                return Refusal.Invalid(
                    "import.status_unknown",
                    "The row says in a word that is not known whether its contact may be written to.",
                    "status");
            }

            strictest = StatusWord.Stricter(word, strictest);
            said = strictest == word ? (flag is null ? text : flag.Value.ToString()) : said;
        }

        if (strictest.IsUnconfirmed)
        {
            return Refusal.Invalid(
                "import.status_unconfirmed",
                "The row says that its contact has not confirmed, or never agreed, to get e-mail.",
                "status");
        }

        // To other tools every contact is active that may be written to; to this one, that has received a campaign.
        var status = strictest.Status == ContactStatus.Active && !IsOwnExport ? ContactStatus.New : strictest.Status;
        var (last, at) = ReadLast(fields);
        var standing = new ImportedStanding
        {
            Status = status,
            LastStatus = last,
            LastStatusAt = at,
            Reason = $"{import}: \"{said}\"",
        };
        return new Result<ImportedStanding?> { Value = standing.SaysAnything ? standing : null };
    }

    private void Find(int column, string key, Func<bool> holdsWords)
    {
        if (ImportHeaders.Status.Contains(key) || (ImportHeaders.DoubtfulStatus.Contains(key) && holdsWords()))
        {
            _columns.Add((column, null));
        }
        else if (ImportHeaders.StatusFlags.TryGetValue(key, out var flag) && !IsOwnExport)
        {
            _columns.Add((column, flag));
        }
    }

    private (Outcome? Last, DateTimeOffset? At) ReadLast(string[] fields)
    {
        if (_lastStatus < 0)
        {
            return default;
        }

        var last = OutcomeTable.Rows
            .FirstOrDefault(row => row.DisplayName.Equals(fields[_lastStatus], StringComparison.OrdinalIgnoreCase));
        return last is not null && DateTimeOffset.TryParse(
            fields[_lastStatusAt], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? (last.Outcome, at.ToUniversalTime())
                : (null, null);
    }

    private static StatusWord? WordOf(string text, ContactStatus? flag)
    {
        if (flag is not { } status)
        {
            return StatusWords.Find(text);
        }

        var key = StatusWords.Key(text);
        return key switch
        {
            "no" or "false" or "0" or "n" or "f" or "nein" or "non" or "нет" or "null" or "never" =>
                StatusWord.Subscribed,
            "yes" or "true" or "1" or "y" or "t" or "x" or "ja" or "oui" or "si" or "sí" or "да" => new(status),
            _ when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _) => new StatusWord(status),
            _ => StatusWords.Find(text),
        };
    }
}
