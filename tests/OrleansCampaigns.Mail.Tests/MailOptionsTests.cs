using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Mail.Tests;

public sealed class MailOptionsTests
{
    [Fact]
    public async Task A_host_is_wired_by_its_configuration()
    {
        await using var sandbox = SandboxServer.Start();
        await using var services = Services(
            ("Mail:Key", "a key that only tests know"),
            ("Mail:Relays:0:Name", "main"),
            ("Mail:Relays:0:Host", "localhost"),
            ("Mail:Relays:0:Port", $"{sandbox.Port}"),
            ("Mail:Relays:0:Security", "None"),
            ("Mail:Relays:0:IdleTimeout", "00:00:30"),
            ("Mail:Relays:0:MaxConnections", "3"));
        var composer =
            services.GetRequiredService<IMessageComposers>().Compile(Given.Campaign, Given.Definition()).Composer!;
        var relays = services.GetRequiredService<IMailRelays>();

        await using var lane = Assert.Single(await relays.Reserve("main", 1, CancellationToken.None));
        var report = await lane.Send(composer.Compose(Given.Recipient(), Given.Noon).Value!, CancellationToken.None);

        Assert.Equal(Outcome.Sent, report!.Outcome);
        Assert.Equal(3, services.GetRequiredService<IOptions<MailOptions>>().Value.Relays[0].MaxConnections);
    }

    [Fact]
    public void What_is_wrong_is_said_at_start_up_all_of_it_by_key_and_without_secrets()
    {
        using var services = Services(
            ("Mail:Key", "short-secret"),
            ("Mail:ReturnPath", "nobody"),
            ("Mail:UnsubscribeAddress", "leave us@return.example"),
            ("Mail:Relays:0:Name", "a"),
            ("Mail:Relays:0:Host", "not a host"),
            ("Mail:Relays:0:Port", "0"),
            ("Mail:Relays:0:Password", "hidden-secret"),
            ("Mail:Relays:0:MaxConnections", "0"),
            ("Mail:Relays:0:MaxMessagesPerConnection", "0"),
            ("Mail:Relays:0:CommandTimeout", "00:00:00"),
            ("Mail:Relays:0:LocalDomain", "a b"),
            ("Mail:Relays:0:Provider", "9"),
            ("Mail:Relays:1:Name", "A"),
            ("Mail:Relays:1:Host", "relay.example"),
            ("Mail:Relays:1:Username", "us"),
            ("Mail:Dkim:0:Domain", "sender.example"),
            ("Mail:Dkim:0:Selector", "s1"));

        var failure = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(
            [
                "Mail:Dkim:0", "Mail:Key", "Mail:Relays:0:CommandTimeout", "Mail:Relays:0:Host",
                "Mail:Relays:0:LocalDomain",
                "Mail:Relays:0:MaxConnections", "Mail:Relays:0:MaxMessagesPerConnection", "Mail:Relays:0:Port",
                "Mail:Relays:0:Provider",
                "Mail:Relays:0:Username", "Mail:Relays:1:Name", "Mail:Relays:1:Password", "Mail:ReturnPath",
                "Mail:UnsubscribeAddress",
            ],
            failure.Failures.Select(text => text.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("short-secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bounces@return.example", true, null)]
    [InlineData("bounces-12345@return.example", true, null)]
    [InlineData("bounces-123456@return.example", true, "Mail:ReturnPath must have 1 to 13 letters")]
    [InlineData("bounces-123456@return.example", false, null)]
    [InlineData("\"a b\"@return.example", true, "Mail:ReturnPath must have")]
    [InlineData("žofie@return.example", true, "Mail:ReturnPath must have")]
    [InlineData("žofie@return.example", false, null)]
    [InlineData("a%b@return.example", true, "Mail:ReturnPath must have")]
    [InlineData("nobody", false, "Mail:ReturnPath is not")]
    public void A_return_path_leaves_room_for_a_token(string returnPath, bool verp, string? problem) =>
        AssertProblem(new() { ReturnPath = returnPath, Verp = verp }, problem);

    [Theory]
    [InlineData("leave@return.example", null)]
    [InlineData("leave+it.now_2@return.example", "Mail:UnsubscribeAddress must have 1 to 13")]
    [InlineData("leave?@return.example", "Mail:UnsubscribeAddress must have 1 to 13")]
    [InlineData("leave@[192.0.2.1]", "Mail:UnsubscribeAddress must have the name of a domain")]
    [InlineData("leave", "Mail:UnsubscribeAddress is not")]
    public void The_mailbox_for_requests_to_unsubscribe_leaves_room_for_a_token(string address, string? problem) =>
        AssertProblem(new() { UnsubscribeAddress = address, Verp = false }, problem);

    [Theory]
    [InlineData(189, null, true, null)]
    [InlineData(190, null, true, "Mail:ReturnPath must have at most 189")]
    [InlineData(190, null, false, "Mail:ReturnPath must have at most 189")]
    [InlineData(190, "leave@return.example", false, null)]
    [InlineData(190, "leave@return.example", true, "Mail:ReturnPath must have at most 189")]
    public void A_domain_leaves_room_for_the_longest_address(
        int length, string? unsubscribe, bool verp, string? problem)
    {
        var labels = string.Concat(Enumerable.Repeat(new string('x', 59) + ".", 3));
        var domain = labels + new string('y', length - labels.Length - ".example".Length) + ".example";

        AssertProblem(new() { ReturnPath = $"a@{domain}", UnsubscribeAddress = unsubscribe, Verp = verp }, problem);
        AssertProblem(
            new() { UnsubscribeAddress = $"a@{domain}" },
            length > 189 ? "Mail:UnsubscribeAddress must have at most 189" : null);
    }

    [Theory]
    [InlineData(-1, 1.0, 1, 1, "Mail:Relays:0:Weight")]
    [InlineData(1001, 1.0, 1, 1, "Mail:Relays:0:Weight")]
    [InlineData(1, 0.0, 1, 1, "Mail:Relays:0:RatePerSecond")]
    [InlineData(1, 1.0, 0, 1, "Mail:Relays:0:RatePerMinute")]
    [InlineData(1, 1.0, 1, -5, "Mail:Relays:0:RatePerHour")]
    [InlineData(0, 1.0, 1, 1, "Mail:Relays must have a Weight")]
    [InlineData(3, 0.5, 60, 3_600, null)]
    public void Weights_and_sending_windows_of_a_relay_are_checked(
        int weight, double perSecond, int perMinute, int perHour, string? problem)
    {
        var relay = Given.RelayAt(25);
        (relay.Weight, relay.RatePerSecond, relay.RatePerMinute, relay.RatePerHour) =
            (weight, perSecond, perMinute, perHour);
        AssertProblem(new() { Relays = [relay] }, problem);
    }

    [Fact]
    public void A_relays_sending_windows_become_limits_that_hold_across_silos()
    {
        using var services = Services(
            ("Mail:Key", "0123456789abcdef"),
            ("Mail:Relays:0:Name", "Main"),
            ("Mail:Relays:0:Host", "localhost"),
            ("Mail:Relays:0:RatePerSecond", "12.5"),
            ("Mail:Relays:0:RatePerHour", "1000"));

        var limit = services.GetRequiredService<IOptions<ThrottlingOptions>>().Value.Relays["main"];

        Assert.Equal((12.5, null, 1_000), (limit.RatePerSecond, limit.RatePerMinute, limit.RatePerHour));
    }

    private static void AssertProblem(MailOptions options, string? problem)
    {
        options.Key = Given.Options().Key;
        var failures = new MailOptionsValidator().Validate(null, options).Failures ?? [];
        if (problem is null)
        {
            Assert.Empty(failures);
        }
        else
        {
            Assert.StartsWith(problem, Assert.Single(failures), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_defaults_are_safe()
    {
        var relay = new RelayOptions();

        Assert.Equal(
            (16, 200, false), (relay.MaxConnections, relay.MaxMessagesPerConnection, relay.AllowInvalidCertificates));
        Assert.Equal(RelaySecurity.StartTlsWhenAvailable, relay.Security);
        Assert.Equal((5.0, 10.0), (relay.CommandTimeout.TotalMinutes, relay.AcceptTimeout.TotalMinutes));
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(Given.Tokens())
        .AddOrleansCampaignsMail(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .Build())
        .BuildServiceProvider();
}
