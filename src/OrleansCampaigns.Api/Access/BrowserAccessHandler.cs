using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Api.Access;

/// <summary>Lets a browser show pages for administrators: basic authentication (RFC 7617) with a key as password.</summary>
/// <remarks>
/// For pages that only read. A browser sends such credentials with every request to this host, whoever caused it, so
/// nothing that changes anything may accept them.
/// </remarks>
internal sealed class BrowserAccessHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, KnownKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ReadPassword() is not { } secret || await keys.Find(secret, Context.RequestAborted) is not { } key)
        {
            return AuthenticateResult.NoResult();
        }

        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, key.Id), new(ClaimTypes.Role, key.Role.ToString())], Scheme.Name);
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Basic realm=\"OrleansCampaigns\", charset=\"UTF-8\"";
        return Task.CompletedTask;
    }

    private string? ReadPassword()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase)
            || header.Parameter is not { Length: > 0 and <= 1_000 } encoded)
        {
            return null;
        }

        var octets = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, octets, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(octets, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }
}
