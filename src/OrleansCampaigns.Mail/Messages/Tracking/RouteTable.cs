using System.Net;
using MimeKit;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>What all e-mails of a campaign have in common of the ways back.</summary>
internal sealed class RouteTable
{
    public RouteTable(
        CampaignId campaign, CampaignSender sender, MailOptions mail, TrackingOptions tracking, RecipientTokens tokens)
    {
        Campaign = campaign;
        Domain = sender.Domain;
        EnvelopeSender = sender.Envelope;
        HasVerp = mail.Verp && mail.ReturnPath is not null;
        Tokens = tokens;
        PublicUrl = ReadPublicUrl(tracking);
        HtmlUrl = WebUtility.HtmlEncode(PublicUrl);

        var unsubscribe = mail.UnsubscribeAddress
            ?? (mail.ReturnPath is null ? null : $"unsubscribe@{sender.Envelope.Domain}");
        UnsubscribeMailbox = EmailAddress.Parse(unsubscribe) is { Domain: not ['[', ..] } address
            ? CampaignSender.Mailbox(null, address)
            : null;
    }

    public CampaignId Campaign { get; }

    /// <summary>The domain of Message-IDs.</summary>
    public string Domain { get; }

    /// <summary>The envelope's sender, without a token.</summary>
    public MailboxAddress EnvelopeSender { get; }

    /// <summary>Whether each e-mail has an envelope sender of its own.</summary>
    public bool HasVerp { get; }

    /// <summary>Where requests to unsubscribe go, without a token.</summary>
    public MailboxAddress? UnsubscribeMailbox { get; }

    public RecipientTokens Tokens { get; }

    /// <summary>What the URLs begin with, without a slash at the end.</summary>
    public string? PublicUrl { get; }

    /// <summary>The same for attributes of HTML.</summary>
    public string? HtmlUrl { get; }

    /// <summary>What URLs begin with, in ASCII and fit for a list of them in a header (RFC 2369 §2).</summary>
    public static string? ReadPublicUrl(TrackingOptions tracking)
    {
        if (!Uri.TryCreate(tracking.PublicUrl, UriKind.Absolute, out var url))
        {
            return null;
        }

        var ascii = new UriBuilder(url) { Host = url.IdnHost }.Uri;
        return ascii.GetLeftPart(UriPartial.Path).TrimEnd('/').Replace(",", "%2C", StringComparison.Ordinal);
    }
}
