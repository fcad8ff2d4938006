using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Access;

/// <summary>Making, listing and revoking API keys: an administrator's business.</summary>
internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this RouteGroupBuilder v1)
    {
        var keys = v1.MapGroup("/api-keys").WithTags("Access").RequireAuthorization(AccessPolicies.Administrator);
        keys.MapPost("", Create).WithName("createApiKey")
            .Example("""{"name": "shop", "role": "Client"}""")
            .WithMetadata(IdempotencyRule.HoldsSecret)
            .WithSummary("Makes an API key; its secret is in this answer and nowhere else.");
        keys.MapGet("", Query).WithName("getApiKeys")
            .WithSummary("Lists API keys, revoked ones too, without their secrets.");
        keys.MapDelete("/{key}", Revoke).WithName("revokeApiKey").Refuses(404, 409)
            .WithSummary("Revokes an API key, everywhere within five seconds.");
    }

    internal static async Task<Results<Created<NewApiKeyBody>, Problem>> Create(
        JsonBody<ApiKeyRequest> body,
        Caller caller,
        IAccessDirectory directory,
        ApiKeyLog log,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var name = checks.RequiredLine(body.Value.Name, "name", Limits.NameLengthMax);
        var role = Enum.GetValues<ApiRole>().FirstOrDefault(
            role => role.ToString() == (body.Value.Role ?? nameof(ApiRole.Client)));
        if (role == 0)
        {
            checks.Fail("field.unknown_value", "role must be Client or Administrator.", "role");
        }

        var account = body.Value.Account is null ? caller.Account : AccountId.Parse(body.Value.Account);
        if (account is null)
        {
            checks.Fail(
                "access.account", "account must have 1 to 40 lower-case letters, digits and hyphens.", "account");
        }

        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var (key, secret) = await directory.CreateKey(account!.Value, name, role, cancellation);
        log.Made(key, caller);
        return TypedResults.Created(
            $"/v1/api-keys/{key.Id}", new NewApiKeyBody(
                key.Id, key.Account, key.Name, key.Role, key.CreatedAt, secret));
    }

    internal static async Task<Results<Ok<PageBody<ApiKeyBody>>, Problem>> Query(
        PageQuery page, ApiKeyQuery query, IAccessDirectory directory, CancellationToken cancellation)
    {
        var keys = await directory.QueryKeys(query.Account, cancellation);
        return page.Cut([.. keys.Select(ApiKeyBody.From)], key => key.Id).Answer(body => body);
    }

    internal static async Task<Results<NoContent, Problem>> Revoke(
        string key,
        Caller caller,
        IAccessDirectory directory,
        KnownKeys known,
        ApiKeyLog log,
        CancellationToken cancellation)
    {
        if (key == caller.Key.Id)
        {
            return Problems.From(Refusal.Conflict(
                "access.own_key", "A key cannot revoke itself: the last administrator would lock everybody out."));
        }

        var revocation = await directory.RevokeKey(key, cancellation);
        known.Forget();
        if (revocation == KeyRevocation.Revoked)
        {
            log.Revoked(key, caller);
            return TypedResults.NoContent();
        }

        return Problems.From(revocation == KeyRevocation.LastAdministrator
            ? Refusal.Conflict(
                "access.last_administrator",
                "It is the last key of an administrator: make another one before this one is revoked.")
            : Refusal.NotFound("access.unknown_key", "There is no such API key, or it is revoked already."));
    }
}

/// <summary>Which keys to list.</summary>
internal sealed record ApiKeyQuery(AccountId? Account, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ApiKeyQuery>, IEndpointParameterMetadataProvider
{
    public static ValueTask<ApiKeyQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var text = query.One("account");
        var account = AccountId.Parse(text);
        if (text is not null && account is null)
        {
            query.Checks.Fail(
                "access.account", "account must have 1 to 40 lower-case letters, digits and hyphens.", "account");
        }

        return ValueTask.FromResult<ApiKeyQuery?>(new(account, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new QueryParameters([new("account", "Only the keys of this account.")]));
}

/// <summary>An API key to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Role"><c>Client</c> (the default) or <c>Administrator</c>.</param>
/// <param name="Account">Whose it is; the caller's account when absent.</param>
internal sealed record ApiKeyRequest(
    [property: Required] string? Name = null,
    [property: NamesOf(typeof(ApiRole))] string? Role = null,
    string? Account = null);

/// <summary>An API key without its secret.</summary>
internal sealed record ApiKeyBody(
    string Id, AccountId Account, string Name, ApiRole Role, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt)
{
    public static ApiKeyBody From(ApiKey key) =>
        new(key.Id, key.Account, key.Name, key.Role, key.CreatedAt, key.RevokedAt);
}

/// <summary>A new API key, with the secret that is never seen again.</summary>
internal sealed record NewApiKeyBody(
    string Id, AccountId Account, string Name, ApiRole Role, DateTimeOffset CreatedAt, string Secret);
