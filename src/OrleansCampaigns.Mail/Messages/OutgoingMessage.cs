using MimeKit;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages.Tracking;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>One recipient's message. Its MIME form is built when it is sent, not when it is composed.</summary>
internal sealed class OutgoingMessage : IOutgoingMessage
{
    private readonly CampaignEnvelope campaign;
    private readonly DateTimeOffset date;

    public OutgoingMessage(
        CampaignEnvelope campaign,
        MailboxAddress recipient,
        RecipientRoute route,
        RenderedContent content,
        DateTimeOffset date)
    {
        this.campaign = campaign;
        this.date = date;
        RecipientMailbox = recipient;
        Route = route;
        Subject = content.Subject;
        Html = content.Html;
        Text = content.Text;
        OwnHeaders = content.Headers;
    }

    public string EnvelopeSender => SenderMailbox.GetAddress(idnEncode: true);

    public string Recipient => RecipientMailbox.GetAddress(idnEncode: true);

    public string MessageId => Route.MessageId;

    public string Subject { get; }

    public string Html { get; }

    public string Text { get; }

    /// <summary>The fields of the header that the author added, each name once.</summary>
    public IReadOnlyList<(string Name, string Value)> OwnHeaders { get; }

    public IReadOnlyDictionary<string, string> Headers
    {
        get
        {
            using var mime = ToMime(campaign.Provider);
            return mime.Headers.ToDictionary(
                header => header.Field, header => header.Value, StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>The envelope's sender.</summary>
    public MailboxAddress SenderMailbox => Route.EnvelopeSender;

    /// <summary>How what comes back from it finds its recipient.</summary>
    public RecipientRoute Route { get; }

    /// <summary>The envelope's recipient.</summary>
    public MailboxAddress RecipientMailbox { get; }

    /// <summary>Whether an address holds characters that only SMTPUTF8 carries (RFC 6531).</summary>
    public bool NeedsUtf8 => campaign.NeedsUtf8 || CampaignSender.NeedsUtf8(RecipientMailbox);

    /// <summary>
    /// Whether MailKit would ask for SMTPUTF8 though nothing needs it: it does for any domain with non-ASCII letters,
    /// which travels well in its ASCII form, while SMTPUTF8 fails at the first server on the way that does not know it.
    /// </summary>
    public bool MustAvoidUtf8 => !NeedsUtf8 && (SenderMailbox.IsInternational || RecipientMailbox.IsInternational);

    /// <summary>How it is written.</summary>
    public FormatOptions Format => NeedsUtf8 ? CampaignEnvelope.InternationalFormat : CampaignEnvelope.PlainFormat;

    /// <summary>The message in its MIME form for a relay, signed. The caller disposes of it.</summary>
    /// <param name="provider">
    /// Whose service the relay is that takes it: known only once a lane is, because relays share campaigns.
    /// </param>
    public MimeMessage ToMime(RelayProvider provider) => campaign.Build(this, date, provider);

    /// <summary>The message as the relay takes it that serves the campaign first.</summary>
    public MimeMessage ToMime() => ToMime(campaign.Provider);
}
