using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Contacts in memory.</summary>
public sealed class FakeContacts : IContactDirectory
{
    public Dictionary<(AccountId, ContactId), ContactRow> Rows { get; } = [];

    /// <summary>The filter that was asked last.</summary>
    public ContactFilter? Asked { get; private set; }

    /// <summary>That filter, once.</summary>
    public ContactFilter TakeAsked()
    {
        var asked = Asked ?? throw new InvalidOperationException("Nobody asked.");
        Asked = null;
        return asked;
    }

    /// <summary>What asking fails with, if it does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>After how many rows an export fails, if it does.</summary>
    public int? ExportFailsAfter { get; set; }

    public static ContactId IdOf(AccountId account, string address) =>
        ContactId.Of("an installation's secret"u8, account, address);

    public ContactRow Add(ContactRow row, AccountId? account = null) => Rows[(account ?? AccountId.Main, row.Id)] = row;

    public ContactRow Add(string address, string? name = null, ContactStatus status = ContactStatus.New) =>
        Add(new ContactRow { Id = IdOf(AccountId.Main, address), Address = address, Name = name, Status = status });

    public Task<ContactRow?> Find(AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        Failure is null
            ? Task.FromResult(Rows.GetValueOrDefault((account, contact)))
            : Task.FromException<ContactRow?>(Failure);

    public Task<ContactRow?> FindByAddress(
        AccountId account, string address, CancellationToken cancellation = default) =>
        Find(account, IdOf(account, address), cancellation);

    public Task<Result<ContactRow>> Create(
        AccountId account, ContactInput contact, CancellationToken cancellation = default)
    {
        var id = IdOf(account, contact.Address);
        return Task.FromResult<Result<ContactRow>>(Rows.ContainsKey((account, id))
            ? Refusal.Conflict("contact.exists", "The address belongs to another contact.")
            : Add(Row(id, contact), account));
    }

    public Task<Result<ContactRow>> Change(
        AccountId account,
        ContactId contact,
        string? name,
        IReadOnlyDictionary<string, string?> attributes,
        CancellationToken cancellation = default)
    {
        if (!Rows.TryGetValue((account, contact), out var row))
        {
            return Task.FromResult<Result<ContactRow>>(
                Refusal.NotFound("contact.unknown", "There is no such contact."));
        }

        var merged = attributes.Aggregate(row.Attributes, (all, pair) =>
            pair.Value is null ? all.Remove(pair.Key) : all.SetItem(pair.Key, pair.Value));
        return Task.FromResult<Result<ContactRow>>(
            Add(row with { Name = name ?? row.Name, Attributes = merged }, account));
    }

    public Task<Result<Page<ContactRow>>> Query(
        AccountId account, ContactFilter filter, string? cursor, int limit, CancellationToken cancellation = default) =>
        Failure is null
            ? FakePages.Cut(Matching(account, filter), cursor, limit)
            : Task.FromException<Result<Page<ContactRow>>>(Failure);

    public async IAsyncEnumerable<ContactRow> Export(
        AccountId account, ContactFilter filter, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var rows = 0;
        foreach (var row in Matching(account, filter))
        {
            await Task.Yield();
            yield return rows++ == ExportFailsAfter ? throw new IOException("The disk broke.") : row;
        }
    }

    public Task<long> Count(AccountId account, ContactFilter filter, CancellationToken cancellation = default) =>
        Task.FromResult((long)Matching(account, filter).Count());

    internal static ContactRow Row(ContactId id, ContactInput contact) => new()
    {
        Id = id,
        Address = contact.Address,
        AddressIsValid = EmailAddress.Parse(contact.Address) is not null,
        Name = contact.Name,
        Attributes = contact.Attributes.ToImmutableDictionary(),
    };

    private IEnumerable<ContactRow> Matching(AccountId account, ContactFilter filter)
    {
        Asked = filter;
        return Rows.Where(pair => pair.Key.Item1 == account).Select(pair => pair.Value)
            .Where(row => filter.Statuses.IsEmpty || filter.Statuses.Contains(row.Status))
            .Where(row => filter.LastStatuses.IsEmpty || (
                row.LastStatus is { } last && filter.LastStatuses.Contains(last)))
            .Where(row => filter.Attributes.All(pair => row.Attributes.GetValueOrDefault(pair.Key) == pair.Value))
            .Where(row => filter.Text is null || row.Address.Contains(filter.Text, StringComparison.OrdinalIgnoreCase));
    }
}
