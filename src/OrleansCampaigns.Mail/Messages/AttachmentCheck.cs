using System.Collections.Immutable;
using MimeKit;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Checks and encodes the attachments of a campaign.</summary>
internal static class AttachmentCheck
{
    /// <summary>How many files go with a message at most.</summary>
    public const int CountMax = ContentLimits.AttachmentsMax;

    /// <summary>How large they may be together, in octets before encoding.</summary>
    public const int OctetsMax = ContentLimits.AttachmentOctetsMax;

    private const int FileNameMax = 255;

    /// <summary>Encodes them; adds what is wrong to <paramref name="problems"/>.</summary>
    /// <param name="attachments">The files.</param>
    /// <param name="cids">What the HTML calls by <c>cid:</c>.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static IReadOnlyList<PreparedAttachment> Prepare(
        ImmutableArray<Attachment> attachments, IReadOnlySet<string> cids, List<Refusal> problems)
    {
        if (attachments.IsDefaultOrEmpty)
        {
            return [];
        }

        var before = problems.Count;
        if (attachments.Length > CountMax)
        {
            problems.Add(Refusal.Invalid(
                "content.attachments.too_many", $"At most {CountMax} files may go with a message.",
                "content.attachments"));
        }

        if (attachments.Sum(attachment => (long)(attachment.Content?.Length ?? 0)) > OctetsMax)
        {
            problems.Add(Refusal.Invalid(
                "content.attachments.too_large",
                $"The files may have {OctetsMax / 1024 / 1024} MB together at most.",
                "content.attachments"));
        }

        var types = attachments
            .Select((attachment, index) => Check(attachment, $"content.attachments[{index}]", problems))
            .ToList();
        var named = attachments.Select(attachment => attachment.ContentId).OfType<string>().ToList();
        if (named.Count > named.Distinct(StringComparer.Ordinal).Count())
        {
            problems.Add(Refusal.Invalid(
                "content.attachment.content_id", "Two files have the same contentId.", "content.attachments"));
        }

        return problems.Count > before
            ? []
            : [.. attachments.Zip(types, (attachment, type) => Prepare(attachment, type!, cids))];
    }

    /// <summary>What a file answers to: the name it was given for that, or its own where the HTML calls it by that.
    /// </summary>
    /// <returns><see langword="null"/> when nothing in the page can call it.</returns>
    public static string? ContentIdOf(Attachment attachment, IReadOnlySet<string> cids) =>
        attachment.ContentId
        ?? (OwnHeaders.IsContentId(attachment.FileName)
            && (attachment.Inline ?? cids.Contains(attachment.FileName)) ? attachment.FileName : null);

    private static PreparedAttachment Prepare(Attachment attachment, ContentType type, IReadOnlySet<string> cids)
    {
        var id = ContentIdOf(attachment, cids);
        return new PreparedAttachment(attachment, type, id, isInline: attachment.Inline ?? (id is not null));
    }

    private static ContentType? Check(Attachment attachment, string field, List<Refusal> problems)
    {
        CheckControl(attachment.FileName, "file_name", $"{field}.fileName", problems);
        CheckControl(attachment.ContentType, "content_type", $"{field}.contentType", problems);
        if (string.IsNullOrWhiteSpace(attachment.FileName) || attachment.FileName.Length > FileNameMax
            || attachment.FileName.AsSpan().ContainsAny('/', '\\'))
        {
            problems.Add(Refusal.Invalid(
                "content.attachment.file_name",
                $"A file's name must have 1 to {FileNameMax} characters and no slash.",
                $"{field}.fileName"));
        }

        if (attachment.ContentId is { } id ? !OwnHeaders.IsContentId(id)
            : attachment.Inline == true && !OwnHeaders.IsContentId(attachment.FileName))
        {
            problems.Add(Refusal.Invalid(
                "content.attachment.content_id",
                "An inline file needs a contentId of letters, digits and signs without blanks, such as "
                + "logo@example.com (RFC 2392).",
                $"{field}.contentId"));
        }

        if (attachment.Content is not { Length: > 0 })
        {
            problems.Add(Refusal.Invalid("content.attachment.empty", "The file holds nothing.", $"{field}.content"));
        }

        // Those of mail itself must not be sent in base64 (RFC 2046 §5.2.1) and would be read as parts of ours.
        if (ContentType.TryParse(attachment.ContentType ?? "", out var type)
            && type.MediaType.ToLowerInvariant() is not ("multipart" or "message"))
        {
            return type;
        }

        problems.Add(Refusal.Invalid(
            "content.attachment.content_type", "It must be a media type such as application/pdf.",
            $"{field}.contentType"));
        return null;
    }

    private static void CheckControl(string? text, string name, string field, List<Refusal> problems)
    {
        if (HeaderText.HasControlCharacter(text))
        {
            problems.Add(Refusal.Invalid(
                $"content.attachment.{name}.control_character", $"{field} must be one line without control characters.",
                field));
        }
    }
}
