using System.Net.Sockets;
using System.Text;

namespace OrleansCampaigns.Mail.Tests.Inbound;

/// <summary>A client that says exactly what a test wants said.</summary>
internal sealed class SmtpDialogue : IDisposable
{
    private readonly TcpClient client = new();
    private readonly byte[] buffer = new byte[4096];
    private string unread = "";

    private SmtpDialogue()
    {
    }

    public static async Task<SmtpDialogue> Open(int port)
    {
        var dialogue = new SmtpDialogue();
        await dialogue.client.ConnectAsync("127.0.0.1", port);
        return dialogue;
    }

    /// <summary>Opens, greets, and names a sender and a recipient; the next thing to say is DATA.</summary>
    public static async Task<SmtpDialogue> OpenTo(int port, string recipient)
    {
        var dialogue = await Open(port);
        Assert.StartsWith("220", await dialogue.Reply(), StringComparison.Ordinal);
        foreach (var command in new[] { "EHLO mx.example.org", "MAIL FROM:<>", $"RCPT TO:<{recipient}>" })
        {
            Assert.StartsWith("250", await dialogue.Say(command), StringComparison.Ordinal);
        }

        return dialogue;
    }

    /// <summary>Says a line and returns the last line of the reply; empty when the connection was closed.</summary>
    public async Task<string> Say(string line)
    {
        await Send(line + "\r\n");
        return await Reply();
    }

    public async Task Send(string text) => await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task<string> Reply()
    {
        while (true)
        {
            var end = unread.IndexOf("\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var line = unread[..end];
                unread = unread[(end + 2)..];
                if (line.Length < 4 || line[3] != '-')
                {
                    return line;
                }

                continue;
            }

            var read = await Read();
            if (read == 0)
            {
                return "";
            }

            unread += Encoding.Latin1.GetString(buffer, 0, read);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<int> Read()
    {
        try
        {
            return await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Given.Patience);
        }
        catch (IOException)
        {
            return 0; // Reset: closed without a word.
        }
    }
}
