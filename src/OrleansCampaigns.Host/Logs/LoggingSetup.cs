using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansCampaigns.Host.Logs;

/// <summary>Writes the log to standard error, one line per event (docs/logging.md).</summary>
internal static class LoggingSetup
{
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        LogLevels.Apply(builder.Logging, builder.Configuration);
        builder.Logging.AddConsole(options =>
        {
            options.FormatterName = RedactingConsoleFormatter.FormatterName;
            options.LogToStandardErrorThreshold = LogLevel.Trace; // Standard output is for results.
        });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<LineLimit>();
        builder.Services.AddSingleton(new FalseAlarms(TimeProvider.System));
        builder.Services.AddSingleton<ConsoleFormatter, RedactingConsoleFormatter>();
    }
}
