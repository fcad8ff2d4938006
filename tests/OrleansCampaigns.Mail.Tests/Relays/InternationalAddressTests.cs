using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>Addresses beyond ASCII (RFC 6531, RFC 5891), over relays that carry them and relays that do not.</summary>
public sealed class InternationalAddressTests
{
    [Fact]
    public async Task An_international_address_is_refused_when_the_relay_cannot_carry_it()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne("žofie@mail.example");

        Assert.Equal(553, report!.Reply!.Code);
        Assert.Equal("5.6.7", report.Reply.EnhancedCode);
        Assert.NotEqual(Outcome.Sent, report.Outcome);
    }

    [Fact]
    public async Task An_international_address_goes_with_SMTPUTF8_when_the_relay_can()
    {
        var heard = new TaskCompletionSource<(string Mail, string Recipient)>();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("SMTPUTF8");
            var mail = await session.Expect("MAIL");
            await session.Say("250 Ok");
            var recipient = await session.Expect("RCPT");
            await session.Say("250 Ok");
            await session.TakeContent();
            await session.Say("250 Ok");
            heard.SetResult((mail, recipient));
        });
        await using var relays = Given.Relays(server.Port);

        Assert.Equal(Outcome.Sent, (await relays.SendOne("žofie@mail.example"))!.Outcome);
        var (mail, recipient) = await heard.Task.WaitAsync(Given.Patience);
        Assert.Contains("SMTPUTF8", mail, StringComparison.Ordinal);
        Assert.Equal("RCPT TO:<žofie@mail.example>", recipient);
    }

    [Fact]
    public async Task A_domain_with_foreign_letters_goes_in_its_ASCII_form_without_SMTPUTF8()
    {
        var heard = new List<string>();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("SMTPUTF8");
            while (true)
            {
                heard.Add(await session.Expect("MAIL"));
                await session.Say("250 Ok");
                heard.Add(await session.Expect("RCPT"));
                await session.Say("250 Ok");
                heard.Add((await session.TakeContent()).Split("\r\n").Single(
                    line => line.StartsWith("To:", StringComparison.Ordinal)));
                await session.Say("250 Ok");
            }
        });
        await using var relays = Given.Relays(server.Port);

        Assert.Equal(Outcome.Sent, (await relays.SendOne("anna@bücher.example"))!.Outcome);
        Assert.Null(await relays.SendOne("žofie@mail.example"));
        Assert.Equal(Outcome.Sent, (await relays.SendOne("žofie@mail.example"))!.Outcome);

        Assert.Equal("RCPT TO:<anna@xn--bcher-kva.example>", heard[1]);
        Assert.DoesNotContain("SMTPUTF8", heard[0], StringComparison.Ordinal);
        Assert.Equal("To: anna@xn--bcher-kva.example", heard[2]);
        Assert.Contains("SMTPUTF8", heard[3], StringComparison.Ordinal);
        Assert.Equal("To: žofie@mail.example", heard[5]);
    }
}
