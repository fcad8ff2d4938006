namespace OrleansCampaigns.Domain.Delivery;

/// <summary>What a classification rests on, the surest first.</summary>
public enum ReplyGround
{
    /// <summary>Words that name a fact.</summary>
    Words = 0,

    /// <summary>Words that also occur in explanations and advice.</summary>
    VagueWords = 1,

    /// <summary>The enhanced status code (RFC 3463).</summary>
    Status = 2,

    /// <summary>The three digits of the reply, or their first alone.</summary>
    Code = 3,
}

/// <summary>What a reply comes to, and why.</summary>
/// <param name="Classification">What it comes to.</param>
/// <param name="Ground">What that rests on.</param>
/// <param name="Why">One line for people: the evidence, and what the rule that fired makes of it.</param>
public sealed record ReplyExplanation(Classification Classification, ReplyGround Ground, string Why)
{
    /// <summary>Whether the reply gives a reason, by words, by its status or by one of the few codes that do.</summary>
    public bool IsReason { get; init; }
}
