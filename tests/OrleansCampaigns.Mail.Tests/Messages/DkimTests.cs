using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Mail.Tests.Messages;

public sealed class DkimTests
{
    private static readonly AsymmetricCipherKeyPair RsaPair = CreateRsa(2048);
    private static readonly AsymmetricCipherKeyPair Ed25519Pair = CreateEd25519();

    [Theory]
    [InlineData("rsa", "a=rsa-sha256")]
    [InlineData("ed25519", "a=ed25519-sha256")]
    public async Task A_signature_verifies_on_what_a_server_received(string algorithm, string tag)
    {
        var pair = algorithm == "rsa" ? RsaPair : Ed25519Pair;
        await using var sandbox = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var relays = Given.Relays(sandbox.Port);
        var html = "<p>Dear {{name}},</p>\r\n.\r\nFrom here  on  \r\n\r\n\r\n" + new string('x', 3000);
        var definition = Given.Definition(html, subject: "Für {{name}}") with
        {
            Sender = new Sender("news@Sender.Example", "Die Neuigkeiten", "answers@sender.example"),
        };
        var message = Given.Message(definition, Given.Recipient("ok-žofie@mail.example", "Žofie"), Signing(Pem(pair)));
        await using (var lane = Assert.Single(await relays.Reserve(null, 1, CancellationToken.None)))
        {
            Assert.Equal(250, (await lane.Send(message, CancellationToken.None))!.Reply!.Code);
        }

        var received = MimeMessage.Load(new MemoryStream(Assert.Single(sandbox.Deliveries()).Content!.Value.ToArray()));
        var signature = received.Headers[received.Headers.IndexOf(HeaderId.DkimSignature)];
        var verifier = new DkimVerifier(new KeyAt(pair.Public));

        Assert.True(await verifier.VerifyAsync(received, signature));
        var tags = string.Concat(signature.Value.Where(c => !char.IsWhiteSpace(c)));
        Assert.Contains(tag, tags, StringComparison.Ordinal);
        Assert.Contains("d=sender.example;s=s1;c=relaxed/relaxed", tags, StringComparison.Ordinal);
        Assert.Contains($"t={Given.Noon.ToUnixTimeSeconds()}", tags, StringComparison.Ordinal);
        foreach (var name in new[] { "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
            "Reply-To", "Feedback-ID" })
        {
            Assert.Matches($"(?i)[=:]{name}[:;]", tags);
        }

        received.Subject = "Changed on the way";
        Assert.False(await verifier.VerifyAsync(received, signature));
    }

    [Theory]
    [InlineData("List-Unsubscribe")]
    [InlineData("List-Unsubscribe-Post")]
    [InlineData("Message-ID")]
    [InlineData("To")]
    public async Task What_programs_act_on_cannot_be_altered_or_taken_away(string name)
    {
        var options = Signing(Pem(RsaPair));
        options.ReturnPath = "bounces@sender.example";
        var message = Given.Message(Given.Definition(), Given.Recipient().Placed(), options, Given.PublicUrl);
        var verifier = new DkimVerifier(new KeyAt(RsaPair.Public));

        Assert.True(await Verify(_ => { }));
        Assert.False(await Verify(headers => headers[name] = headers[name] + "x"));
        Assert.False(await Verify(headers => headers.Remove(name)));

        async Task<bool> Verify(Action<HeaderList> change)
        {
            var (mime, _) = Given.ReadBack(message);
            Assert.Contains(name, mime.Headers.Select(header => header.Field));
            change(mime.Headers);
            return await verifier.VerifyAsync(mime, mime.Headers[mime.Headers.IndexOf(HeaderId.DkimSignature)]);
        }
    }

    [Theory]
    [InlineData(RelayProvider.Ses, true)]
    [InlineData(RelayProvider.None, false)]
    public async Task A_signature_outlives_what_the_relay_writes_anew(RelayProvider provider, bool expected)
    {
        var options = Signing(Pem(RsaPair));
        var relay = Given.RelayAt(25);
        (relay.Provider, options.Relays) = (provider, [relay]);
        var (mime, _) = Given.ReadBack(Given.Message(Given.Definition(), Given.Recipient().Placed(), options));

        mime.Headers["Message-ID"] = "<0102017a-0000-ses@email.amazonses.com>";
        mime.Headers["Date"] = "Sun, 01 Jun 2025 12:00:03 +0000";

        var signature = mime.Headers[mime.Headers.IndexOf(HeaderId.DkimSignature)];
        Assert.Equal(expected, await new DkimVerifier(new KeyAt(RsaPair.Public)).VerifyAsync(mime, signature));
    }

    [Fact]
    public void Only_messages_from_the_keys_domain_are_signed()
    {
        var options = Signing(Pem(RsaPair));
        var other = Given.Definition() with { Sender = new Sender("news@other.example") };

        Assert.Contains("DKIM-Signature", Given.Message(Given.Definition(), Given.Recipient(), options).Headers);
        Assert.DoesNotContain("DKIM-Signature", Given.Message(other, Given.Recipient(), options).Headers);
    }

    [Fact]
    public async Task Signing_works_from_many_threads()
    {
        var composer = Given.Composer(Given.Definition(), Signing(Pem(RsaPair)));

        await Parallel.ForAsync(0, 60, async (i, cancellation) =>
        {
            var message = (OutgoingMessage)composer.Compose(Given.Recipient($"a{i}@mail.example"), Given.Noon).Value!;
            var (mime, _) = Given.ReadBack(message);
            var signature = mime.Headers[mime.Headers.IndexOf(HeaderId.DkimSignature)];
            Assert.True(await new DkimVerifier(new KeyAt(RsaPair.Public)).VerifyAsync(mime, signature, cancellation));
        });
    }

    [Fact]
    public void A_key_is_read_from_a_file()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, Pem(Ed25519Pair));
        try
        {
            var (key, problem) = DkimKey.Load(
                "Mail:Dkim:0", new DkimOptions { Domain = "Sender.Example", Selector = "s1", PrivateKeyPath = path });
            Assert.Equal(("sender.example", null), (key?.Domain, problem));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("sender.example", "s1", null, "/nowhere/key.pem", "Mail:Dkim:3:PrivateKeyPath cannot be read")]
    [InlineData("sender.example", "s1", "no key", null, "Mail:Dkim:3:PrivateKeyPem")]
    [InlineData("sender.example", "s1", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", null,
        "Mail:Dkim:3:PrivateKeyPem")]
    [InlineData("sender.example", "s1", null, null, "Mail:Dkim:3 needs either")]
    [InlineData("not a domain", "s1", "x", null, "Mail:Dkim:3:Domain")]
    [InlineData("sender.example", "s 1", "x", null, "Mail:Dkim:3:Selector")]
    public void A_key_that_cannot_be_used_is_named(
        string domain, string selector, string? pem, string? path, string problem) =>
        Assert.StartsWith(problem, Problem(domain, selector, pem, path), StringComparison.Ordinal);

    [Fact]
    public void A_public_or_a_weak_key_is_no_key()
    {
        Assert.Contains(
            "no private key", Problem("sender.example", "s1", Pem(RsaPair.Public), null), StringComparison.Ordinal);
        Assert.Contains(
            "fewer than 1024", Problem("sender.example", "s1", Pem(CreateRsa(512)), null), StringComparison.Ordinal);
    }

    private static string Problem(string domain, string selector, string? pem, string? path)
    {
        var options = Given.Options();
        options.Dkim = [new(), new(), new(),
            new DkimOptions { Domain = domain, Selector = selector, PrivateKeyPem = pem, PrivateKeyPath = path }];
        var result = new MailOptionsValidator().Validate(null, options);
        return Assert.Single(result.Failures!, failure => failure.StartsWith("Mail:Dkim:3", StringComparison.Ordinal));
    }

    private static MailOptions Signing(string pem)
    {
        var options = Given.Options();
        options.Dkim = [new DkimOptions { Domain = "sender.example", Selector = "s1", PrivateKeyPem = pem }];
        Assert.Same(ValidateOptionsResult.Success, new MailOptionsValidator().Validate(null, options));
        return options;
    }

    private static string Pem(object key)
    {
        using var text = new StringWriter();
        using var writer = new PemWriter(text);
        writer.WriteObject(key is AsymmetricCipherKeyPair { Private: Ed25519PrivateKeyParameters ed25519 }
            ? new Pkcs8Generator(ed25519)
            : key);
        writer.Writer.Flush();
        return text.ToString();
    }

    private static AsymmetricCipherKeyPair CreateRsa(int bits)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new KeyGenerationParameters(new SecureRandom(), bits));
        return generator.GenerateKeyPair();
    }

    private static AsymmetricCipherKeyPair CreateEd25519()
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        return generator.GenerateKeyPair();
    }

    private sealed class KeyAt(AsymmetricKeyParameter key) : IDkimPublicKeyLocator
    {
        public AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancellationToken = default)
        {
            Assert.Equal(("sender.example", "s1"), (domain, selector));
            return key;
        }

        public Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
