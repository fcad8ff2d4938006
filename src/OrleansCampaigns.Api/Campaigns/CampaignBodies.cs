using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>A campaign as it stands.</summary>
internal sealed record CampaignBody
{
    /// <summary>Which campaign.</summary>
    public required CampaignId Id { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required CampaignStatus Status { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Who it is from.</summary>
    public SenderRequest? Sender { get; init; }

    /// <summary>What is sent.</summary>
    public required ContentBody Content { get; init; }

    /// <summary>Fields of the header that the author added, each a template.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>
    /// Whom it goes to. Recipients that were given with it are the members of a hidden list among these.
    /// </summary>
    public required AudienceBody Audience { get; init; }

    /// <summary>The configured relay.</summary>
    public string? Relay { get; init; }

    /// <summary>What becomes of an e-mail whose fate a crash hid.</summary>
    public required InDoubtPolicy InDoubt { get; init; }

    /// <summary>The IANA time zone of the Date header.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Whether opens are counted by a pixel.</summary>
    public required bool TrackOpens { get; init; }

    /// <summary>Whether clicks are counted by links that lead through us.</summary>
    public required bool TrackClicks { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it starts by itself.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How many recipients its audience holds, once taken.</summary>
    public required long AudienceSize { get; init; }

    /// <summary>1, and one more for each "retry failed".</summary>
    public required int Pass { get; init; }

    /// <summary>Why the last start came to nothing.</summary>
    public ProblemItem? StartRefusal { get; init; }

    /// <summary>Why it paused by itself: it was refused everywhere alike. Resume it once that is mended.</summary>
    public string? PauseReason { get; init; }

    /// <summary>All that refused the last start, when it was more than one thing.</summary>
    public IReadOnlyList<ProblemItem>? StartProblems { get; init; }

    /// <summary>What is to be known of the start although it succeeded: an import that it waited for failed.</summary>
    public string? StartNote { get; init; }

    /// <summary>What the start waits for: imports into its audience, with the rows that they have read.</summary>
    public string? WaitingFor { get; init; }

    public static CampaignBody From(CampaignView view)
    {
        var definition = view.Definition;
        return new()
        {
            Id = view.Id,
            Status = view.Status,
            Name = definition.Name,
            Sender = definition.Sender is { } sender ? new(sender.Address, sender.Name, sender.ReplyTo) : null,
            Content = ContentBody.From(definition.Content),
            Headers = definition.Content.Headers.IsDefault
                ? new OrderedDictionary<string, string>()
                : new OrderedDictionary<string, string>(definition.Content.Headers.Select(
                    header => KeyValuePair.Create(header.Name, header.Value))),
            Audience = AudienceBody.From(definition.Audience),
            Relay = definition.Relay,
            InDoubt = definition.InDoubt,
            TimeZone = definition.TimeZone,
            TrackOpens = definition.TrackOpens,
            TrackClicks = definition.TrackClicks,
            CreatedAt = view.CreatedAt,
            ScheduledAt = view.ScheduledAt,
            StartedAt = view.StartedAt,
            EndedAt = view.EndedAt,
            AudienceSize = view.AudienceSize,
            Pass = view.Pass,
            StartRefusal = view.StartRefusal is { } refusal ? ProblemItem.From(refusal) : null,
            PauseReason = view.PauseReason,
            StartProblems = view.StartRefusal is { Others: { } others } first
                ? [ProblemItem.From(first), .. others.Select(ProblemItem.From)]
                : null,
            StartNote = view.StartNote,
            WaitingFor = view.WaitingFor,
        };
    }
}

/// <summary>What is sent; attachments without their bytes.</summary>
internal sealed record ContentBody(
    string Subject,
    string Html,
    string? Text,
    IReadOnlyDictionary<string, string> Fallbacks,
    IReadOnlyList<AttachmentBody> Attachments)
{
    public static ContentBody From(Content content) => new(
        content.Subject,
        content.Html,
        content.Text,
        content.Fallbacks,
        content.Attachments.IsDefault
            ? []
            : [.. content.Attachments.Select(AttachmentBody.From)]);
}

/// <summary>A file that goes with every message.</summary>
/// <param name="FileName">As the recipient sees it.</param>
/// <param name="ContentType">A media type.</param>
/// <param name="Bytes">How many bytes it has.</param>
/// <param name="ContentId">What the HTML calls it in <c>cid:</c>, if that was given.</param>
/// <param name="Inline">Whether it is shown in the page, if that was said.</param>
internal sealed record AttachmentBody(
    string FileName, string ContentType, long Bytes, string? ContentId, bool? Inline)
{
    public static AttachmentBody From(Attachment file) => new(
        file.FileName, file.ContentType, file.Content.Length, file.ContentId, file.Inline);
}

/// <summary>Whom a campaign goes to.</summary>
/// <param name="ListIds">Every member of these lists.</param>
/// <param name="Filter">Every contact that this filter finds at the start.</param>
/// <param name="Under">The consent under which the filter's contacts are written to: a list, or <c>account</c>.</param>
internal sealed record AudienceBody(IReadOnlyList<string> ListIds, ContactFilterBody? Filter, string? Under)
{
    public static AudienceBody From(Audience audience) => new(
        audience.ListIds.IsDefault ? [] : audience.ListIds,
        audience.Filter is null ? null : ContactFilterBody.From(audience.Filter),
        audience.Filter is null ? null : audience.UnderListId ?? AudienceRequest.UnderAccount);
}

/// <summary>A campaign in a listing.</summary>
internal sealed record CampaignItemBody(
    CampaignId Id,
    string Name,
    CampaignStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ScheduledAt,
    DateTimeOffset? EndedAt)
{
    public static CampaignItemBody From(CampaignRow row) =>
        new(row.Id, row.Name, row.Status, row.CreatedAt, row.ScheduledAt, row.EndedAt);
}
