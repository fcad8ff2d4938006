using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Reads imports in the background, one after the other, those first that a restart interrupted.</summary>
internal sealed partial class ImportWorker(
    SqliteDatabase database, ImportSpool spool, ImportSignal signal, TimeProvider clock, ILogger<ImportWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelayMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromMinutes(1);

    /// <summary>Removes what an earlier process left over.</summary>
    internal async Task CleanUp(CancellationToken cancellation)
    {
        await DeletedLists.Empty(database, cancellation);
        var running = await database.Read(ImportTable.Running, cancellation);
        spool.RemoveAllBut(running.Select(task => task.Id).ToHashSet());
    }

    /// <summary>Reads every import that is running; whether none is left.</summary>
    internal async Task<bool> ReadAll(CancellationToken cancellation)
    {
        // One that cannot go on now must not hold up the others.
        var isDone = true;
        foreach (var task in await database.Read(ImportTable.Running, cancellation))
        {
            isDone &= await Read(task, cancellation);
        }

        return isDone;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isClean = false;
        var delay = RetryDelayMin;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isClean)
                {
                    await CleanUp(stoppingToken);
                    isClean = true;
                }

                if (await ReadAll(stoppingToken))
                {
                    delay = RetryDelayMin;
                    await signal.Wait(stoppingToken);
                    continue;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception outage) when (IsOutage(outage))
            {
                LogOutage(logger, outage);
            }

            await Pause(delay, stoppingToken);
            delay = delay * 2 < RetryDelayMax ? delay * 2 : RetryDelayMax;
        }
    }

    // A disk that is full or a database that is locked passes; whatever is wrong with one file must not stop the
    // others.
    private async Task<bool> Read(ImportTask task, CancellationToken cancellation)
    {
        var run = new ImportRun(database, spool, task);
        try
        {
            var failure = await run.Execute(cancellation);
            LogEnded(logger, task.Id, failure?.Code);
        }
        catch (Exception outage) when (IsOutage(outage))
        {
            LogInterrupted(logger, outage, task.Id);
            return false;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogFault(logger, fault, task.Id);
            var refusal = Refusal.Invalid(
                "import.fault", "A fault of this software ended the import; the rows counted so far are in.");
            await run.End(ImportStatus.Failed, refusal, cancellation);
        }

        return true;
    }

    private async Task Pause(TimeSpan delay, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(delay, clock, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private static bool IsOutage(Exception exception) =>
        exception is SqliteException or IOException or UnauthorizedAccessException;

    [LoggerMessage(1, LogLevel.Information, "Import {Import} ended. Failure: {Code}")]
    private static partial void LogEnded(ILogger logger, string import, string? code);

    [LoggerMessage(2, LogLevel.Warning, "Import {Import} was interrupted and is tried again from where it got to.")]
    private static partial void LogInterrupted(ILogger logger, Exception outage, string import);

    [LoggerMessage(3, LogLevel.Error, "Import {Import} ended because of a fault.")]
    private static partial void LogFault(ILogger logger, Exception fault, string import);

    [LoggerMessage(4, LogLevel.Warning, "Imports cannot be read now; they are tried again.")]
    private static partial void LogOutage(ILogger logger, Exception outage);
}
