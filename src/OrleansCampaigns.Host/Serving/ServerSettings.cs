using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;

namespace OrleansCampaigns.Host.Serving;

/// <summary>What the process as a whole is told: the root of the configuration.</summary>
internal sealed class ServerSettings
{
    /// <summary>The folder of the embedded database and of files being imported.</summary>
    public string Data { get; set; } = "./data";

    /// <summary>Where the API listens.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:8025";

    public string DatabasePath => Path.Combine(Data, "orleanscampaigns.db");

    public string SpoolFolder => Path.Combine(Data, "imports");

    /// <summary>Reads and checks; each error names its key.</summary>
    public static ServerSettings Read(IConfiguration configuration)
    {
        var settings = configuration.Get<ServerSettings>() ?? new ServerSettings();
        if (string.IsNullOrWhiteSpace(settings.Data))
        {
            throw new SettingsException("Data must name a folder.");
        }

        return Uri.TryCreate(settings.Listen, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? settings
            : throw new SettingsException(
                $"Listen must be a URL such as http://127.0.0.1:8025, not '{settings.Listen}'.");
    }
}

/// <summary>A setting breaks a rule. The message names its key and is for people.</summary>
internal sealed class SettingsException(string message) : Exception(message);

/// <summary>Checks <see cref="EngineOptions"/>; each error names its key.</summary>
internal sealed class EngineOptionsValidator : IValidateOptions<EngineOptions>
{
    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        var errors = new List<string>();
        Check(options.PartitionSize is >= 1 and <= 100_000, "Engine:PartitionSize must lie between 1 and 100000.");
        Check(options.WindowMax is >= 1 and <= 1_000, "Engine:WindowMax must lie between 1 and 1000.");
        Check(options.PumpsMax is >= 1 and <= 1_000, "Engine:PumpsMax must lie between 1 and 1000.");
        Check(
            options.ReminderPeriod >= TimeSpan.FromSeconds(1) && options.ReminderPeriod <= TimeSpan.FromHours(1),
            "Engine:ReminderPeriod must lie between 00:00:01 and 01:00:00.");
        CheckSchedule(options.Retry.Deferred, "Engine:Retry:Deferred");
        CheckSchedule(options.Retry.SoftBounced, "Engine:Retry:SoftBounced");
        Check(options.Retry.MaxAge > TimeSpan.Zero, "Engine:Retry:MaxAge must be positive.");
        Check(
            options.Retry.SoftBouncesMax is >= 1 and <= 100, "Engine:Retry:SoftBouncesMax must lie between 1 and 100.");
        Check(options.Retry.Jitter is >= 0 and <= 0.9, "Engine:Retry:Jitter must lie between 0 and 0.9.");
        Check(options.Rest.MailboxFull >= TimeSpan.Zero, "Engine:Rest:MailboxFull must not be negative.");
        Check(options.Rest.Unavailable >= TimeSpan.Zero, "Engine:Rest:Unavailable must not be negative.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckSchedule(RetrySchedule schedule, string key)
        {
            Check(schedule.First > TimeSpan.Zero, $"{key}:First must be positive.");
            Check(schedule.Factor is >= 1 and <= 100, $"{key}:Factor must lie between 1 and 100.");
            Check(schedule.Max >= schedule.First, $"{key}:Max must not be less than {key}:First.");
        }

        void Check(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }
    }
}
