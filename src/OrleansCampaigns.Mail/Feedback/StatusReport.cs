using System.Text.RegularExpressions;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>What a delivery-status report (RFC 3464 §2.3) says of one recipient.</summary>
internal sealed partial record StatusReport(
    string? OriginalRecipient, string? FinalRecipient, StatusAction Action, string? Status, string? StatusComment,
    string? Diagnostic)
{
    private const int GroupsMax = 100;

    /// <summary>The groups in <paramref name="text"/> that speak of a recipient.</summary>
    /// <param name="text">A delivery-status part, or a text that holds one.</param>
    /// <param name="strict">Whether only what cannot be anything else counts, because people wrote the text.</param>
    public static IEnumerable<StatusReport> Parse(string text, bool strict = false) =>
        HeaderFields.Groups(SplitRecipients(text.Split('\n')))
            .Where(group => IsAboutRecipient(group, strict))
            .Take(GroupsMax)
            .Select(Of);

    /// <summary>Whether <paramref name="line"/> belongs to a report that lies in a text.</summary>
    public static bool IsField(string line) => HeaderFields.NameOf(line)?.ToLowerInvariant() is "reporting-mta"
        or "arrival-date" or "last-attempt-date" or "final-recipient" or "original-recipient" or "action" or "status"
        or "remote-mta" or "will-retry-until" or "final-log-id" or "x-actual-recipient";

    private static StatusReport Of(HeaderFields group)
    {
        var status = group["Status"] ?? "";
        var code = Code().Match(status);
        var comment = code.Success ? status[(code.Index + code.Length)..] : status;
        var final = ReportAddress.OfField(group["Final-Recipient"]);

        // X-Actual-Recipient is where the reporting server forwarded it to: the final one is nearer to us.
        var original = ReportAddress.OfField(group["Original-Recipient"]);
        return new StatusReport(
            original,
            final ?? ReportAddress.OfField(group["X-Actual-Recipient"]),
            ActionOf(group, code.Success ? code.Value[0] : '\0'),
            code.Success ? code.Value : null,
            comment.Trim(' ', '(', ')', '\t'),
            group["Diagnostic-Code"] ?? group["X-Diagnostic-Code"] ?? group["X-Supplementary-Info"]);
    }

    private static StatusAction ActionOf(HeaderFields group, char statusClass) =>
        (group["Action"] ?? "").Split(' ', ';', '(')[0].ToLowerInvariant() switch
        {
            "failed" or "failure" or "fail" or "error" => StatusAction.Failed,
            "delayed" or "delay" or "deferred" => StatusAction.Delayed,
            "delivered" or "deliverable" or "relayed" or "expanded" or "success" => StatusAction.Delivered,
            _ when statusClass == '2' => StatusAction.Delivered,
            _ when statusClass == '4' && group.Has("Will-Retry-Until") => StatusAction.Delayed,
            _ => StatusAction.Failed,
        };

    private static bool IsAboutRecipient(HeaderFields group, bool strict)
    {
        var recipient = group.Has("Final-Recipient") || group.Has("Original-Recipient");
        var verdict = group.Has("Action") || group.Has("Status");
        return strict
            ? recipient && verdict
            : recipient || group.Has("X-Actual-Recipient") || (verdict && group.Has("Diagnostic-Code"));
    }

    /// <summary>Some reports leave out the empty line between two recipients.</summary>
    private static IEnumerable<string> SplitRecipients(IEnumerable<string> lines)
    {
        var seen = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("Final-Recipient", StringComparison.OrdinalIgnoreCase))
            {
                if (seen)
                {
                    yield return "";
                }

                seen = true;
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                seen = false;
            }

            yield return line;
        }
    }

    [GeneratedRegex(@"[245]\.\d{1,3}\.\d{1,3}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}

/// <summary>What was done (RFC 3464 §2.3.3); relayed and expanded come to delivered.</summary>
internal enum StatusAction
{
    Failed,
    Delayed,
    Delivered,
}
