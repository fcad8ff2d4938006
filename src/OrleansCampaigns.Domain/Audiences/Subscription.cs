using Orleans;

namespace OrleansCampaigns.Domain.Audiences;

/// <summary>How a contact stands to a list.</summary>
public enum SubscriptionState
{
    /// <summary>A member: campaigns to the list reach it.</summary>
    Subscribed = 1,

    /// <summary>The contact left by itself. Only its own word, or a consent on record, brings it back.</summary>
    Left = 2,

    /// <summary>An operator took it off. Only its own word, or a consent on record, brings it back.</summary>
    TakenOff = 3,
}

/// <summary>A change of a membership: what became of it, when, and by whose word.</summary>
/// <param name="State">How the contact stands to the list from here on.</param>
/// <param name="At">When.</param>
/// <param name="Source">Where it came from: <c>page</c> (the preference page), <c>api</c> or <c>import</c>.</param>
/// <param name="Actor">Who said so: an operator, or <c>contact</c>.</param>
/// <param name="Reason">Why, or which consent was recorded.</param>
[GenerateSerializer, Immutable, Alias("Audiences.SubscriptionChange")]
public sealed record SubscriptionChange(
    [property: Id(0)] SubscriptionState State,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Source,
    [property: Id(3)] string? Actor,
    [property: Id(4)] string? Reason);
