using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Makes the messages of one campaign.</summary>
internal sealed class MessageComposer(CampaignEnvelope envelope, CampaignTemplates templates, RouteTable routes)
    : IMessageComposer
{
    private MessageNeeds? needs;

    public IReadOnlySet<string> RequiredFields => templates.RequiredFields;

    public IReadOnlySet<string> UsedFields => templates.UsedFields;

    public MessageNeeds Needs => needs ??= new(envelope.NeedsUtf8, new Lazy<long>(MeasureSmallest));

    public IReadOnlyList<string> Links => templates.Links;

    public Result<IOutgoingMessage> Compose(RecipientProfile recipient, DateTimeOffset now) =>
        Compose(recipient, now, isMeasured: false);

    private Result<IOutgoingMessage> Compose(RecipientProfile recipient, DateTimeOffset now, bool isMeasured)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        if (EmailAddress.Parse(recipient.Address) is not { IsPublic: true } address)
        {
            return Refusal.Invalid(
                "recipient.address", "The recipient's address is not properly formatted.", "address");
        }

        var route = new RecipientRoute(routes, recipient, now);
        var content = templates.Render(recipient, route, isMeasured);
        if (content.IsRefused)
        {
            return content.Refusal;
        }

        var name = recipient.Name is null ? null : HeaderText.Neutralise(recipient.Name);
        var message = new OutgoingMessage(
            envelope, CampaignSender.Mailbox(name, address), route, content.Value, now);
        return new Result<IOutgoingMessage> { Value = message };
    }

    // Every field as short as can be; what cannot be made needs nothing of a relay.
    private long MeasureSmallest()
    {
        var fields = RequiredFields.ToDictionary(field => field, _ => "x");
        var nobody = new ContactId("con_00000000000000000000000000000000");
        var composed = Compose(
            new(AccountId.Main, nobody, "a@mail.example", "x", fields), DateTimeOffset.UnixEpoch, isMeasured: true);
        if (composed.IsRefused)
        {
            return 0;
        }

        var message = (OutgoingMessage)composed.Value;
        using var mime = message.ToMime();
        return MessageSize.Measure(mime, message.Format);
    }
}
