using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansCampaigns.Host.Logs;

namespace OrleansCampaigns.Scenarios.Logs;

/// <summary>Which category is written from which level on.</summary>
public sealed class LogLevelsTests
{
    [Theory]
    [InlineData("OrleansCampaigns.Mail.Relays.MailRelays", LogLevel.Information)]
    [InlineData("OrleansCampaigns", LogLevel.Information)]
    [InlineData("Orleans.Runtime.Catalog", LogLevel.Warning)]
    [InlineData("Polly", LogLevel.Warning)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)]
    [InlineData("Other", LogLevel.Information)]
    public void Without_settings_our_own_lines_are_written_and_warnings_of_libraries(
        string category, LogLevel lowest) => Assert.Equal(lowest, Lowest(category, []));

    [Theory]
    [InlineData("Default", LogLevel.Warning, "OrleansCampaigns.Grains.CampaignGrain", LogLevel.Warning)]
    [InlineData("Default", LogLevel.Debug, "Orleans.Runtime.Catalog", LogLevel.Warning)]
    [InlineData("Orleans", LogLevel.Debug, "Orleans.Runtime.Catalog", LogLevel.Debug)]
    [InlineData("Orleans", LogLevel.Error, "OrleansCampaigns.Grains.CampaignGrain", LogLevel.Information)]
    [InlineData("OrleansCampaigns.Mail", LogLevel.Debug, "OrleansCampaigns.Mail.MailRelays", LogLevel.Debug)]
    [InlineData("OrleansCampaigns", LogLevel.Error, "OrleansCampaigns.Mail.MailRelays", LogLevel.Error)]
    [InlineData("polly", LogLevel.Information, "Polly", LogLevel.Information)]
    [InlineData("Microsoft.AspNetCore", LogLevel.Information, "Microsoft.AspNetCore.Routing", LogLevel.Information)]
    public void A_setting_decides_for_the_categories_that_begin_with_its_name(
        string name, LogLevel level, string category, LogLevel lowest) =>
        Assert.Equal(lowest, Lowest(category, new() { [$"Logging:LogLevel:{name}"] = $"{level}" }));

    private static LogLevel Lowest(string category, Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection()
            .AddLogging(logging =>
            {
                LogLevels.Apply(logging, configuration);
                logging.AddConsole();
            })
            .BuildServiceProvider();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
        return Enum.GetValues<LogLevel>().First(logger.IsEnabled);
    }
}
