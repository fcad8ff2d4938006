using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Access;

/// <summary>Finds out who asks, from <c>Authorization: Bearer</c> or <c>X-Api-Key</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, KnownKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string KeyHeader = "X-Api-Key";
    public const string AccountHeader = "X-Account";

    private static readonly Problem Missing = new(
        StatusCodes.Status401Unauthorized,
        "access.missing",
        "Give an API key: Authorization: Bearer <key>, or X-Api-Key: <key>.");

    private static readonly Problem Unknown = new(
        StatusCodes.Status401Unauthorized, "access.unknown", "The API key is unknown or revoked.");

    private static readonly Problem Forbidden = new(
        StatusCodes.Status403Forbidden, "access.forbidden", "This needs the key of an administrator.");

    // Whoever misspells an account would read that it is empty, or begin another one.
    private static readonly Problem NoAccount = new(
        StatusCodes.Status404NotFound,
        "access.unknown_account",
        "There is no such account: it begins with its first key (POST /v1/api-keys with account).",
        AccountHeader);

    private Problem _problem = Missing;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var secret = ReadSecret();
        if (secret is null || Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var key = await keys.Find(secret, Context.RequestAborted);
        if (key is null)
        {
            return Refuse(Unknown);
        }

        var account = key.Account;
        if (Request.Headers.TryGetValue(AccountHeader, out var asked))
        {
            if (AccountId.Parse(asked) is not { } other)
            {
                return Refuse(Problems.From(Refusal.Invalid(
                    "access.account",
                    "X-Account must have 1 to 40 lower-case letters, digits and hyphens.",
                    AccountHeader)));
            }

            if (other != account && key.Role != ApiRole.Administrator)
            {
                return Refuse(Forbidden);
            }

            if (other != account && !await keys.Have(other, Context.RequestAborted))
            {
                return Refuse(NoAccount);
            }

            account = other;
        }

        Context.Features.Set(new Caller(key, account));
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, key.Id), new(ClaimTypes.Role, key.Role.ToString())], Scheme.Name);
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_problem.Status == StatusCodes.Status401Unauthorized)
        {
            Response.Headers.WWWAuthenticate = "Bearer";
        }

        return _problem.ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Forbidden.ExecuteAsync(Context);

    private AuthenticateResult Refuse(Problem problem)
    {
        _problem = problem;
        return AuthenticateResult.Fail(problem.Code);
    }

    private string? ReadSecret()
    {
        const string scheme = "Bearer ";
        var authorization = Request.Headers.Authorization.ToString();
        var secret = authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[scheme.Length..].Trim()
            : Request.Headers[KeyHeader].ToString();
        return secret.Length == 0 ? null : secret;
    }
}
