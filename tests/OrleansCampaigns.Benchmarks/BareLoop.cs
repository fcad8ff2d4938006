using System.Diagnostics;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.IO;

namespace OrleansCampaigns.Benchmarks;

/// <summary>What sending costs by itself: reused MailKit connections, and no record of anything.</summary>
internal static class BareLoop
{
    /// <summary>Sends a message of this size to each of so many recipients.</summary>
    /// <returns>Messages per second.</returns>
    public static async Task<double> Run(int port, int connections, int recipients, string subject, int octets)
    {
        var html = Content(subject, octets);
        var next = 0;
        var watch = new Stopwatch();
        var clients = new List<SmtpClient>(connections);
        for (var i = 0; i < connections; i++)
        {
            clients.Add(await Connect(port)); // All at once would be more than the sink's backlog.
        }

        watch.Start();
        await Task.WhenAll(clients.Select(async client =>
        {
            for (var i = Interlocked.Increment(ref next); i <= recipients; i = Interlocked.Increment(ref next))
            {
                using var message = Message(i, subject, html);
                await client.SendAsync(message);
            }
        }));
        watch.Stop();
        foreach (var client in clients)
        {
            await client.DisconnectAsync(quit: true);
            client.Dispose();
        }

        return recipients / watch.Elapsed.TotalSeconds;
    }

    private static async Task<SmtpClient> Connect(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        var client = new SmtpClient();
        await client.ConnectAsync(socket, "127.0.0.1", port, SecureSocketOptions.None);
        return client;
    }

    private static string Content(string subject, int octets)
    {
        const string Line = "<p>All the news that is fit to be sent by mail.</p>\r\n";
        using var empty = Message(1, subject, Line);
        using var length = new MeasuringStream();
        empty.WriteTo(length);
        return string.Concat(Enumerable.Repeat(Line, 1 + Math.Max(0, (octets - (int)length.Length) / Line.Length)));
    }

    // Made anew for everybody, as anyone who greets people by name has to.
    private static MimeMessage Message(int recipient, string subject, string html)
    {
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress("News", "news@sender.example"));
        message.To.Add(new MailboxAddress("", $"ok-{recipient}@mail.example"));
        message.Subject = subject;
        message.Body = new BodyBuilder { HtmlBody = html, TextBody = subject }.ToMessageBody();
        return message;
    }
}
