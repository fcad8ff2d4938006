using System.Text.RegularExpressions;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Everything in a message that may have come from an e-mail of ours and tell which it was.</summary>
/// <remarks>Each is worth what its signature is worth: whoever acts on one verifies it.</remarks>
/// <param name="MessageIds">What may be its Message-ID, the likeliest first.</param>
/// <param name="Addresses">What may be its return path or its address for unsubscribing.</param>
/// <param name="UnsubscribeTokens">Tokens out of its List-Unsubscribe.</param>
/// <param name="WrittenTo">The one address that it was written to, as its header says.</param>
internal sealed partial record OriginTraces(
    IReadOnlyList<string> MessageIds,
    IReadOnlyList<string> Addresses,
    IReadOnlyList<string> UnsubscribeTokens,
    string? WrittenTo)
{
    private const int TracesMax = 50;

    // A line has at most 998 octets (RFC 5322 §2.1.1), and the brackets.
    private const int IdLengthMax = 1000;

    private static readonly string[] IdFields =
        ["Message-ID", "X-Original-Message-ID", "Original-Message-ID", "Resent-Message-ID"];

    public static OriginTraces None { get; } = new([], [], [], null);

    public static OriginTraces Of(MessageContents message)
    {
        var returned = ReturnedMail.Header(message);
        var reports = message.FeedbackReports
            .Select(text => HeaderFields.Leading(text.TrimStart('\n').Split('\n')))
            .ToList();
        var unsubscribe = returned.All("List-Unsubscribe").ToList();

        // Servers that return no header answer to our Message-ID: Exchange, Gmail, and every auto-reply.
        string?[] answered = [message.Header["In-Reply-To"], .. message.Header.All("References").Reverse()];
        return new OriginTraces(
            [.. IdFields.SelectMany(returned.All).Concat(answered).SelectMany(Ids).Distinct().Take(TracesMax)],
            [.. returned.All("Return-Path")
                .Concat(unsubscribe)
                .Concat(reports.SelectMany(report => report.All("Original-Mail-From")))
                .SelectMany(ReportAddress.Find)
                .Take(TracesMax)],
            [.. unsubscribe.SelectMany(value => Link().Matches(value)).Select(match => match.Groups[1].Value)
                .Take(TracesMax)],
            ReturnedMail.SoleRecipient(returned));
    }

    /// <summary>The identifiers in a field, without angle brackets.</summary>
    public static IEnumerable<string> Ids(string? field)
    {
        if (field is null)
        {
            return [];
        }

        var ids = Id().Matches(field)
            .Where(match => match.Length <= IdLengthMax)
            .Select(match => match.Groups[1].Value).Take(TracesMax).ToList();
        return ids.Count > 0 ? ids : [field.Trim()];
    }

    [GeneratedRegex(@"<([^<>\s]+)>", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(TrackingPaths.Unsubscribe + @"([A-Za-z0-9_\-]{40,100})",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
