using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Contacts;

/// <summary>
/// What is stored of a contact: its state, and what the database projects into its tables in the same transaction.
/// </summary>
internal sealed class ContactRecord
{
    public Contact Contact { get; set; } = new();

    public ContactProjection? Projection { get; set; }
}

/// <summary>The columns of the directory that this write changes. Read by triggers of the database.</summary>
/// <remarks>Times are Unix milliseconds and booleans 0 or 1, as the tables have them.</remarks>
internal sealed record ContactProjection(
    string Account,
    string Contact,
    ContactStatus Status,
    long? StatusSince,
    Outcome? LastStatus,
    long? LastStatusAt,
    IReadOnlyList<DeliveryProjection> Deliveries)
{
    public static ContactProjection Of(AccountId account, ContactId id, Contact before, Contact after) => new(
        account.Value,
        id.Value,
        after.Status,
        after.StatusSince?.ToUnixTimeMilliseconds(),
        after.LastOutcome,
        after.LastOutcomeAt?.ToUnixTimeMilliseconds(),
        [.. after.Deliveries.Where(delivery => !before.Deliveries.Contains(delivery)).Select(DeliveryProjection.Of)]);
}

/// <summary>One row of recipients.</summary>
internal sealed record DeliveryProjection(
    string Campaign,
    Outcome Outcome,
    Cause Cause,
    string? Excluded,
    int Decided,
    int InDoubt,
    int Attempts,
    int Pass,
    int Charged,
    long? NextAttemptAt,
    int? ReplyCode,
    string? EnhancedCode,
    string? ReplyText,
    RecipientStatus RecipientStatus,
    int DuplicatesUpTo,
    long UpdatedAt)
{
    public static DeliveryProjection Of(CampaignDelivery delivery) => new(
        delivery.Campaign.Value,
        delivery.Outcome,
        delivery.Cause,
        delivery.Excluded,
        delivery.Decided ? 1 : 0,
        delivery.InDoubt ? 1 : 0,
        delivery.Attempts,
        delivery.Pass,
        delivery.Charged ? 1 : 0,
        delivery.NextAttemptAt?.ToUnixTimeMilliseconds(),
        delivery.Reply?.Code,
        delivery.Reply?.EnhancedCode,
        delivery.Reply?.Text,
        delivery.RecipientStatus,
        delivery.DuplicatesUpTo,
        delivery.UpdatedAt.ToUnixTimeMilliseconds());
}
