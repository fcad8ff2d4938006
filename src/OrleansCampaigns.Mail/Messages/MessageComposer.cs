using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Makes the messages of one campaign.</summary>
internal sealed class MessageComposer(
    CampaignId campaign, CampaignEnvelope envelope, CampaignTemplates templates, MessageIds messageIds)
    : IMessageComposer
{
    public IReadOnlySet<string> RequiredFields => templates.RequiredFields;

    public IReadOnlyList<string> Links => [];

    public Result<IOutgoingMessage> Compose(RecipientProfile recipient, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        if (EmailAddress.Parse(recipient.Address) is not { } address)
        {
            return Refusal.Invalid(
                "recipient.address", "The recipient's address is not properly formatted.", "address");
        }

        var content = templates.Render(recipient);
        if (content.IsRefused)
        {
            return content.Refusal;
        }

        var name = recipient.Name is null ? null : HeaderText.Neutralise(recipient.Name);
        var message = new OutgoingMessage(
            envelope,
            CampaignSender.Mailbox(name, address),
            messageIds.Of(campaign, recipient.Account, recipient.Contact, envelope.Domain),
            content.Value,
            now);
        return new Result<IOutgoingMessage> { Value = message };
    }
}
