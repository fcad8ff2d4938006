using System.ComponentModel.DataAnnotations;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Api.Licences;

/// <summary>The ledger of licences.</summary>
internal static class LicenceEndpoints
{
    public static void MapLicences(this RouteGroupBuilder v1)
    {
        var licences = v1.MapGroup("/licences").WithTags("Licences");
        licences.MapGet("", GetLedger).WithName("getLicences")
            .WithSummary("Shows how many licences are free, held and used, and the latest lines of the ledger.");
        licences.MapPost("/grants", Grant).WithName("grantLicences")
            .Example("""{"amount": 10000, "reason": "first order", "actor": "sales"}""")
            .RequireAuthorization(AccessPolicies.Administrator).Refuses(409)
            .WithSummary("Adds licences, or takes back unused ones with a negative amount.");
    }

    internal static async Task<Ok<LedgerBody>> GetLedger(Caller caller, IGrainFactory grains) =>
        TypedResults.Ok(LedgerBody.From(caller.Account, await grains.Account(caller.Account).GetLedger()));

    internal static async Task<Results<Ok<LedgerBody>, Problem>> Grant(
        JsonBody<GrantRequest> body, Caller caller, SentKey key, IGrainFactory grains)
    {
        var checks = new Checks();
        var reason = checks.RequiredLine(body.Value.Reason, "reason", Limits.ReasonLengthMax);
        var actor = checks.Line(body.Value.Actor, "actor", Limits.NameLengthMax);
        if (body.Value.Amount is null)
        {
            checks.Fail("field.required", "amount must be given.", "amount");
        }
        else if (Math.Abs((decimal)body.Value.Amount) > Ledger.AmountMax)
        {
            checks.Fail("licences.amount", $"amount must stay within ±{Ledger.AmountMax}.", "amount");
        }

        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var granted = await grains.Account(caller.Account).Grant(
            body.Value.Amount!.Value, string.IsNullOrEmpty(actor) ? caller.Key.Name : actor, reason, key.Request);
        return granted.Answer(ledger => LedgerBody.From(caller.Account, ledger));
    }
}

/// <summary>Licences to be added.</summary>
/// <param name="Amount">How many; a negative amount takes back unused ones.</param>
/// <param name="Reason">Why; kept in the ledger.</param>
/// <param name="Actor">Who; the name of the API key when absent.</param>
internal sealed record GrantRequest(
    [property: Required] long? Amount = null, [property: Required] string? Reason = null, string? Actor = null);

/// <summary>An account's licences.</summary>
/// <param name="Account">Whose they are.</param>
/// <param name="Balance">Licences that no campaign holds.</param>
/// <param name="Held">Licences that campaigns hold and have not used yet.</param>
/// <param name="DeductedTotal">Licences used up since the beginning.</param>
/// <param name="Lines">The latest lines of the ledger, oldest first.</param>
internal sealed record LedgerBody(
    AccountId Account, long Balance, long Held, long DeductedTotal, IReadOnlyList<LedgerLineBody> Lines)
{
    public static LedgerBody From(AccountId account, Ledger ledger) =>
        new(account, ledger.Balance, ledger.Held, ledger.DeductedTotal, [.. ledger.Lines.Select(LedgerLineBody.From)]);
}

/// <summary>One line of the ledger.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>grant</c>, <c>reserve</c> or <c>settle</c>.</param>
/// <param name="Amount">How the balance changed.</param>
/// <param name="Balance">The balance after it.</param>
/// <param name="CampaignId">The campaign, where it concerns one.</param>
/// <param name="Actor">Who granted.</param>
/// <param name="Reason">Why.</param>
internal sealed record LedgerLineBody(
    DateTimeOffset At, string Kind, long Amount, long Balance, CampaignId? CampaignId, string? Actor, string? Reason)
{
    public static LedgerLineBody From(LedgerLine line) =>
        new(line.At, line.Kind, line.Amount, line.Balance, line.Campaign, line.Actor, line.Reason);
}

/// <summary>What one campaign holds of the account's licences.</summary>
/// <param name="Reserved">Taken from the balance at the start.</param>
/// <param name="Deducted">Used up so far.</param>
/// <param name="Released">Given back at the end: then reserved = deducted + released.</param>
/// <param name="IsSettled">Whether nothing is held any more.</param>
internal sealed record ReservationBody(long Reserved, long Deducted, long Released, bool IsSettled)
{
    public static ReservationBody From(Reservation held) =>
        new(held.Reserved, held.Deducted, held.Released, held.IsSettled);
}
