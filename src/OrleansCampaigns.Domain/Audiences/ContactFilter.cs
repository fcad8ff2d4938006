using System.Collections.Immutable;
using Orleans;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Audiences;

/// <summary>Which contacts: every condition given must hold; an empty filter holds for all.</summary>
[GenerateSerializer, Immutable, Alias("Audiences.ContactFilter")]
public sealed record ContactFilter
{
    /// <summary>One of these statuses.</summary>
    [Id(0)] public ImmutableArray<ContactStatus> Statuses { get; init; } = [];

    /// <summary>One of these Last Statuses; Queued holds for whoever waits in a campaign that is under way.</summary>
    [Id(1)] public ImmutableArray<Outcome> LastStatuses { get; init; } = [];

    /// <summary>Member of this list.</summary>
    [Id(2)] public string? ListId { get; init; }

    /// <summary>Each named attribute has exactly this value.</summary>
    [Id(3)]
    public ImmutableDictionary<string, string> Attributes { get; init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>Address or name contains this text, in any case.</summary>
    [Id(4)] public string? Text { get; init; }

    /// <summary>Recipient of this campaign.</summary>
    [Id(5)] public CampaignId? Campaign { get; init; }

    /// <summary>One of these recipient statuses in <see cref="Campaign"/>, which must be given with it.</summary>
    [Id(6)] public ImmutableArray<RecipientStatus> RecipientStatuses { get; init; } = [];

    /// <summary>The status was set at or after this time.</summary>
    [Id(7)] public DateTimeOffset? StatusFrom { get; init; }

    /// <summary>The status was set before this time.</summary>
    [Id(8)] public DateTimeOffset? StatusBefore { get; init; }

    /// <summary>The Last Status was assigned at or after this time.</summary>
    [Id(9)] public DateTimeOffset? LastStatusFrom { get; init; }

    /// <summary>The Last Status was assigned before this time.</summary>
    [Id(10)] public DateTimeOffset? LastStatusBefore { get; init; }
}

/// <summary>
/// Whom a campaign goes to: the members of lists, the contacts a filter finds, and recipients given with it.
/// </summary>
[GenerateSerializer, Immutable, Alias("Audiences.Audience")]
public sealed record Audience
{
    /// <summary>Every member of these lists; who is in two of them is there twice, and Duplicated once.</summary>
    [Id(0)] public ImmutableArray<string> ListIds { get; init; } = [];

    /// <summary>Every contact that this filter finds at the start.</summary>
    [Id(1)] public ContactFilter? Filter { get; init; }

    /// <summary>The list under whose consent the filter's contacts are written to: those who are no members of it are
    /// left out. <see langword="null"/> for the account-wide consent.</summary>
    [Id(2)] public string? UnderListId { get; init; }

    /// <summary>The lists whose membership is asked at the moment of sending; none where the account-wide consent
    /// is enough for a part of the audience.</summary>
    public ImmutableList<string> Consents => Filter is not null && UnderListId is null
        ? []
        : [.. ListIds, .. UnderListId is { } list && !ListIds.Contains(list) ? [list] : Array.Empty<string>()];
}
