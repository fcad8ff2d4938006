using MailKit.Net.Smtp;
using MimeKit;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>MailKit's client, told that messages come ready and asked how far it got.</summary>
internal sealed class RelayClient(TransactionWatch watch) : SmtpClient(watch)
{
    /// <summary>The size to announce (RFC 1870); measured once, because measuring means writing it all.</summary>
    public long MessageSize { get; set; }

    // The composer chose transfer encodings that fit every server, and signed the result: it must not change any more.
    protected override void Prepare(
        FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
    {
    }

    protected override Task<long> GetSizeAsync(
        FormatOptions options, MimeMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(MessageSize);

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        watch.Answer();

    protected override void OnSenderNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        watch.Answer();
        base.OnSenderNotAccepted(message, mailbox, response);
    }
}
