using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MimeKit;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Tests.Feedback;

namespace OrleansCampaigns.Mail.Tests.Inbound;

/// <summary>What comes back over SMTP, with real connections.</summary>
public sealed class InboundServerTests : IAsyncLifetime
{
    private readonly SentCampaign sent = new();
    private readonly InboundOptions options = new()
    {
        Listen = "127.0.0.1:0",
        Addresses = ["feedback@news.example"],
        IdleTimeout = Given.Patience,
        MaxMessageOctets = 4 * 1024 * 1024,
    };

    private InboundServer? server;

    private int Port => server!.Port!.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_bounce_is_answered_when_it_has_been_applied()
    {
        Start();

        var answer = await Send(SentCampaign.RosasReturnPath(attempt: 2), SentCampaign.Sample("report-unknown-user"));

        Assert.StartsWith("2.0.0", answer, StringComparison.Ordinal);
        var (contact, bounce) = Assert.Single(sent.Feedback.Events);
        Assert.Equal((SentCampaign.Rosa, 2), (contact, bounce.Attempt));
    }

    [Fact]
    public async Task Requests_and_complaints_come_the_same_way()
    {
        Start();

        await Send(SentCampaign.RosasUnsubscribeAddress.ToUpperInvariant(), "From: a@b.example\r\nSubject: x\r\n\r\nx");
        await Send("Feedback@News.Example", SentCampaign.Sample("feedback-redacted"));

        Assert.Equal(
            [FeedbackSignal.Unsubscribe, FeedbackSignal.Complaint],
            sent.Feedback.Events.Select(one => one.Event.Signal));
    }

    [Theory]
    [InlineData("somebody@elsewhere.example", "550 5.7.1")]
    [InlineData("somebody@news.example", "550 5.1.1")]
    [InlineData("bounces@news.example", "550 5.1.1")]
    [InlineData("bounces+forged@news.example", "550 5.1.1")]
    [InlineData("unsubscribe+@news.example", "550 5.1.1")]
    public async Task Everybody_else_is_refused(string recipient, string refusal)
    {
        Start();
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());

        // The refusal ends there: no invitation to try again.
        var answer = await client.Say($"RCPT TO:<{recipient}>");
        Assert.StartsWith(refusal, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("retry", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_ours_at_somebody_elses_domain_is_refused()
    {
        Start();
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
        var relayed = SentCampaign.RosasReturnPath().Replace("news.example", "victim.example",
            StringComparison.Ordinal);

        Assert.StartsWith("550 5.7.1", await client.Say($"RCPT TO:<{relayed}>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_ends_the_connection()
    {
        Start();
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
        var answers = new List<string>();
        while (answers.Count < 20 && (answers.Count == 0 || answers[^1].Length > 0))
        {
            answers.Add(await client.Say($"RCPT TO:<bounces+{answers.Count}@news.example>"));
        }

        Assert.Equal("", answers[^1]);
        Assert.InRange(answers.Count, 2, 10);
    }

    [Fact]
    public async Task When_storage_is_away_the_sender_keeps_the_message()
    {
        Start();
        sent.Feedback.Failure = () => new StorageUnavailableException("The disk is full.");
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());

        Assert.StartsWith("354", await client.Say("DATA"), StringComparison.Ordinal);
        var refused = await client.Say(SentCampaign.Sample("report-unknown-user").ReplaceLineEndings("\r\n") + "\r\n.");
        Assert.StartsWith("451 4.3.0", refused, StringComparison.Ordinal);

        // The same connection goes on, and the second try counts.
        sent.Feedback.Failure = () => null;
        await client.Say("MAIL FROM:<>");
        await client.Say($"RCPT TO:<{SentCampaign.RosasReturnPath()}>");
        await client.Say("DATA");
        var taken = await client.Say(SentCampaign.Sample("report-unknown-user").ReplaceLineEndings("\r\n") + "\r\n.");
        Assert.StartsWith("250", taken, StringComparison.Ordinal);
        Assert.Single(sent.Feedback.Events);
    }

    [Fact]
    public async Task Any_other_failure_leaves_the_message_with_its_sender_as_well()
    {
        Start();
        sent.Feedback.Failure = () => new InvalidOperationException("A bug.");

        var failure = await Assert.ThrowsAsync<SmtpCommandException>(
            () => Send(SentCampaign.RosasReturnPath(), SentCampaign.Sample("report-unknown-user")));

        Assert.Equal(451, (int)failure.StatusCode);
    }

    [Fact]
    public async Task Of_a_large_bounce_the_beginning_is_read_and_the_rest_passed_over()
    {
        Start();
        var large = SentCampaign.Sample("report-unknown-user").ReplaceLineEndings("\r\n")
            + string.Concat(Enumerable.Repeat(".A line of the returned message, which nobody reads.\r\n", 60_000));
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
        await client.Say("DATA");

        // What follows in the same breath is the next command, not a part of the message.
        await client.Send(large.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + "\r\n.\r\nNOOP\r\n");

        Assert.StartsWith("250 2.0.0", await client.Reply(), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.Reply(), StringComparison.Ordinal);
        Assert.Single(sent.Feedback.Events);
        Assert.StartsWith("221", await client.Say("QUIT"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024 * 1024)]
    [InlineData((1024 * 1024) - 1)]
    [InlineData((1024 * 1024) - 2)]
    [InlineData((1024 * 1024) - 3)]
    [InlineData((1024 * 1024) - 4)]
    [InlineData((1024 * 1024) + 1)]
    public async Task A_message_may_end_just_where_reading_ends(int octets)
    {
        Start();
        var start = SentCampaign.Sample("report-unknown-user").ReplaceLineEndings("\r\n");
        var message = start + string.Concat(Enumerable.Repeat("x\r\n", (octets - start.Length) / 3));
        message = message[..^2].PadRight(octets - 2, 'x') + "\r\n";
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
        await client.Say("DATA");

        await client.Send(message + ".\r\n");
        Assert.StartsWith("250 2.0.0", await client.Reply(), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.Say("RSET"), StringComparison.Ordinal);
        Assert.Single(sent.Feedback.Events);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_before_and_after_it_is_sent()
    {
        Start();
        using var announced = await SmtpDialogue.Open(Port);
        await announced.Reply();
        await announced.Say("EHLO mx.example.org");
        Assert.StartsWith("552", await announced.Say("MAIL FROM:<> SIZE=5000000"), StringComparison.Ordinal);

        using var silent = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
        await silent.Say("DATA");
        await silent.Send(SentCampaign.Sample("report-unknown-user").ReplaceLineEndings("\r\n"));
        for (var i = 0; i < 50; i++)
        {
            await silent.Send(string.Concat(Enumerable.Repeat("A hundred thousand of these are too many.\r\n", 2_400)));
        }

        Assert.StartsWith("552 5.3.4", await silent.Say("."), StringComparison.Ordinal);
        Assert.StartsWith("250", await silent.Say("RSET"), StringComparison.Ordinal);
        Assert.Empty(sent.Feedback.Events);
    }

    [Fact]
    public async Task A_line_without_end_costs_its_client_the_connection()
    {
        Start();
        using var client = await SmtpDialogue.Open(Port);
        await client.Reply();
        var answer = "";
        try
        {
            for (var i = 0; i < 100; i++)
            {
                await client.Send(new string('x', 10_000));
            }

            answer = await client.Reply();
        }
        catch (IOException)
        {
            // Closed while we were still talking.
        }

        Assert.Equal("", answer);
    }

    [Fact]
    public async Task A_client_that_falls_silent_loses_the_connection_without_a_word_that_might_be_final()
    {
        options.IdleTimeout = TimeSpan.FromSeconds(2);
        Start();
        using var client = await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
        await client.Say("DATA");
        await client.Send("From: somebody@example.org\r\nSubject: half a mess");

        Assert.Equal("", await client.Reply());
        Assert.Empty(sent.Feedback.Events);
    }

    [Fact]
    public async Task Connections_are_bounded()
    {
        options.MaxConnections = 4;
        Start();
        var held = new List<SmtpDialogue>();
        for (var i = 0; i < 2; i++)
        {
            held.Add(await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath()));
        }

        using var refused = await SmtpDialogue.Open(Port);
        Assert.StartsWith("421 4.7.0", await refused.Reply(), StringComparison.Ordinal);

        // Whoever leaves makes room.
        await held[0].Say("QUIT");
        held[0].Dispose();
        await TestKit.Eventually.Holds("there is room again", async () =>
        {
            using var next = await SmtpDialogue.Open(Port);
            return (await next.Reply()).StartsWith("220", StringComparison.Ordinal);
        });
        held[1].Dispose();
    }

    [Fact]
    public async Task Mail_comes_encrypted_when_there_is_a_certificate()
    {
        var folder = Directory.CreateTempSubdirectory("oc-inbound-");
        try
        {
            options.Certificate = Path.Combine(folder.FullName, "server.pem");
            await File.WriteAllTextAsync(options.Certificate, SelfSigned());
            Start();
            using var client = new SmtpClient
            {
                ServerCertificateValidationCallback =
                    (_, presented, _, _) => presented?.Subject == "CN=news.example",
            };
            await client.ConnectAsync("127.0.0.1", Port, SecureSocketOptions.StartTls);
            await client.SendAsync(
                Message(SentCampaign.Sample("report-unknown-user")),
                new MailboxAddress("", "mailer-daemon@mx.example"),
                [new MailboxAddress("", SentCampaign.RosasReturnPath())]);

            Assert.True(client.IsSecure);
            Assert.Single(sent.Feedback.Events);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Garbage_never_ends_the_server()
    {
        Start();
        var random = new Random(20260305);
        for (var round = 0; round < 30; round++)
        {
            using var client = round % 2 == 0
                ? await SmtpDialogue.Open(Port)
                : await SmtpDialogue.OpenTo(Port, SentCampaign.RosasReturnPath());
            if (round % 2 == 1)
            {
                await client.Say("DATA");
            }

            var garbage = new byte[random.Next(4096)];
            random.NextBytes(garbage);
            await client.Send(Encoding.Latin1.GetString(garbage) + (round % 3 == 0 ? "\r\n.\r\n" : ""));
        }

        await Send(SentCampaign.RosasReturnPath(attempt: 9), SentCampaign.Sample("report-unknown-user"));
        Assert.Contains(sent.Feedback.Events, one => one.Event.Attempt == 9);
    }

    [Fact]
    public void A_server_that_is_not_configured_does_not_listen()
    {
        options.Listen = null;
        Start();

        Assert.Null(server!.Port);
    }

    private static MimeMessage Message(string text) => MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static string SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request =
            new CertificateRequest("CN=news.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private void Start()
    {
        server = new InboundServer(
            new OptionsWrapper<InboundOptions>(options), sent.Messages, sent.Addresses, TimeProvider.System,
            NullLogger<InboundServer>.Instance);
        server.Start();
    }

    private async Task<string> Send(string recipient, string message)
    {
        using var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", Port, SecureSocketOptions.None);
        var answer = await client.SendAsync(
            Message(message),
            new MailboxAddress("", "mailer-daemon@mx.example"),
            [new MailboxAddress("", recipient)]);
        await client.DisconnectAsync(quit: true);
        return answer;
    }
}
