using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>What a contact did with each of its recent campaigns.</summary>
internal static class ContactActivity
{
    public static void MapContactActivity(this RouteGroupBuilder contacts) =>
        contacts.MapGet("/{contact}/activity", Get).Refuses(404)
            .WithSummary("Shows what a contact did with each of its recent campaigns, the latest first.");

    internal static async Task<Results<Ok<PageBody<ActivityBody>>, Problem>> Get(
        ContactRoute contact,
        PageQuery page,
        Caller caller,
        IContactDirectory directory,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        if (await directory.Find(caller.Account, contact.Id, cancellation) is null)
        {
            return Problems.From(ContactRoute.Unknown);
        }

        var state = await grains.Contact(caller.Account, contact.Id).GetState();
        var cut = page.Cut(
            [.. state.Deliveries.OrderByDescending(delivery => delivery.QueuedAt).ThenByDescending(
                delivery => delivery.Campaign.Value, StringComparer.Ordinal)],
            delivery => delivery.Campaign.Value);
        if (cut.IsRefused)
        {
            return Problems.From(cut.Refusal);
        }

        // One call per campaign on the page; a contact remembers only so many.
        var named = await Task.WhenAll(cut.Value.Items.Select(async delivery => ActivityBody.From(
            delivery, (await grains.Campaign(delivery.Campaign).Get(caller.Account)).Value?.Definition.Name)));
        return TypedResults.Ok(new PageBody<ActivityBody>(named, cut.Value.NextCursor));
    }
}

/// <summary>What a contact did with one campaign; people and machines apart.</summary>
internal sealed record ActivityBody
{
    /// <summary>The campaign.</summary>
    public required CampaignId CampaignId { get; init; }

    /// <summary>Its name; absent when it is not known any more.</summary>
    public string? CampaignName { get; init; }

    /// <summary>The outcome; absent when the contact is excluded from the campaign.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The outcome as people see it.</summary>
    public string? OutcomeName { get; init; }

    /// <summary>Why, such as <c>mailbox-full</c>.</summary>
    public string? Cause { get; init; }

    /// <summary>Why the contact is excluded, which is no outcome.</summary>
    public string? Excluded { get; init; }

    /// <summary>How far the contact went with the campaign.</summary>
    public required RecipientStatus RecipientStatus { get; init; }

    /// <summary>When the audience was taken.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>When the e-mail was accepted.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>How often it was opened, people only.</summary>
    public required int Opens { get; init; }

    /// <summary>When it was first opened.</summary>
    public DateTimeOffset? FirstOpenAt { get; init; }

    /// <summary>How often links were clicked, people only.</summary>
    public required int Clicks { get; init; }

    /// <summary>When a link was first clicked.</summary>
    public DateTimeOffset? FirstClickAt { get; init; }

    /// <summary>How often machines opened it.</summary>
    public required int MachineOpens { get; init; }

    /// <summary>How often machines clicked.</summary>
    public required int MachineClicks { get; init; }

    /// <summary>When the contact unsubscribed by way of this campaign.</summary>
    public DateTimeOffset? UnsubscribedAt { get; init; }

    /// <summary>When the contact complained about it.</summary>
    public DateTimeOffset? ComplainedAt { get; init; }

    public static ActivityBody From(CampaignDelivery delivery, string? campaignName) => new()
    {
        CampaignId = delivery.Campaign,
        CampaignName = campaignName,
        Outcome = delivery.Excluded is null ? delivery.Outcome : null,
        OutcomeName = delivery.Excluded is null ? delivery.Outcome.DisplayName() : null,
        Cause = DeliveryBody.NameOf(delivery.Cause),
        Excluded = delivery.Excluded,
        RecipientStatus = delivery.RecipientStatus,
        QueuedAt = delivery.QueuedAt,
        SentAt = delivery.SentAt,
        Opens = delivery.Engagement?.Opens ?? 0,
        FirstOpenAt = delivery.Engagement?.FirstOpenAt,
        Clicks = delivery.Engagement?.Clicks ?? 0,
        FirstClickAt = delivery.Engagement?.FirstClickAt,
        MachineOpens = delivery.Engagement?.MachineOpens ?? 0,
        MachineClicks = delivery.Engagement?.MachineClicks ?? 0,
        UnsubscribedAt = delivery.UnsubscribedAt,
        ComplainedAt = delivery.ComplainedAt,
    };
}
