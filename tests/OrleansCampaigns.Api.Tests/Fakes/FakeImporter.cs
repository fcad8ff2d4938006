using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Counts the bytes of a file and reads nothing of it.</summary>
public sealed class FakeImporter(TimeProvider clock) : IContactImporter
{
    public List<Import> Imports { get; } = [];

    public List<ImportError> Errors { get; } = [];

    public long BytesTaken { get; private set; }

    public ImportOptions? Options { get; private set; }

    /// <summary>What a trial answers.</summary>
    public ImportTrial? Trial { get; set; }

    /// <summary>Signals the first byte of an upload, so that a test can send the rest afterwards.</summary>
    public TaskCompletionSource FirstByte { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<Result<Import>> Start(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default)
    {
        Options = options;
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await csv.ReadAsync(buffer, cancellation)) > 0)
        {
            BytesTaken += read;
            FirstByte.TrySetResult();
        }

        var import = new Import
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"imp_{Imports.Count + 1}"),
            ListId = listId,
            StartedAt = clock.GetUtcNow(),
        };
        Imports.Add(import);
        return import;
    }

    public async Task<Result<ImportTrial>> Try(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default)
    {
        Options = options;
        await csv.CopyToAsync(Stream.Null, cancellation);
        return Trial ?? new ImportTrial(new Import { Id = "", ListId = listId }, [], [], IsComplete: true);
    }

    public Task<Import?> Find(AccountId account, string importId, CancellationToken cancellation = default) =>
        Task.FromResult(Imports.Find(import => import.Id == importId));

    public Task<Result<Page<Import>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default) =>
        FakePages.Cut(Imports, cursor, limit);

    public Task<Result<Page<ImportError>>> QueryErrors(
        AccountId account, string importId, string? cursor, int limit, CancellationToken cancellation = default) =>
        FakePages.Cut(Errors, cursor, limit);
}
