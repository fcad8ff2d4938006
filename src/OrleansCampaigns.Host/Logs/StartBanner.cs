using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using Npgsql;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Host.Sandboxing;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Mailboxes;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Host.Logs;

/// <summary>The first lines of a process: what it is and what it works with. No user name and no password.</summary>
internal static class StartBanner
{
    private const int RelaysMax = 10;

    /// <summary>The version that was built, with its commit where the build knows it.</summary>
    public static string Version { get; } =
        typeof(StartBanner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";

    public static IEnumerable<string> Lines(
        IServiceProvider services, ServerSettings settings, IConfiguration configuration)
    {
        yield return $"OrleansCampaigns {Version}, role {settings.ServerRole.ToString().ToLowerInvariant()}, "
            + $"process {Environment.ProcessId}, .NET {Environment.Version}.";
        yield return Database(services.GetRequiredService<ServerDatabase>(), settings, configuration);
        if (settings.Sandbox)
        {
            yield return "Sandbox: nothing leaves this machine. What arrives is at "
                + $"{settings.Listen.TrimEnd('/')}{SandboxEndpoints.Path}.";
        }

        if (settings.ServerRole != ServerRole.Api)
        {
            foreach (var line in Relays(services.GetRequiredService<IOptions<MailOptions>>().Value, configuration))
            {
                yield return line;
            }
        }

        var tracking = services.GetRequiredService<IOptions<TrackingOptions>>().Value.PublicUrl;
        yield return tracking is null
            ? "Tracking: off, because Tracking:PublicUrl is not set; people unsubscribe by mail only."
            : $"Tracking: {tracking}.";
        if (settings.ServerRole != ServerRole.Api)
        {
            var inbound = services.GetRequiredService<IOptions<InboundOptions>>().Value.Listen;
            var mailboxes = services.GetRequiredService<IOptions<MailboxesOptions>>().Value.Mailboxes.Count;
            yield return $"Mail that comes back: {(inbound is null ? "no listener" : $"listener on {inbound}")}, "
                + $"{mailboxes} {(mailboxes == 1 ? "mailbox" : "mailboxes")}.";
        }

        var dashboard = settings.ServerRole == ServerRole.Silo
            ? "on the API processes"
            : $"{settings.Listen.TrimEnd('/')}{DashboardSetup.Path}";
        yield return $"Dashboard: {dashboard}. Log level: {LogLevels.OfOurs(configuration)}. "
            + $"{(settings.ServerRole == ServerRole.Silo ? "Health" : "API")}: {settings.Listen}.";
    }

    private static string Database(ServerDatabase database, ServerSettings settings, IConfiguration configuration)
    {
        if (database.Cluster is null)
        {
            return $"Data: {Path.GetFullPath(settings.Data)}, the embedded database.";
        }

        return $"Data: {Describe(configuration[ServerDatabase.ConnectionStringKey])}; cluster {settings.Cluster.Id}.";
    }

    /// <summary>A PostgreSQL database by name, host and port.</summary>
    public static string Describe(string? connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"the PostgreSQL database {parts.Database ?? parts.Username} at {parts.Host}:{parts.Port}";
    }

    private static IEnumerable<string> Relays(MailOptions mail, IConfiguration configuration)
    {
        var areConfigured =
            configuration.GetSection($"{MailOptions.Section}:{nameof(mail.Relays)}").GetChildren().Any();
        foreach (var (i, relay) in mail.Relays.Take(RelaysMax).Index())
        {
            var weight = relay.Weight ?? (i == 0 ? 1 : 0);
            yield return $"Relay {relay.Name}: {relay.Host}:{relay.Port}, {relay.Security}, "
                + $"{(relay.Username is null ? "no authentication" : "authentication")}, {Window(relay)}, "
                + $"{relay.MaxConnections} connections, weight {weight}."
                + (areConfigured ? "" : " No relay is configured: set Mail:Relays:0:Host.");
        }

        if (mail.Relays.Count > RelaysMax)
        {
            yield return $"And {mail.Relays.Count - RelaysMax} more relays.";
        }
    }

    private static string Window(RelayOptions relay)
    {
        List<string> windows = [];
        Add(relay.RatePerSecond, "second");
        Add(relay.RatePerMinute, "minute");
        Add(relay.RatePerHour, "hour");
        return windows.Count == 0 ? "no limit of rate" : string.Join(" and ", windows);

        void Add(double? count, string period)
        {
            if (count is { } some)
            {
                windows.Add(string.Create(CultureInfo.InvariantCulture, $"{some} messages a {period}"));
            }
        }
    }
}
