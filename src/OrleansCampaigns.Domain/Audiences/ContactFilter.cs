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
}
