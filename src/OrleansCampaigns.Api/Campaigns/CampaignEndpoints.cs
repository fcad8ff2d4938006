using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>Writing and finding campaigns.</summary>
internal static class CampaignEndpoints
{
    private const string CampaignExample = """
        {
          "name": "Spring",
          "sender": {"address": "news@example.com", "name": "News"},
          "content": {
            "subject": "Hello {{first_name}}",
            "html": "<p>News for {{city}}.</p><p><a href=\"{{unsubscribe_url}}\">Unsubscribe</a></p>",
            "fallbacks": {"first_name": "friend", "city": "your city"}
          },
          "audience": {"listIds": ["lst_01963f2e8a7b7c3d9e4f5a6b7c8d9e0f"]}
        }
        """;

    public static void MapCampaigns(this RouteGroupBuilder v1)
    {
        var campaigns = v1.MapGroup("/campaigns").WithTags("Campaigns");
        campaigns.MapPost("", Create).WithName("createCampaign")
            .Example(CampaignExample).WithSummary("Makes a campaign as a draft.");
        campaigns.MapGet("", Query).WithName("getCampaigns").WithSummary("Lists campaigns, newest first.");
        campaigns.MapGet("/{campaign}", Find).WithName("getCampaign").Refuses(404).WithSummary("Shows a campaign.");
        campaigns.MapPut("/{campaign}", Change).WithName("changeCampaign").Example(CampaignExample).Refuses(404, 409)
            .WithSummary("Changes a draft: everything that is absent is reset.");
        campaigns.MapCampaignChecks();
        campaigns.MapCampaignLifecycle();
        campaigns.MapCampaignStatistics();
        campaigns.MapRecipients();
    }

    internal static async Task<Results<Created<CampaignBody>, Problem>> Create(
        JsonBody<CampaignRequest> body,
        Caller caller,
        SentKey key,
        AudienceResolver resolver,
        IGrainFactory grains,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        Result<CampaignId> named = CampaignId.Create(clock.GetUtcNow());
        named = key.Request is { } request
            ? await grains.Account(caller.Account).NameCampaign(request, named.Value)
            : named;
        if (named.IsRefused)
        {
            return Problems.From(named.Refusal);
        }

        var id = named.Value;
        var (view, problem) = await Write(
            caller.Account,
            body.Value,
            before: null,
            resolver,
            definition => grains.Campaign(id).Create(caller.Account, definition),
            cancellation);
        return problem ?? (Results<Created<CampaignBody>, Problem>)TypedResults.Created(
            $"/v1/campaigns/{id}", CampaignBody.From(view!));
    }

    internal static async Task<Results<Ok<CampaignBody>, Problem>> Change(
        CampaignRoute campaign,
        JsonBody<CampaignRequest> body,
        Caller caller,
        AudienceResolver resolver,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        var grain = grains.Campaign(campaign.Id);
        var before = await grain.Get(caller.Account);
        if (before.IsRefused)
        {
            return Problems.From(before.Refusal);
        }

        var (view, problem) = await Write(
            caller.Account,
            body.Value,
            before.Value.Definition,
            resolver,
            definition => grain.Change(caller.Account, definition),
            cancellation);
        return problem ?? (Results<Ok<CampaignBody>, Problem>)TypedResults.Ok(CampaignBody.From(view!));
    }

    internal static async Task<Results<Ok<CampaignBody>, Problem>> Find(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        (await grains.Campaign(campaign.Id).Get(caller.Account)).Answer(CampaignBody.From);

    internal static async Task<Results<Ok<PageBody<CampaignItemBody>>, Problem>> Query(
        CampaignQuery query,
        PageQuery page,
        Caller caller,
        ICampaignDirectory directory,
        CancellationToken cancellation) =>
        (await directory.Query(caller.Account, query.Status, page.Cursor, page.Limit, cancellation)).Answer(
            CampaignItemBody.From);

    private static async Task<(CampaignView? View, Problem? Problem)> Write(
        AccountId account,
        CampaignRequest request,
        CampaignDefinition? before,
        AudienceResolver resolver,
        Func<CampaignDefinition, Task<Result<CampaignView>>> write,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var definition = request.Read(checks, before);
        var audience = await resolver.Resolve(account, request.Audience ?? new AudienceRequest(), checks, cancellation);
        if (audience.IsRefused)
        {
            return (null, checks.HaveFailed ? Problems.From(checks) : Problems.From(audience.Refusal));
        }

        var written = await write(definition with { Audience = audience.Value.Audience });
        if (written.IsRefused || !written.Value.Definition.Audience.ListIds.SequenceEqual(
            audience.Value.Audience.ListIds))
        {
            // Refused, or made before by the same request, with a list of its own.
            await resolver.TakeBack(account, audience.Value);
        }

        return written.IsRefused ? (null, Problems.From(written.Refusal)) : (written.Value, null);
    }
}

/// <summary>Which campaigns to list.</summary>
internal sealed record CampaignQuery(CampaignStatus? Status, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<CampaignQuery>, IEndpointParameterMetadataProvider
{
    private static readonly string Known = string.Join(", ", Enum.GetNames<CampaignStatus>());

    public static ValueTask<CampaignQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var text = query.One("status");
        var status = Enum.GetValues<CampaignStatus>().Cast<CampaignStatus?>().FirstOrDefault(
            status => status.ToString() == text);
        if (text is not null && status is null)
        {
            query.Checks.Fail("field.unknown_value", $"status must be one of {Known}.", "status");
        }

        return ValueTask.FromResult<CampaignQuery?>(new(status, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new QueryParameters(
        [
            new("status", "Only campaigns with this status.") { Values = Enum.GetNames<CampaignStatus>() },
        ]));
}
