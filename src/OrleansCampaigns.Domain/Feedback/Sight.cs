using Orleans;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>One thing that was seen of a recipient lately, by which a machine may still be recognised.</summary>
/// <param name="Mark">The event.</param>
/// <param name="At">When it happened.</param>
/// <param name="Signal">
/// An open, a click, the hidden link; or <see cref="FeedbackSignal.Machine"/> for an event that was found to be a
/// machine's before it came here itself.
/// </param>
/// <param name="Link">Which link was followed, from 1; 0 for what is no click.</param>
/// <param name="IsMachine">Whether it counts as a machine's. That is never taken back.</param>
[GenerateSerializer, Immutable, Alias("Feedback.Sight")]
public sealed record Sight(
    [property: Id(0)] long Mark,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] FeedbackSignal Signal,
    [property: Id(3)] int Link,
    [property: Id(4)] bool IsMachine)
{
    internal bool IsClick => Signal == FeedbackSignal.Click;

    /// <summary>Whether it counts as an open or a click that a person made.</summary>
    internal bool IsPersons => !IsMachine && (Signal is FeedbackSignal.Open or FeedbackSignal.Click);
}
