using System.Collections.Immutable;
using Orleans;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>One recipient's turn: what the contact must know to say whether an attempt may begin.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.Turn")]
public sealed record Turn
{
    /// <summary>The campaign.</summary>
    [Id(0)] public required CampaignId Campaign { get; init; }

    /// <summary>When its audience was taken.</summary>
    [Id(1)] public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>Which attempt this would be, from 1.</summary>
    [Id(2)] public required int Attempt { get; init; }

    /// <summary>Whether the address is properly formatted.</summary>
    [Id(3)] public bool AddressIsValid { get; init; } = true;

    /// <summary>Whether a licence was reserved for it: only then may it be sent to.</summary>
    [Id(4)] public bool IsReserved { get; init; } = true;
}

/// <summary>How an attempt ended.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.AttemptReport")]
public sealed record AttemptReport
{
    /// <summary>What the reply or the failure comes to.</summary>
    [Id(0)] public required Outcome Outcome { get; init; }

    /// <summary>Why.</summary>
    [Id(1)] public Cause Cause { get; init; }

    /// <summary>The wait that the server asked for.</summary>
    [Id(2)] public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the connection was lost after the message was handed over, before the reply.</summary>
    [Id(3)] public bool InDoubt { get; init; }

    /// <summary>What the server said.</summary>
    [Id(4)] public SmtpReply? Reply { get; init; }

    /// <summary>The relay that was used.</summary>
    [Id(5)] public string? Relay { get; init; }

    /// <summary>
    /// Whether no server was asked, because the relay is known not to carry this message: no attempt was made.
    /// </summary>
    [Id(6)] public bool IsUnsent { get; init; }
}

/// <summary>The settings that decide what an attempt's end leads to.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.DeliveryRules")]
public sealed record DeliveryRules
{
    /// <summary>When temporary outcomes come back.</summary>
    [Id(0)] public RetryPolicy Retry { get; init; } = new();

    /// <summary>What a hidden fate counts as.</summary>
    [Id(1)] public InDoubtPolicy InDoubt { get; init; }

    /// <summary>What costs the licence.</summary>
    [Id(2)] public DeductOn DeductOn { get; init; }

    /// <summary>How long unreachable contacts rest.</summary>
    [Id(3)] public RestPolicy Rest { get; init; } = RestPolicy.Default;

    /// <summary>The lists under which the campaign sends: only their members are reached. Empty for a campaign under
    /// the account-wide consent.</summary>
    [Id(4)] public ImmutableList<string> Lists { get; init; } = [];
}
