using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Reads imports in the background, one after the other, those first that a restart interrupted.</summary>
internal sealed partial class ImportWorker(
    IDatabase database,
    IImportFiles files,
    ImportSignal signal,
    IContactStandings standings,
    TimeProvider clock,
    ILogger<ImportWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelayMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CleanEvery = TimeSpan.FromHours(1);

    /// <summary>Removes what an earlier process left over.</summary>
    internal async Task CleanUp(CancellationToken cancellation)
    {
        await DeletedLists.Empty(database, cancellation);
        await files.CleanUp(
            async token => (await database.Read(ImportTable.Running, token)).Select(task => task.Id).ToHashSet(),
            cancellation);
    }

    /// <summary>The name that is held by whoever reads the imports of a list.</summary>
    internal static string HoldOf(string list) => $"imports of {list}";

    /// <summary>Reads every import that is running and that nobody else reads; whether none is left.</summary>
    internal async Task<bool> ReadAll(CancellationToken cancellation)
    {
        // One that cannot go on now must not hold up those of other lists.
        var isDone = true;
        var running = await database.Read(ImportTable.Running, cancellation);
        foreach (var list in running.Select(task => task.ListId).Distinct())
        {
            isDone &= await ReadOf(list, cancellation);
        }

        return isDone;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? cleanedAt = null;
        var delay = RetryDelayMin;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Where others take imports, too, they may leave something over at any time.
                if (cleanedAt is not { } last
                    || (files.LookEvery is not null && clock.GetElapsedTime(last) >= CleanEvery))
                {
                    await CleanUp(stoppingToken);
                    cleanedAt = clock.GetTimestamp();
                }

                if (await ReadAll(stoppingToken))
                {
                    delay = RetryDelayMin;
                    await signal.Wait(files.LookEvery, clock, stoppingToken);
                    continue;
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, a process that stops causes it; the import goes on with the next one.
                return;
            }
            catch (Exception outage)
            {
                // Whatever it is, the imports that wait are looked for again: a process does not end for it.
                LogOutage(logger, outage);
            }

            await Pause(delay, stoppingToken);
            delay = delay * 2 < RetryDelayMax ? delay * 2 : RetryDelayMax;
        }
    }

    // Whoever holds a list reads its imports, in the order in which they were taken. When its process ends another one
    // takes over, from wherever it got to.
    private async Task<bool> ReadOf(string list, CancellationToken cancellation)
    {
        await using var held = await database.TryHold(HoldOf(list), cancellation);
        while (held is not null
            && await database.Read(session => ImportTable.FindNext(session, list), cancellation) is { } task)
        {
            if (!await Read(task, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    // A disk that is full or a database that is locked passes, and so does whatever a stop of this process breaks; what
    // is wrong with one file must not stop the others. Any other failure would come again for ever: it ends the import.
    private async Task<bool> Read(ImportTask task, CancellationToken cancellation)
    {
        var run = new ImportRun(database, files, standings, task);
        try
        {
            var failure = await run.Execute(cancellation);
            Tell(task.Id, run.Ended, failure);
        }
        catch (Exception outage) when (IsInterruption(outage) && !cancellation.IsCancellationRequested)
        {
            LogInterrupted(logger, outage, task.Id);
            return false;
        }
        catch (Exception fault) when (fault is not OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            LogFault(logger, fault, task.Id);
            var refusal = Refusal.Invalid(
                "import.fault", "A fault of this software ended the import; the rows counted so far are in.");
            await run.End(ImportStatus.Failed, refusal, cancellation);
        }

        return true;
    }

    private bool IsInterruption(Exception failure) =>
        failure is ImportTakenException || database.IsPassing(failure)
        || (failure is not OperationCanceledException && Outages.Is(failure));

    private void Tell(string id, Import? ended, Refusal? failure)
    {
        if (failure is not null)
        {
            LogFailed(logger, id, failure.Code, ended?.Rows ?? 0);
        }
        else if (ended is not null)
        {
            LogEnded(
                logger,
                id,
                ended.Rows,
                ended.Created,
                ended.Updated,
                ended.Duplicated,
                ended.Malformed,
                ended.Rejected,
                Math.Round(((ended.EndedAt ?? ended.StartedAt) - ended.StartedAt).TotalSeconds, 1));
        }
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

    [LoggerMessage(
        1,
        LogLevel.Information,
        "Import {Import} ended after {Seconds} s: {Rows} rows, {Created} new contacts, {Updated} known, "
            + "{Duplicated} duplicates, {Malformed} malformed addresses, {Rejected} rejected rows.")]
    private static partial void LogEnded(
        ILogger logger,
        string import,
        long rows,
        long created,
        long updated,
        long duplicated,
        long malformed,
        long rejected,
        double seconds);

    [LoggerMessage(5, LogLevel.Warning, "Import {Import} failed: {Code}, after {Rows} rows.")]
    private static partial void LogFailed(ILogger logger, string import, string code, long rows);

    [LoggerMessage(2, LogLevel.Warning, "Import {Import} was interrupted and is tried again from where it got to.")]
    private static partial void LogInterrupted(ILogger logger, Exception outage, string import);

    [LoggerMessage(3, LogLevel.Error, "Import {Import} ended because of a fault.")]
    private static partial void LogFault(ILogger logger, Exception fault, string import);

    [LoggerMessage(4, LogLevel.Warning, "Imports cannot be read now; they are tried again.")]
    private static partial void LogOutage(ILogger logger, Exception outage);
}
