using System.Collections.Immutable;
using MimeKit;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Checks and encodes the attachments of a campaign.</summary>
internal static class AttachmentCheck
{
    /// <summary>How many files go with a message at most.</summary>
    public const int CountMax = 10;

    /// <summary>How large they may be together, in octets before encoding.</summary>
    public const int OctetsMax = 10 * 1024 * 1024;

    private const int FileNameMax = 255;

    /// <summary>Encodes them; adds what is wrong to <paramref name="problems"/>.</summary>
    public static IReadOnlyList<PreparedAttachment> Prepare(
        ImmutableArray<Attachment> attachments, List<Refusal> problems)
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
        return problems.Count > before
            ? []
            : [.. attachments.Zip(types, (attachment, type) => new PreparedAttachment(attachment, type!))];
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
