using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>Test messages cost no licence and are bounded instead: for an account, over all of its campaigns.</summary>
public sealed class TestSendTests
{
    [Fact]
    public async Task An_account_sends_so_many_test_messages_an_hour_and_no_more()
    {
        await using var engine = await Engine.Start();
        var campaigns = new[] { await engine.Draft(["a@mail.example"]), await engine.Draft(["b@mail.example"]) };

        for (var i = 0; i < 20; i++)
        {
            Assert.Null((await campaigns[i % 2].TestSend(Engine.Account, "me@mail.example", null)).Refusal);
        }

        var refused = (await campaigns[0].TestSend(Engine.Account, "me@mail.example", null)).Refusal!;
        Assert.Equal((RefusalKind.Throttled, "test_send.limit"), (refused.Kind, refused.Code));
        Assert.Contains("20 test messages an hour (Engine:TestSendsPerHour)", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(20, engine.Relays.Attempts["me@mail.example"]);

        engine.Clock.Jump(TimeSpan.FromMinutes(61));
        Assert.Null((await campaigns[0].TestSend(Engine.Account, "me@mail.example", null)).Refusal);
        Assert.Equal(1, (await engine.Grains.TestSends(Engine.Account).GetState()).LastHour);
    }
}
