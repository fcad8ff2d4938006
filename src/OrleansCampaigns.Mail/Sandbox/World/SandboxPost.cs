using System.Collections.Concurrent;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>Delivers messages by SMTP as servers do: refused for now, it comes again.</summary>
internal sealed class SandboxPost(SandboxWorldOptions options, TimeProvider clock) : IAsyncDisposable
{
    private const double WaitMinutes = 2;

    private readonly ConcurrentBag<SmtpClient> idle = [];

    public async Task<SandboxSignalFate> Send(
        MessageAction action, SemaphoreSlim places, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            if (await Try(action, places, cancellation) is { } fate)
            {
                return fate;
            }

            if (tried >= options.MessageTriesMax)
            {
                return SandboxSignalFate.Failed;
            }

            await Task.Delay(options.Minute * WaitMinutes * Math.Pow(2, tried - 1), clock, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (idle.TryTake(out var client))
        {
            await Leave(client);
        }
    }

    /// <returns><see langword="null"/> when it is to come again.</returns>
    private async Task<SandboxSignalFate?> Try(
        MessageAction action, SemaphoreSlim places, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            using var stream = new MemoryStream(action.Content, writable: false);
            using var message = await MimeMessage.LoadAsync(stream, cancellation);
            if (idle.TryTake(out var kept))
            {
                // A connection that the server closed meanwhile says nothing of the message.
                if (await Hand(kept, message, action, cancellation) is { } taken)
                {
                    return taken;
                }
            }

            var client = new SmtpClient { LocalDomain = "mx.sandbox.example", CheckCertificateRevocation = false };
            return await Hand(client, message, action, cancellation);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<SandboxSignalFate?> Hand(
        SmtpClient client, MimeMessage message, MessageAction action, CancellationToken cancellation)
    {
        try
        {
            if (!client.IsConnected)
            {
                await client.ConnectAsync(
                    SandboxServer.Host, options.InboundPort, SecureSocketOptions.None, cancellation);
            }

            await client.SendAsync(
                message, new MailboxAddress("", action.Sender), [new MailboxAddress("", action.To)], cancellation);
            idle.Add(client);
            return SandboxSignalFate.Acknowledged;
        }
        catch (SmtpCommandException refused) when ((int)refused.StatusCode >= 500)
        {
            await Leave(client);
            return SandboxSignalFate.Refused;
        }
        catch (Exception broken) when (!cancellation.IsCancellationRequested && broken is SmtpCommandException
            or SmtpProtocolException or ServiceNotConnectedException or IOException
            or System.Net.Sockets.SocketException)
        {
            client.Dispose();
            return null;
        }
    }

    private static async Task Leave(SmtpClient client)
    {
        using (client)
        {
            try
            {
                if (client.IsConnected)
                {
                    await client.DisconnectAsync(quit: true);
                }
            }
            catch (Exception gone) when (gone is IOException or SmtpProtocolException or SmtpCommandException
                or System.Net.Sockets.SocketException)
            {
                // It is gone, which is all that was wanted.
            }
        }
    }
}
