using MimeKit;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>A message carries what the relay needs that takes it, and not what another one of the campaign's would.
/// </summary>
public sealed class ChosenRelayTests
{
    [Fact]
    public async Task Each_of_two_relays_gets_the_headers_of_its_own_provider()
    {
        await using var first = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var second = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var relays = Given.Relays(Given.Options(
            Relay("first", first, RelayProvider.SendGrid), Relay("second", second, RelayProvider.Postmark)));

        for (var i = 0; i < 6; i++)
        {
            Assert.NotNull(await relays.SendOne($"ok{i}@mail.example"));
        }

        var (bySendGrid, byPostmark) = (Received(first), Received(second));
        Assert.Equal((3, 3), (bySendGrid.Count, byPostmark.Count));
        Assert.All(bySendGrid, mail => Assert.Equal((true, false), Provider(mail)));
        Assert.All(byPostmark, mail => Assert.Equal((false, true), Provider(mail)));
    }

    private static (bool IsSendGrid, bool IsPostmark) Provider(MimeMessage mail) =>
        (mail.Headers.Contains("X-SMTPAPI"), mail.Headers.Contains("X-PM-KeepID"));

    private static List<MimeMessage> Received(SandboxServer server) =>
        [.. server.Deliveries().Select(mail => MimeMessage.Load(new MemoryStream(mail.Content!.Value.ToArray())))];

    private static RelayOptions Relay(string name, SandboxServer server, RelayProvider provider)
    {
        var relay = Given.RelayAt(server.Port);
        (relay.Name, relay.Weight, relay.Provider) = (name, 1, provider);
        return relay;
    }
}
