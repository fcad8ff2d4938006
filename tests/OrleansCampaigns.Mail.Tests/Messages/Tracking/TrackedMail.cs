using System.Text;
using System.Text.RegularExpressions;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Tests.Messages.Tracking;

/// <summary>Reads tracked HTML as the tracking itself will.</summary>
internal static partial class TrackedMail
{
    public static readonly RecipientTokens Tokens = Given.Tokens();

    public static CampaignDefinition Clicks(string html, string? text = null) =>
        Given.Definition(html, text) with { TrackOpens = false };

    /// <summary>The HTML of a message to Anna, and the links that its composer knows.</summary>
    public static (string Html, IReadOnlyList<string> Links) Compose(
        string html, params (string Name, string Value)[] attributes)
    {
        var composer = Given.Composer(Clicks(html), publicUrl: Given.PublicUrl);
        var composed = composer.Compose(Given.Recipient(attributes: attributes).Placed(), Given.Noon);
        Assert.Null(composed.Refusal);
        return (composed.Value!.Html, composer.Links);
    }

    /// <summary>The HTML with every tracking URL replaced: <c>[number:where it leads]</c>.</summary>
    public static string Resolve(string html, IReadOnlyList<string> links) =>
        ClickUrls().Replace(html, match => Lead(match, links) is var (link, url) ? $"[{link}:{url}]" : match.Value);

    /// <summary>Where a tracking URL leads; <see langword="null"/> when it is none.</summary>
    public static string? Follow(string? url, IReadOnlyList<string> links) =>
        url is not null && ClickUrls().Match(url) is { Success: true } match && match.Length == url.Length
            ? Lead(match, links).Url
            : null;

    private static (int Link, string Url) Lead(Match match, IReadOnlyList<string> links)
    {
        var bound = match.Groups["u"] is { Success: true } encoded
            ? Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(encoded.Value))
            : null;
        var token = Tokens.Read(TokenPurpose.Click, match.Groups["token"].Value, bound);
        Assert.NotNull(token);
        Assert.Equal((Given.Campaign, Given.Recipient().Contact), (token.Value.Campaign, token.Value.Contact));
        var link = links[token.Value.Link - 1];
        return (token.Value.Link, bound ?? link);
    }

    public static RecipientProfile Anna(params (string Name, string Value)[] attributes) =>
        Given.Recipient(attributes: attributes).Placed();

    [GeneratedRegex("https://news\\.example/t/c/(?<token>[A-Za-z0-9_-]+)(?:\\?u=(?<u>[A-Za-z0-9_-]+))?")]
    private static partial Regex ClickUrls();
}
