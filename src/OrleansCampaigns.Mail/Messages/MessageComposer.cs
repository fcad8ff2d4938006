using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Makes the messages of one campaign.</summary>
internal sealed class MessageComposer(CampaignEnvelope envelope, CampaignTemplates templates, RouteTable routes)
    : IMessageComposer
{
    public IReadOnlySet<string> RequiredFields => templates.RequiredFields;

    public IReadOnlyList<string> Links => templates.Links;

    public Result<IOutgoingMessage> Compose(RecipientProfile recipient, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        if (EmailAddress.Parse(recipient.Address) is not { IsPublic: true } address)
        {
            return Refusal.Invalid(
                "recipient.address", "The recipient's address is not properly formatted.", "address");
        }

        var route = new RecipientRoute(routes, recipient, now);
        var content = templates.Render(recipient, route);
        if (content.IsRefused)
        {
            return content.Refusal;
        }

        var name = recipient.Name is null ? null : HeaderText.Neutralise(recipient.Name);
        var message = new OutgoingMessage(
            envelope, CampaignSender.Mailbox(name, address), route, content.Value, now);
        return new Result<IOutgoingMessage> { Value = message };
    }
}
