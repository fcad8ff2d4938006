using System.Text;
using MimeKit;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Who a campaign is from, checked.</summary>
/// <param name="From">The From header.</param>
/// <param name="ReplyTo">The mailboxes of the Reply-To header; none when there is no such header.</param>
/// <param name="Envelope">The envelope's sender.</param>
/// <param name="Domain">The From header's domain.</param>
internal sealed record CampaignSender(
    MailboxAddress From, IReadOnlyList<MailboxAddress> ReplyTo, MailboxAddress Envelope, string Domain)
{
    /// <summary>Checks; adds what is wrong to <paramref name="problems"/>.</summary>
    /// <returns><see langword="null"/> when something is.</returns>
    public static CampaignSender? Check(Sender? sender, string? returnPath, List<Refusal> problems)
    {
        if (sender is null)
        {
            problems.Add(Refusal.Invalid("campaign.sender", "The campaign has no sender.", "sender"));
            return null;
        }

        var before = problems.Count;
        CheckControl(sender.Address, "sender.address", "sender.address", problems);
        CheckControl(sender.Name, "sender.name", "sender.name", problems);
        CheckControl(sender.ReplyTo, "sender.reply_to", "sender.replyTo", problems);

        var address = EmailAddress.Parse(sender.Address);
        if (address is null)
        {
            problems.Add(Refusal.Invalid(
                "campaign.sender", "The sender's address is not properly formatted (RFC 5321).", "sender.address"));
        }

        var replyTo = string.IsNullOrWhiteSpace(sender.ReplyTo) ? [] : MailboxList.Parse(sender.ReplyTo);
        if (replyTo is not { Length: <= ContentLimits.ReplyToMax })
        {
            problems.Add(Refusal.Invalid(
                "campaign.reply_to",
                "The address for answers is not properly formatted (RFC 5321), nor are these mailboxes with names, "
                + $"{ContentLimits.ReplyToMax} at most (RFC 5322).",
                "sender.replyTo"));
        }

        if (address is null || problems.Count > before)
        {
            return null;
        }

        var envelope = returnPath is null ? address : EmailAddress.Parse(returnPath) ?? address;
        return new CampaignSender(
            Mailbox(sender.Name?.Trim(), address),
            [.. replyTo!.Value.Select(mailbox => Mailbox(mailbox.Name, mailbox.Address))],
            Mailbox(null, envelope),
            address.Domain);
    }

    /// <summary>The address as MimeKit knows it.</summary>
    public static MailboxAddress Mailbox(string? name, EmailAddress address) =>
        new(Encoding.UTF8, name ?? "", address.Normalised);

    /// <summary>
    /// Whether only SMTPUTF8 carries the address (RFC 6531): a domain has an ASCII form, a local part has none.
    /// </summary>
    public static bool NeedsUtf8(MailboxAddress? mailbox) => mailbox is not null && !Ascii.IsValid(mailbox.LocalPart);

    private static void CheckControl(string? text, string code, string field, List<Refusal> problems)
    {
        if (HeaderText.HasControlCharacter(text))
        {
            problems.Add(Refusal.Invalid(
                $"{code}.control_character", $"{field} must be one line without control characters.", field));
        }
    }
}
