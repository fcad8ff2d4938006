using System.Collections.Immutable;
using Orleans;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>Who a message is from.</summary>
/// <param name="Address">The address of the From header, and of the envelope unless a return path is
/// configured.</param>
/// <param name="Name">The display name.</param>
/// <param name="ReplyTo">Where answers go: mailboxes as <see cref="MailboxList"/> reads them; the sender when absent.
/// </param>
[GenerateSerializer, Immutable, Alias("Campaigns.Sender")]
public sealed record Sender(
    [property: Id(0)] string Address,
    [property: Id(1)] string? Name = null,
    [property: Id(2)] string? ReplyTo = null);

/// <summary>A file that goes with every message of the campaign.</summary>
/// <param name="FileName">As the recipient sees it.</param>
/// <param name="ContentType">A media type, such as <c>application/pdf</c>.</param>
/// <param name="Content">The bytes.</param>
[GenerateSerializer, Immutable, Alias("Campaigns.Attachment")]
public sealed record Attachment(
    [property: Id(0)] string FileName,
    [property: Id(1)] string ContentType,
    [property: Id(2)] byte[] Content)
{
    /// <summary>What <c>cid:</c> URLs of the HTML call it (RFC 2392), without angle brackets.</summary>
    /// <remarks>
    /// Absent, a file whose name the HTML calls by <c>cid:</c> goes by that name, and any other one is no part of the
    /// page.
    /// </remarks>
    [Id(3)] public string? ContentId { get; init; }

    /// <summary>
    /// Whether it is shown in the page and not listed beside it (RFC 2183); when absent, it is where <c>cid:</c> names
    /// it.
    /// </summary>
    [Id(4)] public bool? Inline { get; init; }
}

/// <summary>A field of the header that the author adds.</summary>
/// <param name="Name">Its name (RFC 5322 §2.2), one that <see cref="OwnHeaders"/> leaves to authors.</param>
/// <param name="Value">A template without escaping; one that comes out blank leaves the field out.</param>
[GenerateSerializer, Immutable, Alias("Campaigns.HeaderField")]
public sealed record HeaderField([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>What is sent: Handlebars templates over a contact's fields.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.Content")]
public sealed record Content
{
    /// <summary>The subject; a template.</summary>
    [Id(0)] public string Subject { get; init; } = "";

    /// <summary>The HTML body; a template whose values are HTML-escaped unless written with three braces.</summary>
    [Id(1)] public string Html { get; init; } = "";

    /// <summary>The text alternative; made from the HTML when absent. A template without escaping.</summary>
    [Id(2)] public string? Text { get; init; }

    /// <summary>
    /// What a field holds for a contact that lacks it. A field without a fallback must not be missing.
    /// </summary>
    [Id(3)]
    public ImmutableDictionary<string, string> Fallbacks { get; init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>Files that go with every message.</summary>
    [Id(4)] public ImmutableArray<Attachment> Attachments { get; init; } = [];

    /// <summary>Fields of the header that the author adds; each name once.</summary>
    [Id(5)] public ImmutableArray<HeaderField> Headers { get; init; } = [];
}

/// <summary>Everything about a campaign that its author decides.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.CampaignDefinition")]
public sealed record CampaignDefinition
{
    /// <summary>For people.</summary>
    [Id(0)] public string Name { get; init; } = "";

    /// <summary>Who it is from.</summary>
    [Id(1)] public Sender? Sender { get; init; }

    /// <summary>What is sent.</summary>
    [Id(2)] public Content Content { get; init; } = new();

    /// <summary>Whom it goes to.</summary>
    [Id(3)] public Audience Audience { get; init; } = new();

    /// <summary>The configured relay to use; the first one when absent.</summary>
    [Id(4)] public string? Relay { get; init; }

    /// <summary>What becomes of an e-mail whose fate a crash hid.</summary>
    [Id(5)] public InDoubtPolicy InDoubt { get; init; }

    /// <summary>The IANA time zone of the Date header, such as <c>Europe/Vienna</c>.</summary>
    [Id(6)] public string TimeZone { get; init; } = "UTC";

    /// <summary>Whether opens are counted by a pixel.</summary>
    [Id(7)] public bool TrackOpens { get; init; } = true;

    /// <summary>Whether clicks are counted by rewriting links.</summary>
    [Id(8)] public bool TrackClicks { get; init; } = true;
}
