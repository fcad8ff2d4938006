using Microsoft.Extensions.Configuration;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Tests.Throttling;

public sealed class ThrottlingOptionsTests
{
    [Fact]
    public void Limits_are_read_by_name_and_the_default_holds_for_other_domains()
    {
        var options = Read(
            ("Throttling:Domains:Example.com:RatePerSecond", "10"),
            ("Throttling:Domains:Example.com:Concurrency", "3"),
            ("Throttling:Default:RatePerMinute", "600"),
            ("Throttling:Senders:news@Sender.example:RatePerHour", "3600"),
            ("Throttling:Accounts:main:RatePerSecond", "0.5"),
            ("Throttling:Slack", "0"));

        var domain = options.LimitOf(ThrottleName.OfDomain("example.COM"));
        Assert.Equal((TimeSpan.FromMilliseconds(100), 3), (domain.Interval, domain.Concurrency));
        Assert.Equal(
            TimeSpan.FromMilliseconds(100), options.LimitOf(ThrottleName.OfDomain("other.example")).Interval);
        Assert.Equal(
            TimeSpan.FromSeconds(1), options.LimitOf(ThrottleName.OfSender("NEWS@sender.example")).Interval);
        Assert.True(options.LimitOf(ThrottleName.OfSender("sender.example")).IsNone);
        Assert.Equal(TimeSpan.FromSeconds(2), options.LimitOf(ThrottleName.OfAccount("main")).Interval);
        Assert.True(options.LimitOf(ThrottleName.OfRelay("main")).IsNone);
    }

    [Theory]
    [InlineData("Throttling:Domains:example.com:RatePerSecond", "0")]
    [InlineData("Throttling:Domains:a@example.com:RatePerSecond", "1", "Throttling:Domains:a@example.com")]
    [InlineData("Throttling:Default:Concurrency", "0")]
    [InlineData("Throttling:Accounts:main:RatePerHour", "-1")]
    [InlineData("Throttling:Senders:example.com:RatePerMinute", "0")]
    [InlineData("Throttling:LeaseTime", "00:00:00.5")]
    [InlineData("Throttling:Slack", "00:00:02")]
    [InlineData("Throttling:NewsPeriod", "0")]
    [InlineData("Throttling:BackOff:Decrease", "1")]
    [InlineData("Throttling:BackOff:Step", "0")]
    [InlineData("Throttling:BackOff:StepPeriod", "0")]
    [InlineData("Throttling:BackOff:Pause", "0")]
    [InlineData("Throttling:BackOff:PauseMax", "00:00:01")]
    [InlineData("Throttling:BackOff:Concurrency", "0")]
    [InlineData("Throttling:BackOff:RatePerSecondMin", "0")]
    [InlineData("Throttling:BackOff:RatePerSecondMax", "5")]
    public void A_setting_that_breaks_a_rule_is_named(string key, string value, string? named = null)
    {
        var validated = new ThrottlingOptionsValidator().Validate(null, Read((key, value)));

        Assert.StartsWith(named ?? key, Assert.Single(validated.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_break_no_rule() =>
        Assert.True(new ThrottlingOptionsValidator().Validate(null, new()).Succeeded);

    [Theory]
    [InlineData("example.com")]
    [InlineData("relay/main")]
    [InlineData("sender/sender.example")]
    [InlineData("account/main")]
    public void A_name_is_read_as_it_was_written(string name) =>
        Assert.Equal(name, ThrottleName.Parse(name).ToString());

    [Fact]
    public void No_name_holds_an_address()
    {
        var name = ThrottleName.OfSender("News@sender.example");

        Assert.Equal(name, ThrottleName.OfSender("news@SENDER.example"));
        Assert.NotEqual(name, ThrottleName.OfSender("news@other.example"));
        Assert.DoesNotContain("news", name.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@", name.ToString(), StringComparison.Ordinal);
        Assert.Equal("mail.example", ThrottleName.DomainOf("\"a@b\"@Mail.Example."));
    }

    private static ThrottlingOptions Read(params (string Key, string Value)[] settings)
    {
        var options = new ThrottlingOptions();
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value))
            .Build().GetSection(ThrottlingOptions.Section).Bind(options);
        return options;
    }
}
