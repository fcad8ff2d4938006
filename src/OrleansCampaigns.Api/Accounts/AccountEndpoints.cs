using System.Text.Json;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Api.Accounts;

/// <summary>What an account says of itself to those it writes to.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this RouteGroupBuilder v1)
    {
        var account = v1.MapGroup("/account").WithTags("Account");
        account.MapGet("", Find).WithName("getAccount").WithSummary("Shows what contacts read of the account.");
        account.MapPut("", Put).WithName("changeAccount")
            .Example("""{"publicName": "The Garden Club"}""")
            .WithSummary("Says what contacts read of the account.");
    }

    internal static async Task<Ok<AccountBody>> Find(
        Caller caller, IAccountDirectory directory, CancellationToken cancellation) =>
        TypedResults.Ok(new AccountBody(
            caller.Account.Value, (await directory.Find(caller.Account, cancellation)).PublicName));

    internal static async Task<Results<Ok<AccountBody>, Problem>> Put(
        JsonBody<AccountRequest> body, Caller caller, IAccountDirectory directory, CancellationToken cancellation)
    {
        var checks = new Checks();
        var name = checks.Line(body.Value.PublicName, "publicName", Limits.NameLengthMax);
        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        await directory.Put(caller.Account, new(name), cancellation);
        return TypedResults.Ok(new AccountBody(caller.Account.Value, string.IsNullOrEmpty(name) ? null : name));
    }
}

/// <summary>What an account says of itself.</summary>
/// <param name="PublicName">Who writes, as contacts read it on the preference page; absent or empty for the sender of
/// the campaign.</param>
/// <param name="Account">Which account, as GET gives it; it changes nothing.</param>
internal sealed record AccountRequest(string? PublicName = null, JsonElement? Account = null);

/// <summary>What contacts read of an account.</summary>
/// <param name="Account">Which account.</param>
/// <param name="PublicName">Who writes; absent when the page names the sender of the campaign.</param>
internal sealed record AccountBody(string Account, string? PublicName);
