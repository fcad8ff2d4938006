using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.TestKit.Replies;

/// <summary>One reply and what it comes to.</summary>
/// <param name="Kind">What it is an example of.</param>
/// <param name="Reply">The reply, on one line.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Cause">The cause.</param>
public sealed record ReplyCase(string Kind, string Reply, Outcome Outcome, Cause Cause);

/// <summary>
/// Replies as servers word them, kind by kind: what is true of them must be true in a reply and in a message that
/// brings it back.
/// </summary>
public static partial class ReplyCases
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReplyCase> All { get; } = [.. Sections().SelectMany(section => section)];

    private static IEnumerable<IEnumerable<ReplyCase>> Sections() =>
        [.. Limits(), .. Mailboxes(), .. Missing(), .. Refusals(), .. Several()];

    /// <summary>One case a line. A 4xx is never final: what would be is Deferred with the same cause.</summary>
    private static IEnumerable<ReplyCase> Of(string kind, Outcome outcome, Cause cause, string replies) => replies
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(reply => new ReplyCase(
            kind, reply, reply[0] == '4' && outcome is not Outcome.SoftBounced ? Outcome.Deferred : outcome, cause));
}
