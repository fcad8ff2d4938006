using System.Diagnostics.CodeAnalysis;
using MailKit;
using MailKit.Security;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>Connects and authenticates, and leaves in peace.</summary>
internal static class MailboxConnection
{
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(5);

    public static async Task Open(IMailService client, MailboxOptions options, CancellationToken cancellation)
    {
        client.Timeout = (int)options.Timeout.TotalMilliseconds;
        if (client is MailService service)
        {
            service.CheckCertificateRevocation = false;
            if (options.AllowInvalidCertificates)
            {
                TakeAnyCertificate(service);
            }
        }

        await client.ConnectAsync(options.Host, options.UsedPort, Map(options.Security), cancellation);
        if (options.Security != RelaySecurity.None && !client.IsSecure)
        {
            // A machine on the way can leave STARTTLS out of the greeting, and would read the password.
            throw new NotEncryptedException();
        }

        await client.AuthenticateAsync(options.Username, options.Password, cancellation);
    }

    public static async Task Close(IMailService client)
    {
        try
        {
            using var limit = new CancellationTokenSource(QuitTimeout);
            await client.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception gone) when (gone is IOException or ProtocolException or CommandException
            or OperationCanceledException)
        {
            // It is closed, which is all that was wanted.
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The operator asked for it.")]
    private static void TakeAnyCertificate(MailService client) =>
        client.ServerCertificateValidationCallback = (_, _, _, _) => true;

    private static SecureSocketOptions Map(RelaySecurity security) => security switch
    {
        RelaySecurity.None => SecureSocketOptions.None,
        RelaySecurity.StartTls => SecureSocketOptions.StartTls,
        RelaySecurity.StartTlsWhenAvailable => SecureSocketOptions.StartTlsWhenAvailable,
        _ => SecureSocketOptions.SslOnConnect,
    };
}

/// <summary>The server offers no encryption, and the password is not sent without it.</summary>
internal sealed class NotEncryptedException() : Exception("STARTTLS is not offered.");
