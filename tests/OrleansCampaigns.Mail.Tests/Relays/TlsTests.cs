using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

public sealed class TlsTests
{
    [Theory]
    [InlineData(RelaySecurity.StartTls, false)]
    [InlineData(RelaySecurity.StartTlsWhenAvailable, false)]
    [InlineData(RelaySecurity.Tls, true)]
    public async Task Mail_goes_encrypted(RelaySecurity security, bool implicitTls)
    {
        using var certificate = SelfSigned();
        await using var sandbox = SandboxServer.Start(new SandboxOptions
        {
            Certificate = certificate,
            ImplicitTls = implicitTls,
            Username = "us",
            Password = "right",
        });
        await using var relays = Given.Relays(sandbox.Port, relay =>
        {
            relay.Security = security;
            relay.AllowInvalidCertificates = true;
            (relay.Username, relay.Password) = ("us", "right");
        });

        Assert.Equal(Outcome.Sent, (await relays.SendOne("ok-1@mail.example"))!.Outcome);
        Assert.Equal(Outcome.Sent, (await relays.SendOne("ok-2@mail.example"))!.Outcome);
        Assert.Equal(1, sandbox.Snapshot().Connections);
    }

    [Theory]
    [InlineData(RelaySecurity.StartTls, false)]
    [InlineData(RelaySecurity.StartTlsWhenAvailable, false)]
    [InlineData(RelaySecurity.Tls, true)]
    public async Task A_certificate_that_nobody_vouches_for_is_refused(RelaySecurity security, bool implicitTls)
    {
        using var certificate = SelfSigned();
        await using var sandbox =
            SandboxServer.Start(new SandboxOptions { Certificate = certificate, ImplicitTls = implicitTls });
        await using var relays = Given.Relays(sandbox.Port, relay => relay.Security = security, new ManualClock());
        var waiting = relays.Reserve(null, 1, CancellationToken.None);

        Assert.StartsWith("TLS failed", (await relays.UntilDown()).Detail, StringComparison.Ordinal);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_relay_without_STARTTLS_is_not_used_when_it_is_asked_for()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays =
            Given.Relays(sandbox.Port, relay => relay.Security = RelaySecurity.StartTls, new ManualClock());
        _ = relays.Reserve(null, 1, CancellationToken.None);

        Assert.Equal("TLS failed: STARTTLS is not offered", (await relays.UntilDown()).Detail);
    }

    [Fact]
    public async Task A_relay_without_STARTTLS_is_used_when_it_is_only_preferred()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays =
            Given.Relays(sandbox.Port, relay => relay.Security = RelaySecurity.StartTlsWhenAvailable);

        Assert.Equal(Outcome.Sent, (await relays.SendOne("ok-1@mail.example"))!.Outcome);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request =
            new CertificateRequest("CN=relay.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
