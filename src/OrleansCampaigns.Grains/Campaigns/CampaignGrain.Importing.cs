using System.Globalization;
using Microsoft.Extensions.Logging;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Grains.Audiences;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // What the start waits for, as of the latest look; another activation looks again within a moment.
    private string? _importsAwaited;

    /// <summary>Waits until the imports have ended that were under way when the start was looked at first.</summary>
    /// <remarks>
    /// A campaign that is started while a file is imported into its list is meant for all rows of the file. Which
    /// imports these are is stored, so that later ones do not put the start off for ever. One that fails has ended: the
    /// rows that it brought in are in the audience, and the campaign says so.
    /// </remarks>
    /// <returns>Whether the audience may be taken.</returns>
    private async Task<bool> HaveImportsEnded()
    {
        var campaign = Stored.Value.Campaign;
        var awaited = campaign.AwaitedImports;
        if (awaited.IsEmpty)
        {
            awaited = [.. await FindImports()];
            if (awaited.IsEmpty)
            {
                return true;
            }

            await Write(campaign with { AwaitedImports = awaited });
            LogAwaitsImports(Id, string.Join(", ", awaited));
        }

        var imports = await audiences.FindImports(campaign.Account, awaited);
        var running = imports.Where(import => import.IsRunning).ToList();
        if (running.Count > 0)
        {
            _importsAwaited = string.Join("; ", running.Select(Describe));
            DriveSoon(LookPeriod);
            return false;
        }

        _importsAwaited = null;
        var failures = imports.Where(import => import.Failure is not null).ToList();
        var note = failures.Count == 0 ? null : string.Join(" ", failures.Select(DescribeFailure));
        if (note != Stored.Value.Campaign.StartNote)
        {
            await Write(Stored.Value.Campaign with { StartNote = note });
        }

        return true;
    }

    private Task<IReadOnlyList<string>> FindImports() =>
        audiences.FindImportsUnderWay(Stored.Value.Campaign.Account, Definition.Audience);

    private Refusal EmptyAudience() => Refusal.Conflict(
        "campaign.audience.empty",
        $"The audience holds nobody. {Stored.Value.Campaign.StartNote}".TrimEnd());

    private static string Describe(AwaitedImport import) => string.Create(
        CultureInfo.InvariantCulture, $"import {import.Id}: {import.Rows} rows read");

    private static string DescribeFailure(AwaitedImport import) => string.Create(
        CultureInfo.InvariantCulture,
        $"Import {import.Id} failed ({import.Failure}) after {import.Rows} rows; what came after them is missing.");

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Campaign {Campaign} waits with its start for imports: {Imports}.")]
    private partial void LogAwaitsImports(CampaignId campaign, string imports);
}
