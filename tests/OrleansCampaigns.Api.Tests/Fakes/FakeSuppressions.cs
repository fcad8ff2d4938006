using System.Runtime.CompilerServices;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Suppressions in memory; files are read elsewhere.</summary>
public sealed class FakeSuppressions(TimeProvider clock) : ISuppressionDirectory
{
    public List<Suppression> All { get; } = [];

    public Task<Result<SuppressionsAdded>> Add(
        AccountId account,
        IReadOnlyList<SuppressionInput> suppressions,
        string? actor,
        CancellationToken cancellation = default)
    {
        foreach (var (i, input) in suppressions.Index())
        {
            if (KeyOf(account, input) is not { } key)
            {
                return Task.FromResult<Result<SuppressionsAdded>>(
                    Refusal.Invalid("suppression.domain", "domain is no domain.", $"suppressions[{i}].domain"));
            }

            All.Add(new Suppression
            {
                Key = key,
                Domain = input.Domain is null ? null : key,
                Reason = input.Reason,
                Source = input.Source ?? "api",
                Actor = actor,
                CreatedAt = clock.GetUtcNow(),
                ExpiresAt = input.ExpiresAt,
            });
        }

        return Task.FromResult<Result<SuppressionsAdded>>(new SuppressionsAdded(suppressions.Count, 0));
    }

    public Task<Result<SuppressionImport>> Import(
        AccountId account, Stream csv, string? actor, string? reason, CancellationToken cancellation = default) =>
        Task.FromResult<Result<SuppressionImport>>(new SuppressionImport(0, 0, 0, 0, []));

    public Task<Suppression?> Find(AccountId account, string what, CancellationToken cancellation = default) =>
        Task.FromResult(All.Find(one => one.Key == what || one.Key == KeyOf(
            account, new(what.Contains('@', StringComparison.Ordinal) ? what : null, what, null, null))));

    public Task<Suppression?> FindFor(AccountId account, string address, CancellationToken cancellation = default) =>
        Task.FromResult(All.Find(one => one.Key == FakeContacts.IdOf(account, address).Value
            || SuppressedDomain.Above(address).Contains(one.Key)));

    public Task<Result<Page<Suppression>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default) =>
        FakePages.Cut(All, cursor, limit);

    public async IAsyncEnumerable<Suppression> Export(
        AccountId account, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask;
        foreach (var one in All)
        {
            yield return one;
        }
    }

    public Task<bool> Remove(AccountId account, string key, CancellationToken cancellation = default) =>
        Task.FromResult(All.RemoveAll(one => one.Key == key) > 0);

    private static string? KeyOf(AccountId account, SuppressionInput input) => input.Address is { } address
        ? FakeContacts.IdOf(account, address).Value
        : SuppressedDomain.Parse(input.Domain);
}
