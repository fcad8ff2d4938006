using System.Text.Json.Serialization;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Contacts;

/// <summary>A state that changes the directory in the transaction that writes it.</summary>
public interface IProjectedState
{
    /// <summary>
    /// Hands over what this write changes, for a storage that keeps it apart: the state no longer holds it.
    /// </summary>
    ContactProjection? TakeProjection();
}

/// <summary>The columns of the directory that this write changes.</summary>
/// <remarks>Times are Unix milliseconds and booleans 0 or 1, as the tables have them.</remarks>
/// <param name="Account">The account.</param>
/// <param name="Contact">The contact.</param>
/// <param name="Status">Its status.</param>
/// <param name="StatusSince">When the status was set.</param>
/// <param name="LastStatus">The outcome of its latest campaign.</param>
/// <param name="LastStatusAt">When that was assigned.</param>
/// <param name="LastRecipientStatus">
/// How far it went with that campaign; <see langword="null"/> leaves the column as it is, because the campaign has
/// moved to a page and so did not change.
/// </param>
/// <param name="Deliveries">The campaigns that changed, and no others: a projection must stay small.</param>
public sealed record ContactProjection(
    string Account,
    string Contact,
    ContactStatus Status,
    long? StatusSince,
    Outcome? LastStatus,
    long? LastStatusAt,
    RecipientStatus? LastRecipientStatus,
    IReadOnlyList<DeliveryProjection> Deliveries)
{
    internal static ContactProjection Of(AccountId account, ContactId id, Contact before, Contact after) => new(
        account.Value,
        id.Value,
        after.Status,
        after.StatusSince?.ToUnixTimeMilliseconds(),
        after.LastOutcome,
        after.LastOutcomeAt?.ToUnixTimeMilliseconds(),
        after.LastCampaign is { } last ? after.DeliveryOf(last)?.RecipientStatus : RecipientStatus.None,
        [.. after.Deliveries
            .Where(delivery => !before.Deliveries.Contains(delivery))
            .Select(delivery => DeliveryProjection.Of(before.DeliveryOf(delivery.Campaign), delivery))]);
}

/// <summary>One row of recipients.</summary>
/// <remarks>Most e-mails are never opened, so what feedback brings is left out while it is nothing.</remarks>
public sealed record DeliveryProjection(
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
    public long? SentAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Overturned { get; init; }

    public long? OpenedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Opens { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MachineOpens { get; init; }

    public long? ClickedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Clicks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MachineClicks { get; init; }

    public long? UnsubscribedAt { get; init; }

    public long? ComplainedAt { get; init; }

    /// <summary>The links whose counts changed; <see langword="null"/> when none did.</summary>
    public IReadOnlyList<LinkProjection>? Links { get; init; }

    internal static DeliveryProjection Of(CampaignDelivery? before, CampaignDelivery delivery) => new(
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
        delivery.UpdatedAt.ToUnixTimeMilliseconds())
    {
        SentAt = delivery.SentAt?.ToUnixTimeMilliseconds(),
        Overturned = delivery.OverturnedAttempt > 0 ? 1 : 0,
        OpenedAt = delivery.Engagement?.FirstOpenAt?.ToUnixTimeMilliseconds(),
        Opens = delivery.Engagement?.Opens ?? 0,
        MachineOpens = delivery.Engagement?.MachineOpens ?? 0,
        ClickedAt = delivery.Engagement?.FirstClickAt?.ToUnixTimeMilliseconds(),
        Clicks = delivery.Engagement?.Clicks ?? 0,
        MachineClicks = delivery.Engagement?.MachineClicks ?? 0,
        UnsubscribedAt = delivery.UnsubscribedAt?.ToUnixTimeMilliseconds(),
        ComplainedAt = delivery.ComplainedAt?.ToUnixTimeMilliseconds(),
        Links = LinksOf(before?.Engagement, delivery.Engagement),
    };

    private static LinkProjection[]? LinksOf(Engagement? before, Engagement? after)
    {
        LinkProjection[] changed =
        [
            .. (after?.Links ?? [])
                .Where(link => before?.Links.Contains(link) != true)
                .Select(link => new LinkProjection(
                    link.Link, link.Clicks, link.MachineClicks, link.FirstClickAt?.ToUnixTimeMilliseconds())),
        ];
        return changed.Length == 0 ? null : changed;
    }
}

/// <summary>One row of link_clicks.</summary>
public sealed record LinkProjection(int Link, int Clicks, int MachineClicks, long? FirstAt);
