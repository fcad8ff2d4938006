using System.Text.RegularExpressions;
using MimeKit;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Reads the headers of our own e-mail out of the message that brings it back.</summary>
internal static partial class ReturnedMail
{
    /// <summary>The headers that came back, empty if none did.</summary>
    public static HeaderFields Header(MessageContents message) =>
        message.Nested.Select(nested => HeaderFields.Of(nested.Headers))
            .Concat(message.ReturnedHeaders)
            .FirstOrDefault(header => header.Count > 0)
        ?? message.Texts.Select(text => BounceNotice.Of(text).Returned).FirstOrDefault(header => header.Count > 0)
        ?? HeaderFields.Empty;

    /// <summary>What identifies our e-mail.</summary>
    public static OriginalMessage Identify(MessageContents message)
    {
        var header = Header(message);

        // Exchange and Gmail answer to our Message-ID even where they return no header.
        var id = header["Message-ID"] ?? message.Header["In-Reply-To"] ?? message.Header["References"];
        return new OriginalMessage(BareId(id), header["Feedback-ID"], header["X-Campaign"]);
    }

    /// <summary>The one address that our e-mail was written to: we write to one recipient at a time.</summary>
    public static string? SoleRecipient(HeaderFields header)
    {
        var to = header["X-HmXmrOriginalRecipient"] ?? header["To"];
        if (to is null || !InternetAddressList.TryParse(to, out var list))
        {
            return to is null ? null : Single(ReportAddress.Find(to));
        }

        return Single(list.Mailboxes.Select(mailbox => mailbox.Address).Where(address =>
            address.Contains('@', StringComparison.Ordinal)));
    }

    private static string? Single(IEnumerable<string> addresses)
    {
        var found = addresses.Take(2).ToArray();
        return found.Length == 1 ? found[0] : null;
    }

    private static string? BareId(string? id)
    {
        if (id is null)
        {
            return null;
        }

        var match = Id().Match(id);
        return match.Success ? match.Groups[1].Value : id.Trim();
    }

    [GeneratedRegex(@"<([^<>\s]+)>", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
