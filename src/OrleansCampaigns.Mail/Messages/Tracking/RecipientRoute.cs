using System.Security.Cryptography;
using System.Buffers.Text;
using System.Text;
using MimeKit;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>The ways by which what comes back from one e-mail finds its recipient.</summary>
/// <remarks>
/// A preview or a test has no place in an audience. It looks the same, but what comes back from it names nobody: a test
/// that bounces, or whose reader unsubscribes, must not change the contact that it was written for.
/// </remarks>
internal sealed class RecipientRoute
{
    // Of the same form as a token, and never one.
    private const string PreviewToken = "preview";

    private readonly RouteTable routes;
    private readonly RecipientToken named;
    private readonly RecipientPlace? place;
    private readonly Dictionary<int, string> clicks = [];

    public RecipientRoute(RouteTable routes, RecipientProfile recipient, DateTimeOffset now)
    {
        this.routes = routes;
        place = recipient.Place;
        named = new(routes.Campaign, recipient.Contact, 0);
        MessageId = (place is null ? Nobody(recipient.Address, now) : routes.Tokens.MakeMessageId(named))
            + "@" + routes.Domain;
        EnvelopeSender = place is not null && routes.HasVerp
            ? WithToken(routes.EnvelopeSender, TokenPurpose.ReturnPath, place)
            : routes.EnvelopeSender;
        UnsubscribeUrl = routes.PublicUrl is null
            ? null
            : routes.PublicUrl + TrackingPaths.Unsubscribe
                + (place is null ? PreviewToken : routes.Tokens.Make(TokenPurpose.Unsubscribe, named));
        ListUnsubscribe = DescribeUnsubscribe();
    }

    /// <summary>Whether opens and clicks are counted.</summary>
    public bool IsTracked => place is not null && routes.PublicUrl is not null;

    /// <summary>The Message-ID without angle brackets.</summary>
    public string MessageId { get; }

    /// <summary>The envelope's sender: bounces go there.</summary>
    public MailboxAddress EnvelopeSender { get; }

    /// <summary>The page where the recipient unsubscribes, which also takes one-click requests (RFC 8058).</summary>
    public string? UnsubscribeUrl { get; }

    /// <summary>The header List-Unsubscribe (RFC 2369).</summary>
    public string? ListUnsubscribe { get; }

    /// <summary>The address of the pixel, for HTML.</summary>
    public string Open() => routes.HtmlUrl + TrackingPaths.Open + routes.Tokens.Make(TokenPurpose.Open, named);

    /// <summary>The address of the link that no person sees, for HTML.</summary>
    public string Hidden() =>
        routes.HtmlUrl + TrackingPaths.Hidden + routes.Tokens.Make(TokenPurpose.HiddenLink, named);

    /// <summary>The address of a link that is the same for all recipients, for HTML.</summary>
    public string Click(int link)
    {
        if (!clicks.TryGetValue(link, out var url))
        {
            url = routes.HtmlUrl + TrackingPaths.Click
                + routes.Tokens.Make(TokenPurpose.Click, named with { Link = link });
            clicks.Add(link, url);
        }

        return url;
    }

    /// <summary>The address of a link that differs by recipient, for HTML.</summary>
    public string Click(int link, string url) =>
        routes.HtmlUrl + TrackingPaths.Click
        + routes.Tokens.Make(TokenPurpose.Click, named with { Link = link }, url)
        + "?u=" + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(url));

    private string? DescribeUnsubscribe()
    {
        var forms = new List<string>(2);
        if (UnsubscribeUrl is not null)
        {
            forms.Add($"<{UnsubscribeUrl}>");
        }

        if (routes.UnsubscribeMailbox is { } mailbox && place is not null)
        {
            var address = WithToken(mailbox, TokenPurpose.UnsubscribeAddress, place).GetAddress(idnEncode: true);
            forms.Add($"<mailto:{address}?subject=unsubscribe>");
        }

        return forms.Count == 0 ? null : string.Join(", ", forms);
    }

    private MailboxAddress WithToken(MailboxAddress mailbox, TokenPurpose purpose, RecipientPlace email)
    {
        var token = routes.Tokens.MakeAddress(
            purpose, new(routes.Campaign, email.Partition, email.Seq, email.Attempt));
        return new MailboxAddress(Encoding.UTF8, "", $"{mailbox.LocalPart}+{token}@{mailbox.Domain}");
    }

    // Every test has a Message-ID of its own, or mailboxes would take the second one for a copy of the first.
    private static string Nobody(string address, DateTimeOffset now) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{address}\n{now.UtcTicks}")));
}
