using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>A connection that ends by itself costs nobody an attempt that had not begun.</summary>
public sealed class KeptConnectionTests
{
    [Fact]
    public async Task A_kept_connection_that_was_closed_meanwhile_burns_no_attempt()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Take();
            if (session.Number > 1)
            {
                await session.Stall();
            }
            else
            {
                // Only closed once the next transaction is under way: until then it looks alive.
                await session.Expect("MAIL");
            }
        });
        await using var relays = Given.Relays(server.Port);

        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
        Assert.Null(await relays.SendOne());
        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_421_to_MAIL_on_a_kept_connection_burns_no_attempt()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("PIPELINING");
            await session.Take();
            await session.Expect("MAIL");
            await session.Say("421 4.3.2 Shutting down");
        });
        await using var relays = Given.Relays(server.Port);

        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
        Assert.Null(await relays.SendOne());
        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
    }

    [Fact]
    public async Task A_421_to_MAIL_on_a_fresh_connection_is_the_attempts_reply()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Expect("MAIL");
            await session.Say("421 4.7.0 Too many messages");
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((Outcome.Deferred, 421), (report!.Outcome, report.Reply!.Code));
    }

    [Fact]
    public async Task A_421_to_RCPT_on_a_kept_connection_is_the_attempts_reply_and_ends_the_connection()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Take();
            await session.Expect("MAIL");
            await session.Say("250 2.1.0 Ok");
            await session.Expect("RCPT");
            await session.Say("421 4.7.0 Too many recipients");
        });
        await using var relays = Given.Relays(server.Port);

        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
        Assert.Equal(Outcome.Deferred, (await relays.SendOne())!.Outcome);
        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
        Assert.Equal(2, server.Connections);
    }
}
