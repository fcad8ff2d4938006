using Microsoft.Extensions.Options;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Mailboxes;

namespace OrleansCampaigns.Mail.Tests.Mailboxes;

public sealed class MailboxOptionsTests
{
    [Fact]
    public void A_sound_mailbox_passes() => Assert.Empty(Problems(_ => { }));

    [Fact]
    public void Every_problem_names_its_key_and_shows_no_secret()
    {
        var problems = Problems(
            mailbox => mailbox.Name = "Bounces!",
            mailbox => mailbox.Protocol = 0,
            mailbox => mailbox.Host = "not a host",
            mailbox => mailbox.Port = 0,
            mailbox => mailbox.Security = (Mail.Relays.RelaySecurity)9,
            mailbox => mailbox.Username = "",
            mailbox => mailbox.Password = "",
            mailbox => mailbox.PollPeriod = TimeSpan.Zero,
            mailbox => mailbox.AfterReading = (AfterReading)9,
            mailbox => (mailbox.Protocol, mailbox.AfterReading) = (MailboxProtocol.Pop3, AfterReading.Move),
            mailbox => mailbox.Folder = "",
            mailbox => mailbox.SetAsideFolder = "INBOX",
            mailbox => (mailbox.AfterReading, mailbox.ReadFolder) = (AfterReading.Move, "INBOX"),
            mailbox => mailbox.Timeout = TimeSpan.Zero);

        Assert.Equal(
            ["Name", "Protocol", "Host", "Port", "Security", "Username", "Password", "PollPeriod", "AfterReading",
                "AfterReading", "Folder", "SetAsideFolder", "ReadFolder", "Timeout"],
            problems.Select(problem => problem.Split(' ')[0].Split(':')[3]));
        Assert.DoesNotContain(problems, problem => problem.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_mailboxes_have_two_names() => Assert.Contains(
        "Mail:Mailboxes:1:Name is used by an earlier mailbox.",
        Problems(mailbox => mailbox.Name = "same", mailbox => mailbox.Name = "same"));

    [Theory]
    [InlineData("127.0.0.1:2525", null)]
    [InlineData("[::1]:0", null)]
    [InlineData("127.0.0.1", "Mail:Inbound:Listen must be an IP address and a port, such as 127.0.0.1:2525.")]
    [InlineData("mx.example.org:25", "Mail:Inbound:Listen must be an IP address and a port, such as 127.0.0.1:2525.")]
    public void Where_to_listen_is_an_address_and_a_port(string listen, string? problem) =>
        Assert.Equal(problem, Problems(new InboundOptions { Listen = listen }).SingleOrDefault());

    [Fact]
    public void A_server_that_would_refuse_everything_is_not_set_up()
    {
        var problem = Assert.Single(Problems(new InboundOptions { Listen = "127.0.0.1:0" }, returnPath: null));

        Assert.StartsWith("Mail:Inbound:Listen needs Mail:ReturnPath", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_cannot_be_read_is_told_without_its_password()
    {
        var problem = Assert.Single(Problems(new InboundOptions
        {
            Listen = "127.0.0.1:0",
            Certificate = "/nowhere.pfx",
            CertificatePassword = "a secret",
        }));

        Assert.Equal(
            "Mail:Inbound:Certificate cannot be read as a certificate with its private key.", problem);
    }

    private static List<string> Problems(InboundOptions options, string? returnPath = "bounces@news.example") =>
        [.. new InboundOptionsValidator(
                new OptionsWrapper<MailOptions>(new MailOptions { ReturnPath = returnPath }))
            .Validate(null, options).Failures ?? []];

    private static List<string> Problems(params Action<MailboxOptions>[] changes)
    {
        var options = new MailboxesOptions();
        foreach (var (i, change) in changes.Index())
        {
            var mailbox = new MailboxOptions
            {
                Name = $"box-{i}",
                Host = "imap.example.org",
                Username = "bounces",
                Password = "a secret",
            };
            change(mailbox);
            options.Mailboxes.Add(mailbox);
        }

        return [.. new MailboxOptionsValidator().Validate(null, options).Failures ?? []];
    }
}
