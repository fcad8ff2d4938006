using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>Who a message is from.</summary>
/// <param name="Address">The address of the From header.</param>
/// <param name="Name">The display name.</param>
/// <param name="ReplyTo">
/// Where answers go; the sender when absent. One address, or up to ten mailboxes with or without names, separated by
/// commas: <c>Office &lt;office@example.com&gt;, ann@example.com</c>.
/// </param>
internal sealed record SenderRequest(
    [property: Required] string? Address = null, string? Name = null, string? ReplyTo = null)
{
    public Sender Read(Checks checks)
    {
        var address = checks.RequiredLine(Address, "sender.address", Limits.AddressLengthMax);
        var name = checks.Line(Name, "sender.name", Limits.NameLengthMax);
        var replyTo = checks.Line(ReplyTo, "sender.replyTo", Limits.ReplyToLengthMax);
        CheckAddress(checks, address, "sender.address");
        CheckReplyTo(checks, replyTo);
        return new(address, name is "" ? null : name, replyTo is "" ? null : replyTo);
    }

    private static void CheckReplyTo(Checks checks, string? replyTo)
    {
        const string field = "sender.replyTo";
        if (string.IsNullOrEmpty(replyTo))
        {
            return;
        }

        if (MailboxList.Parse(replyTo) is not { } mailboxes)
        {
            checks.Fail(
                "field.address",
                $"{field} must be an e-mail address as RFC 5321 and RFC 6531 define it, or several with or without "
                + "names, such as: Office <office@example.com>, ann@example.com.",
                field);
        }
        else
        {
            checks.Count(mailboxes.Length, ContentLimits.ReplyToMax, field);
        }
    }

    private static void CheckAddress(Checks checks, string? address, string field)
    {
        if (!string.IsNullOrEmpty(address) && EmailAddress.Parse(address) is null)
        {
            checks.Fail(
                "field.address", $"{field} must be an e-mail address as RFC 5321 and RFC 6531 define it.", field);
        }
    }
}

/// <summary>What is sent: Handlebars templates over a contact's fields.</summary>
internal sealed record ContentRequest
{
    /// <summary>The subject; a template.</summary>
    public string? Subject { get; init; }

    /// <summary>The HTML body; a template.</summary>
    public string? Html { get; init; }

    /// <summary>The text alternative; a template. Made from the HTML when absent.</summary>
    public string? Text { get; init; }

    /// <summary>What a field holds for a contact that lacks it.</summary>
    public IReadOnlyDictionary<string, string?>? Fallbacks { get; init; }

    /// <summary>Files that go with every message.</summary>
    public IReadOnlyList<AttachmentRequest?>? Attachments { get; init; }

    public Content Read(Checks checks, Content? before) => new()
    {
        Subject = checks.Line(Subject, "content.subject", Limits.SubjectLengthMax) ?? "",
        Html = checks.Block(Html, "content.html", Limits.BodyLengthMax) ?? "",
        Text = checks.Block(Text, "content.text", Limits.BodyLengthMax),
        Fallbacks = checks.Attributes(Fallbacks, "content.fallbacks", mayRemove: false)
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value ?? ""),
        Attachments = ReadAttachments(checks, before),
    };

    private ImmutableArray<Attachment> ReadAttachments(Checks checks, Content? before)
    {
        const string field = "content.attachments";
        if (Attachments is null || !checks.Count(Attachments.Count, Limits.AttachmentsMax, field))
        {
            return [];
        }

        var read = Attachments
            .Select((attachment, i) => (attachment ?? new(null, null, null)).Read(checks, $"{field}[{i}].", before))
            .ToImmutableArray();
        var ids = read.Select(attachment => attachment.ContentId).OfType<string>().ToList();
        if (ids.Count > ids.Distinct(StringComparer.Ordinal).Count())
        {
            checks.Fail("field.repeated", $"{field} must not have one contentId twice.", field);
        }

        if (read.Sum(attachment => (long)attachment.Content.Length) > Limits.AttachmentBytesMax)
        {
            checks.Fail(
                "field.too_long",
                $"{field} must not have more than {Limits.AttachmentBytesMax} bytes together.",
                field);
        }

        return read;
    }
}

/// <summary>A file that goes with every message.</summary>
/// <param name="FileName">As the recipient sees it.</param>
/// <param name="ContentType">
/// A media type, such as <c>application/pdf</c>. Absent: that of the file whose bytes are kept, else
/// <c>application/octet-stream</c>.
/// </param>
/// <param name="Content">The bytes in Base64; when changing a campaign, absent keeps those of the same file
/// name.</param>
/// <param name="Bytes">How many bytes there are, as GET gives it; it changes nothing.</param>
/// <param name="ContentId">
/// What the HTML calls it in <c>cid:</c> (RFC 2392), without angle brackets, such as <c>logo@example.com</c>. Absent: a
/// file whose name stands behind a <c>cid:</c> of the HTML goes by that name.
/// </param>
/// <param name="Inline">
/// Whether it is shown in the page and not listed beside it; when absent, it is where <c>cid:</c> can name it.
/// </param>
internal sealed record AttachmentRequest(
    [property: Required] string? FileName = null,
    string? ContentType = null,
    byte[]? Content = null,
    long? Bytes = null,
    string? ContentId = null,
    bool? Inline = null)
{
    public Attachment Read(Checks checks, string prefix, Content? before)
    {
        var fileName = checks.RequiredLine(FileName, $"{prefix}fileName", Limits.NameLengthMax);
        if (fileName.AsSpan().IndexOfAny("/\\\"") >= 0)
        {
            checks.Fail(
                "field.format", $"{prefix}fileName must not hold slashes, backslashes or quotes.", $"{prefix}fileName");
        }

        var kept = Content is null && before is { Attachments.IsDefault: false }
            ? before.Attachments.FirstOrDefault(file => file.FileName == fileName)
            : null;
        var contentType = checks.Line(ContentType, $"{prefix}contentType", Limits.NameLengthMax)
            ?? kept?.ContentType ?? "application/octet-stream";
        if (!System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out _))
        {
            checks.Fail(
                "field.format",
                $"{prefix}contentType must be a media type, such as application/pdf.",
                $"{prefix}contentType");
        }

        var content = Content ?? kept?.Content;
        if (content is null)
        {
            checks.Fail("field.required", $"{prefix}content must be given in Base64.", $"{prefix}content");
        }

        return new(fileName, contentType, content ?? [])
        {
            ContentId = ReadContentId(checks, $"{prefix}contentId", fileName),
            Inline = Inline,
        };
    }

    private string? ReadContentId(Checks checks, string field, string fileName)
    {
        var id = checks.Line(ContentId, field, Limits.ContentIdLengthMax);
        id = id is ['<', .., '>'] ? id[1..^1] : id;
        if (string.IsNullOrEmpty(id) && Inline == true && !OwnHeaders.IsContentId(fileName))
        {
            checks.Fail(
                "field.required",
                $"{field} must be given: {fileName} is inline, and its name cannot stand in a URL as it is.",
                field);
        }

        if (!string.IsNullOrEmpty(id) && !OwnHeaders.IsContentId(id))
        {
            checks.Fail(
                "field.format",
                $"{field} must be letters, digits and signs without blanks, such as logo@example.com.",
                field);
        }

        return id is "" ? null : id;
    }
}

/// <summary>Fields of the header that the author adds.</summary>
internal static class HeaderRequest
{
    public static ImmutableArray<HeaderField> Read(IReadOnlyDictionary<string, string?>? headers, Checks checks)
    {
        const string field = "headers";
        if (headers is null || !checks.Count(headers.Count, Limits.HeadersMax, field))
        {
            return [];
        }

        if (headers.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() < headers.Count)
        {
            checks.Fail("field.repeated", $"{field} must not have one name twice, in whatever case.", field);
        }

        return [.. headers.Select(header => Read(header.Key, header.Value, checks))];
    }

    private static HeaderField Read(string name, string? value, Checks checks)
    {
        var field = $"headers.{name}";
        if (!OwnHeaders.IsName(name))
        {
            checks.Fail(
                "field.header_name",
                "The name of a header's field must have 1 to 76 visible ASCII characters and no colon (RFC 5322 §2.2).",
                "headers");
            return new("", "");
        }

        if (OwnHeaders.IsReserved(name))
        {
            checks.Fail("field.header_reserved", $"{name} is written by us or by mail servers, not by authors.", field);
        }

        if (value is null)
        {
            checks.Fail("field.required", $"{field} must be text.", field);
        }

        return new(name, checks.Line(value, field, Limits.HeaderValueLengthMax) ?? "");
    }
}
