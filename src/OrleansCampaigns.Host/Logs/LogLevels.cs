namespace OrleansCampaigns.Host.Logs;

/// <summary>
/// From which level on a category is written: our own from Information, libraries from Warning, unless
/// <c>Logging:LogLevel</c> says otherwise. The longest name that a category begins with decides.
/// </summary>
internal static class LogLevels
{
    public const string Section = "Logging:LogLevel";
    private const string Default = "Default";
    private const string Ours = "OrleansCampaigns";

    private static readonly Dictionary<string, LogLevel> Usual = new(StringComparer.OrdinalIgnoreCase)
    {
        [Default] = LogLevel.Information,
        ["Orleans"] = LogLevel.Warning,
        ["Microsoft"] = LogLevel.Warning,
        ["System"] = LogLevel.Warning,

        // Two lines for each call of it, and Orleans makes one for each activation.
        ["Polly"] = LogLevel.Warning,

        // It warns that its keys are lost with the process; nothing here is protected by them.
        ["Microsoft.AspNetCore.DataProtection"] = LogLevel.Error,

        // Its base class, which is Orleans' own, tells of ranges of a ring under our name.
        ["OrleansCampaigns.Grains.Contacts.AttemptGateService"] = LogLevel.Warning,

        // Their base class tells of every request without a key: a line for whatever strangers ask.
        ["OrleansCampaigns.Api.Access.ApiKeyHandler"] = LogLevel.Warning,
        ["OrleansCampaigns.Api.Access.BrowserAccessHandler"] = LogLevel.Warning,
    };

    /// <summary>The level of each category that is named, and of <c>Default</c>.</summary>
    public static IReadOnlyDictionary<string, LogLevel> Read(IConfiguration configuration)
    {
        var levels = new Dictionary<string, LogLevel>(Usual, StringComparer.OrdinalIgnoreCase);
        foreach (var (category, level) in
            configuration.GetSection(Section).Get<Dictionary<string, LogLevel>>() ?? [])
        {
            levels[category] = level;
        }

        // "Orleans" is how our own categories begin, too: without a rule of their own they would fall under its.
        levels.TryAdd(Ours, levels[Default]);
        return levels;
    }

    /// <summary>The level of our own lines.</summary>
    public static LogLevel OfOurs(IConfiguration configuration) => Read(configuration)[Ours];

    public static void Apply(ILoggingBuilder logging, IConfiguration configuration)
    {
        foreach (var (category, level) in Read(configuration))
        {
            if (category.Equals(Default, StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(level);
            }
            else
            {
                logging.AddFilter(category, level);
            }
        }
    }
}
