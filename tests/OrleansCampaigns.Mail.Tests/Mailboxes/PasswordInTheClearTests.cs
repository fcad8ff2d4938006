using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Mailboxes;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Tests.Feedback;

namespace OrleansCampaigns.Mail.Tests.Mailboxes;

/// <summary>A mailbox whose server offers no encryption does not hear the password, unless it is told to do without.
/// </summary>
public sealed class PasswordInTheClearTests
{
    private readonly ConcurrentQueue<string> _heard = new();

    [Theory]
    [InlineData(MailboxProtocol.Imap)]
    [InlineData(MailboxProtocol.Pop3)]
    public async Task Without_STARTTLS_the_password_stays_here(MailboxProtocol protocol)
    {
        await using var server = Server(protocol);

        var batch = await Read(server, protocol, RelaySecurity.StartTlsWhenAvailable);

        Assert.Equal(MailboxTrouble.Unreachable, batch.Trouble);
        Assert.DoesNotContain(_heard, SaysWho);
    }

    [Theory]
    [InlineData(MailboxProtocol.Imap)]
    [InlineData(MailboxProtocol.Pop3)]
    public async Task A_mailbox_that_is_to_be_read_without_encryption_is(MailboxProtocol protocol)
    {
        await using var server = Server(protocol);

        await Read(server, protocol, RelaySecurity.None);

        Assert.Contains(_heard, SaysWho);
    }

    private static bool SaysWho(string line) =>
        line.Contains("LOGIN", StringComparison.OrdinalIgnoreCase)
        || line.Contains("AUTH", StringComparison.OrdinalIgnoreCase)
        || line.Contains("USER", StringComparison.OrdinalIgnoreCase)
        || line.Contains("PASS", StringComparison.OrdinalIgnoreCase);

    // It refuses every authentication: only whether there is one is asked here.
    private ScriptedServer Server(MailboxProtocol protocol) => new(async session =>
    {
        await session.Say(protocol == MailboxProtocol.Imap
            ? "* OK [CAPABILITY IMAP4rev1] scripted"
            : "+OK scripted");
        while (true)
        {
            var line = await session.Hear();
            _heard.Enqueue(line);
            if (protocol == MailboxProtocol.Imap)
            {
                var tag = line.Split(' ')[0];
                await session.Say(line.Contains("CAPABILITY", StringComparison.OrdinalIgnoreCase)
                    ? $"* CAPABILITY IMAP4rev1\r\n{tag} OK"
                    : $"{tag} NO refused");
            }
            else
            {
                await session.Say(line.StartsWith("CAPA", StringComparison.OrdinalIgnoreCase)
                    ? "+OK\r\nUSER\r\nUIDL\r\n."
                    : "-ERR refused");
            }
        }
    });

    private static Task<MailboxBatch> Read(ScriptedServer server, MailboxProtocol protocol, RelaySecurity security)
    {
        var sent = new SentCampaign();
        var mailbox = new MailboxOptions
        {
            Name = "bounces",
            Protocol = protocol,
            Host = "127.0.0.1",
            Port = server.Port,
            Security = security,
            Username = "us",
            Password = "right",
            Timeout = TimeSpan.FromSeconds(10),
        };
        var reader = new MailboxReader(
            new OptionsWrapper<MailboxesOptions>(new MailboxesOptions { Mailboxes = [mailbox] }),
            sent.Messages, sent.SetAside, sent.Clock, NullLogger<MailboxReader>.Instance);
        return reader.Read("bounces", new MailboxCursor(), CancellationToken.None);
    }
}
