using System.Net;
using SmtpServer.Mail;
using SmtpServer.Protocol;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>The commands of a server that knows no users.</summary>
/// <remarks>SmtpServer offers no AUTH without an authenticator, but takes the command and believes any password.
/// </remarks>
internal sealed class InboundCommands : ISmtpCommandFactory
{
    private static readonly SmtpResponse NoUsers =
        new(SmtpReplyCode.CommandNotImplemented, "5.5.1 This server authenticates no users");

    private readonly SmtpCommandFactory usual = new();

    public SmtpCommand CreateAuth(AuthenticationMethod method, string parameter) =>
        throw new SmtpResponseException(NoUsers);

    public SmtpCommand CreateHelo(string domainOrAddress) => usual.CreateHelo(domainOrAddress);

    public SmtpCommand CreateEhlo(string domainOrAddress) => usual.CreateEhlo(domainOrAddress);

    public SmtpCommand CreateMail(IMailbox address, IReadOnlyDictionary<string, string> parameters) =>
        usual.CreateMail(address, parameters);

    public SmtpCommand CreateRcpt(IMailbox address) => usual.CreateRcpt(address);

    public SmtpCommand CreateData() => usual.CreateData();

    public SmtpCommand CreateQuit() => usual.CreateQuit();

    public SmtpCommand CreateNoop() => usual.CreateNoop();

    public SmtpCommand CreateRset() => usual.CreateRset();

    public SmtpCommand CreateStartTls() => usual.CreateStartTls();

    public SmtpCommand CreateProxy(IPEndPoint sourceEndpoint, IPEndPoint destinationEndpoint) =>
        usual.CreateProxy(sourceEndpoint, destinationEndpoint);
}

/// <summary>Completes <c>RCPT TO:&lt;postmaster&gt;</c>, the one address without a domain (RFC 5321 §4.5.1).</summary>
internal static class BarePostmaster
{
    private static ReadOnlySpan<byte> Command => "RCPT TO:<postmaster>"u8;

    /// <summary>The commands with the domain put in; <see langword="null"/> when nothing is missing.</summary>
    public static byte[]? Complete(ReadOnlySpan<byte> commands, string domain)
    {
        for (var start = 0; start + Command.Length <= commands.Length;)
        {
            var line = commands[start..];
            if (line.Length >= Command.Length
                && System.Text.Ascii.EqualsIgnoreCase(line[..Command.Length], Command))
            {
                var end = start + Command.Length - 1;
                byte[] missing = [(byte)'@', .. System.Text.Encoding.ASCII.GetBytes(domain)];
                return [.. commands[..end], .. missing, .. commands[end..]];
            }

            var next = line.IndexOf((byte)'\n');
            if (next < 0)
            {
                return null;
            }

            start += next + 1;
        }

        return null;
    }
}
