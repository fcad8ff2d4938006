using System.Collections.Immutable;
using Orleans;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>What a recipient did with one campaign's e-mail, people and machines apart.</summary>
[GenerateSerializer, Immutable, Alias("Feedback.Engagement")]
public sealed record Engagement
{
    /// <summary>When a person first opened it; a click counts as an open.</summary>
    [Id(0)] public DateTimeOffset? FirstOpenAt { get; init; }

    /// <summary>How often people opened it.</summary>
    [Id(1)] public int Opens { get; init; }

    /// <summary>How often machines did: prefetching proxies, scanners.</summary>
    [Id(2)] public int MachineOpens { get; init; }

    /// <summary>When a person first followed a link.</summary>
    [Id(3)] public DateTimeOffset? FirstClickAt { get; init; }

    /// <summary>Every link that was followed, in the order of its number.</summary>
    [Id(4)] public ImmutableList<LinkClicks> Links { get; init; } = [];

    /// <summary>How often people followed links.</summary>
    public int Clicks => Links.Sum(link => link.Clicks);

    /// <summary>How often machines did.</summary>
    public int MachineClicks => Links.Sum(link => link.MachineClicks);
}

/// <summary>How often one link was followed.</summary>
/// <param name="Link">Its number in the message, from 1.</param>
/// <param name="Clicks">By people.</param>
/// <param name="MachineClicks">By machines.</param>
/// <param name="FirstClickAt">When a person first did.</param>
[GenerateSerializer, Immutable, Alias("Feedback.LinkClicks")]
public sealed record LinkClicks(
    [property: Id(0)] int Link,
    [property: Id(1)] int Clicks,
    [property: Id(2)] int MachineClicks,
    [property: Id(3)] DateTimeOffset? FirstClickAt);
