using System.Collections.Concurrent;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>STARTTLS can be taken out of a greeting on its way: that must not bring the password out.</summary>
public sealed class PasswordInTheClearTests
{
    [Theory]
    [InlineData("AUTH PLAIN LOGIN")]
    [InlineData("AUTH LOGIN")]
    [InlineData("AUTH SCRAM-SHA-256 PLAIN")]
    public async Task A_relay_that_offers_no_STARTTLS_is_down_and_hears_neither_name_nor_password(string offer)
    {
        var heard = new ConcurrentQueue<string>();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet(offer);
            while (true)
            {
                heard.Enqueue(await session.Hear());
                await session.Say("250 Ok");
            }
        });
        await using var relays = Given.Relays(
            server.Port,
            relay =>
            {
                relay.Security = RelaySecurity.StartTlsWhenAvailable;
                (relay.Username, relay.Password) = ("us", "right");
            },
            new ManualClock());
        var waiting = relays.Reserve(null, 1, CancellationToken.None);

        Assert.Equal(
            "STARTTLS is not offered, and the password is not sent in the clear", (await relays.UntilDown()).Detail);
        Assert.False(waiting.IsCompleted);
        await relays.DisposeAsync();
        Assert.DoesNotContain(heard, line => line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_relay_that_is_to_be_used_without_encryption_is()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("AUTH PLAIN");
            await session.Expect("AUTH PLAIN");
            await session.Say("235 2.7.0 Ok");
            await session.Take();
        });
        await using var relays = Given.Relays(
            server.Port, relay => (relay.Username, relay.Password) = ("us", "right"));

        Assert.NotNull(await relays.SendOne("ok-1@mail.example"));
    }
}
