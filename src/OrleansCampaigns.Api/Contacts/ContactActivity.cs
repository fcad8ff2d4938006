using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>What a contact did with each of its recent campaigns.</summary>
internal static class ContactActivity
{
    public static void MapContactActivity(this RouteGroupBuilder contacts) =>
        contacts.MapGet("/{contact}/activity", Get).WithName("getContactActivity").Refuses(404)
            .WithSummary("Shows what a contact did with each of its recent campaigns, the latest first.");

    internal static async Task<Results<Ok<PageBody<ActivityBody>>, Problem>> Get(
        ContactRoute contact,
        PageQuery page,
        Caller caller,
        IContactDirectory directory,
        TrackedCampaigns campaigns,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        if (await directory.Find(caller.Account, contact.Id, cancellation) is null)
        {
            return Problems.From(ContactRoute.Unknown);
        }

        var state = await grains.Contact(caller.Account, contact.Id).Describe();
        var cut = page.Cut(
            [.. state.Deliveries.OrderByDescending(delivery => delivery.QueuedAt).ThenByDescending(
                delivery => delivery.Campaign.Value, StringComparer.Ordinal)],
            delivery => delivery.Campaign.Value);
        if (cut.IsRefused)
        {
            return Problems.From(cut.Refusal);
        }

        // One call per campaign on the page; a contact remembers only so many.
        var links = await FollowedLinks.Of(
            caller.Account,
            cut.Value.Items.Where(delivery => delivery.Engagement is { Links.IsEmpty: false }).Select(
                delivery => delivery.Campaign),
            campaigns);
        var named = await Task.WhenAll(cut.Value.Items.Select(async delivery => ActivityBody.From(
            delivery, (await grains.Campaign(delivery.Campaign).Get(caller.Account)).Value?.Definition.Name, links)));
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

    /// <summary>The links that were followed, in the order of their numbers.</summary>
    public required IReadOnlyList<FollowedLinkBody> Links { get; init; }

    /// <summary>When the contact unsubscribed by way of this campaign.</summary>
    public DateTimeOffset? UnsubscribedAt { get; init; }

    /// <summary>When the contact complained about it.</summary>
    public DateTimeOffset? ComplainedAt { get; init; }

    public static ActivityBody From(CampaignDelivery delivery, string? campaignName, FollowedLinks links) => new()
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
        Links = delivery.Engagement is { } engagement
            ? [.. engagement.Links.Select(
                link => FollowedLinkBody.From(link, links.UrlOf(delivery.Campaign, link.Link)))]
            : [],
        UnsubscribedAt = delivery.UnsubscribedAt,
        ComplainedAt = delivery.ComplainedAt,
    };
}

/// <summary>A link that a contact followed.</summary>
/// <param name="Link">Its number.</param>
/// <param name="Url">Where it leads, or its template when it differs by recipient; absent when not known.</param>
/// <param name="Clicks">How often, people only.</param>
/// <param name="MachineClicks">How often machines did.</param>
/// <param name="FirstClickAt">When a person first followed it.</param>
internal sealed record FollowedLinkBody(
    int Link, string? Url, int Clicks, int MachineClicks, DateTimeOffset? FirstClickAt)
{
    public static FollowedLinkBody From(LinkClicks link, string? url) =>
        new(link.Link, url, link.Clicks, link.MachineClicks, link.FirstClickAt);
}
