using System.Runtime.CompilerServices;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Suppressions;

/// <summary>Addresses and domains that an account never sends to.</summary>
public sealed class SuppressionDirectory(IDatabase database) : ISuppressionDirectory
{
    /// <summary>How many suppressions one request adds.</summary>
    public const int PerRequestMax = 10_000;

    private const int PerPage = 1_000;
    private const int ReasonLengthMax = 1_000;
    private const int ActorLengthMax = 200;

    /// <inheritdoc/>
    public async Task<Result<SuppressionsAdded>> Add(
        AccountId account,
        IReadOnlyList<SuppressionInput> suppressions,
        string? actor,
        CancellationToken cancellation = default)
    {
        var records = new List<SuppressionRecord>(suppressions.Count);
        for (var i = 0; i < suppressions.Count; i++)
        {
            var record = Prepare(account, suppressions[i], "api", actor);
            if (record.IsRefused)
            {
                return record.Refusal with { Field = $"suppressions[{i}].{record.Refusal.Field}" };
            }

            records.Add(record.Value);
        }

        return await Put(account, records, cancellation);
    }

    /// <inheritdoc/>
    public Task<Result<SuppressionImport>> Import(
        AccountId account, Stream csv, string? actor, string? reason, CancellationToken cancellation = default) =>
        new SuppressionFile(
            input => Prepare(account, input with { Reason = input.Reason ?? reason }, "import", actor),
            records => Put(account, records, cancellation)).Read(csv, cancellation);

    /// <inheritdoc/>
    public Task<Suppression?> Find(AccountId account, string what, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(what);
        var key = ContactId.Parse(what)?.Value ?? (what.TrimStart('@').Contains('@', StringComparison.Ordinal)
            ? KeyOf(account, what)
            : SuppressedDomain.Parse(what));
        return key is null
            ? Task.FromResult<Suppression?>(null)
            : database.Read(session => SuppressionTable.Find(session, account, key), cancellation);
    }

    /// <inheritdoc/>
    public Task<Suppression?> FindFor(AccountId account, string address, CancellationToken cancellation = default) =>
        database.Read(
            async session =>
            {
                var now = database.Now;
                foreach (var key in (string[])[KeyOf(account, address), .. SuppressedDomain.Above(address)])
                {
                    if (await SuppressionTable.Find(session, account, key) is { } found
                        && !(found.ExpiresAt?.ToUnixTimeMilliseconds() <= now))
                    {
                        return found;
                    }
                }

                return null;
            },
            cancellation);

    /// <inheritdoc/>
    public async Task<Result<Page<Suppression>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default)
    {
        if (!Cursor.TryRead(cursor, "", key => key.Length > 0, out var after))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read(
            async session => Cursor.Page(
                await SuppressionTable.After(session, account, after, limit + 1), limit, one => one.Key),
            cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Suppression> Export(
        AccountId account, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var after = ""; ;)
        {
            var from = after;
            var page = await database.Read(
                session => SuppressionTable.After(session, account, from, PerPage), cancellation);
            foreach (var one in page)
            {
                yield return one;
            }

            if (page.Count < PerPage)
            {
                yield break;
            }

            after = page[^1].Key;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> Remove(AccountId account, string key, CancellationToken cancellation = default) =>
        await database.Write(session => SuppressionTable.Remove(session, account, key), cancellation) == 1;

    private Task<Result<SuppressionsAdded>> Put(
        AccountId account, IReadOnlyList<SuppressionRecord> records, CancellationToken cancellation) =>
        database.Write<Result<SuppressionsAdded>>(
            async session =>
            {
                var added = await SuppressionTable.Put(session, account, records);
                return new SuppressionsAdded(added, records.Count - added);
            },
            cancellation);

    private string KeyOf(AccountId account, string address) =>
        PreparedContact.Identify(database.ContactKey.Span, account, address).Id.Value;

    private Result<SuppressionRecord> Prepare(
        AccountId account, SuppressionInput input, string source, string? actor)
    {
        if (CheckText(input.Reason, ReasonLengthMax, "reason") is { } badReason)
        {
            return badReason;
        }

        if (CheckText(input.Actor ?? actor, ActorLengthMax, "actor") is { } badActor)
        {
            return badActor;
        }

        var given = new[] { input.Address, input.Domain, input.Key }.Count(part => !string.IsNullOrWhiteSpace(part));
        if (given != 1)
        {
            return Refusal.Invalid(
                "suppression.what", "A suppression names an address or a domain, and one of them alone.", "address");
        }

        return FindKey(account, input) switch
        {
            { IsRefused: true } refused => refused.Refusal,
            { Value: (var key, var isDomain) } => new SuppressionRecord(
                key,
                isDomain,
                input.Reason,
                input.Source ?? source,
                input.Actor ?? actor,
                input.CreatedAt?.ToUnixTimeMilliseconds() ?? database.Now,
                input.ExpiresAt?.ToUnixTimeMilliseconds()),
        };
    }

    private Result<(string Key, bool IsDomain)?> FindKey(AccountId account, SuppressionInput input)
    {
        if (!string.IsNullOrWhiteSpace(input.Domain))
        {
            return SuppressedDomain.Parse(input.Domain) is { } domain
                ? (domain, true)
                : Refusal.Invalid(
                    "suppression.domain", "domain is no domain of at least two labels, such as example.com.", "domain");
        }

        if (!string.IsNullOrWhiteSpace(input.Key))
        {
            return ContactId.Parse(input.Key.Trim()) is { } id
                ? (id.Value, false)
                : Refusal.Invalid("suppression.hash", "hash is none that an export of ours holds.", "hash");
        }

        return PreparedContact.CheckAddress(input.Address) is { } refusal
            ? refusal
            : (KeyOf(account, input.Address!), false);
    }

    private static Refusal? CheckText(string? text, int lengthMax, string field) =>
        text is null || (text.Length <= lengthMax && ContactText.IsClean(text))
            ? null
            : Refusal.Invalid(
                "suppression.text", $"{field} has at most {lengthMax} characters and no control characters.", field);
}
