using System.ComponentModel.DataAnnotations;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>Starting, pausing and ending campaigns.</summary>
internal static class CampaignLifecycle
{
    public static void MapCampaignLifecycle(this RouteGroupBuilder campaigns)
    {
        campaigns.MapPost("/{campaign}/schedule", Schedule).WithName("scheduleCampaign")
            .Example("""{"scheduledAt": "2030-05-01T09:00:00+02:00"}""")
            .Refuses(404, 409)
            .WithSummary("Lets a campaign start by itself; again moves the time.");
        campaigns.MapPost("/{campaign}/unschedule", Unschedule).WithName("unscheduleCampaign").Refuses(404, 409)
            .WithSummary("Takes a scheduled campaign back to a draft.");
        campaigns.MapPost("/{campaign}/start", Start).WithName("startCampaign").Refuses(402, 404, 409)
            .WithSummary("Starts a campaign; answered at once, while the audience is still being taken.");
        campaigns.MapPost("/{campaign}/pause", Pause).WithName("pauseCampaign").Refuses(404, 409)
            .WithSummary("Begins no new attempt until it is resumed.");
        campaigns.MapPost("/{campaign}/resume", Resume).WithName("resumeCampaign")
            .Refuses(404, 409).WithSummary("Lets a paused campaign go on.");
        campaigns.MapPost("/{campaign}/cancel", Cancel).WithName("cancelCampaign").Refuses(404, 409)
            .WithSummary("Ends a campaign for good; nothing comes back.");
        campaigns.MapPost("/{campaign}/retry-failed", RetryFailed).WithName("retryFailedRecipients")
            .Refuses(402, 404, 409)
            .WithSummary("Tries failed recipients again whose cause allows it, as a new pass.");
    }

    internal static async Task<Results<Ok<CampaignBody>, Problem>> Schedule(
        CampaignRoute campaign, JsonBody<ScheduleRequest> body, Caller caller, IGrainFactory grains)
    {
        var checks = new Checks();
        var at = body.Value.Read(checks);
        return checks.HaveFailed
            ? Problems.From(checks)
            : (await grains.Campaign(campaign.Id).Schedule(caller.Account, at)).Answer(CampaignBody.From);
    }

    internal static Task<Results<Ok<CampaignBody>, Problem>> Unschedule(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        Command(grains.Campaign(campaign.Id).Unschedule(caller.Account));

    internal static Task<Results<Ok<CampaignBody>, Problem>> Pause(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        Command(grains.Campaign(campaign.Id).Pause(caller.Account));

    internal static Task<Results<Ok<CampaignBody>, Problem>> Resume(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        Command(grains.Campaign(campaign.Id).Resume(caller.Account));

    internal static Task<Results<Ok<CampaignBody>, Problem>> Cancel(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        Command(grains.Campaign(campaign.Id).Cancel(caller.Account));

    internal static Task<Results<Accepted<CampaignBody>, Problem>> Start(
        CampaignRoute campaign, Caller caller, SentKey key, IGrainFactory grains) =>
        Begin(grains.Campaign(campaign.Id).Start(caller.Account, key.Request));

    internal static Task<Results<Accepted<CampaignBody>, Problem>> RetryFailed(
        CampaignRoute campaign, Caller caller, SentKey key, IGrainFactory grains) =>
        Begin(grains.Campaign(campaign.Id).RetryFailed(caller.Account, key.Request));

    private static async Task<Results<Ok<CampaignBody>, Problem>> Command(Task<Result<CampaignView>> command) =>
        (await command).Answer(CampaignBody.From);

    private static async Task<Results<Accepted<CampaignBody>, Problem>> Begin(Task<Result<CampaignView>> command)
    {
        var begun = await command;
        return begun.IsRefused
            ? Problems.From(begun.Refusal)
            : TypedResults.Accepted($"/v1/campaigns/{begun.Value.Id}", CampaignBody.From(begun.Value));
    }
}

/// <summary>When a campaign starts by itself.</summary>
/// <param name="ScheduledAt">A time with its offset (RFC 3339), such as <c>2030-05-01T09:00:00+02:00</c>.</param>
internal sealed record ScheduleRequest([property: Required, Time] string? ScheduledAt = null)
{
    public DateTimeOffset Read(Checks checks)
    {
        var text = checks.RequiredLine(ScheduledAt, "scheduledAt", Limits.NameLengthMax);
        return checks.HaveFailed ? default : checks.Time(text, "scheduledAt").GetValueOrDefault();
    }
}
