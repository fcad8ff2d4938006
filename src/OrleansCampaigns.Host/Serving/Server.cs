using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Api;
using OrleansCampaigns.Api.Health;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Host.Logs;
using OrleansCampaigns.Host.Sandboxing;
using OrleansCampaigns.Host.Telemetry;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Puts one process together, by its role: a silo, the API, or both.</summary>
internal static partial class Server
{
    /// <summary>How long a process that is told to stop may take to finish what is in flight.</summary>
    internal static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    /// <summary>Builds the process; nothing listens yet, but whether it can has been tried.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="adjust">Changes services, last of all.</param>
    /// <param name="cancellation">Ends the wait for a database.</param>
    /// <exception cref="SettingsException">A setting breaks a rule.</exception>
    public static async Task<WebApplication> Build(
        IConfiguration configuration,
        Action<IServiceCollection>? adjust = null,
        CancellationToken cancellation = default)
    {
        ServerConfiguration.Require(configuration);
        var settings = ServerSettings.Read(configuration);
        var advertised = await settings.Cluster.FindAddress(cancellation);
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(configuration);
        builder.AddLogs();

        var database = await ServerDatabase.Open(settings, configuration, cancellation);
        builder.Services.AddSingleton(_ => database);
        try
        {
            RequireAddresses(settings, database, advertised, configuration);
            var server = Build(builder, settings, database, advertised, adjust);

            // What is made first is disposed last: everything else may still use the database until then.
            server.Services.GetRequiredService<ServerDatabase>();
            Prepare(server);
            return server;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells what the process is and works with, and what is open to others.</summary>
    public static void Introduce(WebApplication server, IConfiguration configuration)
    {
        var settings = ServerSettings.Read(configuration);
        var log = server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("OrleansCampaigns");
        foreach (var line in StartBanner.Lines(server.Services, settings, configuration))
        {
            LogBanner(log, line);
        }

        foreach (var path in server.Services.GetRequiredService<ServerDatabase>().Tightened)
        {
            LogTightened(log, path);
        }

        foreach (var warning in KeyFileCheck.FindWarnings(configuration))
        {
            LogWarning(log, warning);
        }
    }

    // Every wrong setting at once, before anything is started that would have to be stopped again.
    private static void Prepare(WebApplication server)
    {
        var falseAlarms = server.Services.GetRequiredService<FalseAlarms>();
        falseAlarms.Explanation = ServerConfiguration.Explain;
        server.Lifetime.ApplicationStarted.Register(() => falseAlarms.IsStarting = false);
        server.Services.GetService<IStartupValidator>()?.Validate();
    }

    private static void RequireAddresses(
        ServerSettings settings, ServerDatabase database, IPAddress? advertised, IConfiguration configuration)
    {
        ListenCheck.RequireUrl(nameof(settings.Listen), settings.Listen);
        if (settings.ServerRole == ServerRole.Api)
        {
            return;
        }

        if (database.Cluster is not null)
        {
            var address = ClusterSetup.ListensOn(advertised);
            Require("Cluster:SiloPort", settings.Cluster.SiloPort);
            Require("Cluster:GatewayPort", settings.Cluster.GatewayPort);

            void Require(string key, int port) =>
                ListenCheck.Require(key, $"{address}:{port}", new IPEndPoint(address, port));
        }

        if (configuration["Mail:Inbound:Listen"] is { } inbound && IPEndPoint.TryParse(inbound, out var endPoint))
        {
            ListenCheck.Require("Mail:Inbound:Listen", inbound, endPoint);
        }
    }

    private static WebApplication Build(
        WebApplicationBuilder builder,
        ServerSettings settings,
        ServerDatabase database,
        IPAddress? advertised,
        Action<IServiceCollection>? adjust)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOrleansCampaignsDirectory(
            database.Any, new DirectoryOptions { SpoolFolder = settings.SpoolFolder });
        AddMail(builder, database);
        builder.Services.AddTracking(builder.Configuration);
        var isTraced = builder.Services.AddTelemetry(builder.Configuration, settings);
        AddEngineOptions(builder);
        var isSilo = settings.ServerRole != ServerRole.Api;
        if (isSilo)
        {
            builder.AddSilo(settings.Cluster, database, advertised, isTraced);
        }
        else
        {
            builder.AddClient(settings.Cluster, database, isTraced);
        }

        // After the silo, because what comes in needs its grains.
        builder.Services.AddOrleansCampaignsFeedback(builder.Configuration, listens: isSilo);
        if (settings.ServerRole == ServerRole.Silo)
        {
            builder.Services.AddSingleton<IHealth, SiloHealth>();
        }

        builder.Services.AddOrleansCampaignsApi(api =>
        {
            api.Pages.Add(new(DashboardSetup.Path, "The Orleans Dashboard, for administrators"));
            if (settings.Sandbox)
            {
                api.Pages.Add(new(SandboxEndpoints.Path, "What the sandbox received, for administrators"));
            }
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(settings.Listen);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopLimit);
        adjust?.Invoke(builder.Services);

        var server = builder.Build();
        if (settings.ServerRole == ServerRole.Silo)
        {
            server.MapOrleansCampaignsHealth();
        }
        else
        {
            server.MapOrleansCampaignsApi();
            server.MapAdministratorDashboard();
        }

        return server;
    }

    private static void AddMail(WebApplicationBuilder builder, ServerDatabase database)
    {
        builder.Services.AddOrleansCampaignsMail(builder.Configuration);
        builder.Services.PostConfigure<MailOptions>(options =>
        {
            options.Key ??= Convert.ToHexString(database.Any.SigningKey.Span);
            if (options.Relays.Count == 0)
            {
                // Whoever configures nothing has a mail server on the same machine, or soon reads that there is none.
                options.Relays.Add(new RelayOptions { Name = "localhost", Host = "localhost", Port = 25 });
            }
        });
    }

    private static void AddEngineOptions(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>();
        builder.Services.AddOptions<EngineOptions>()
            .Bind(builder.Configuration.GetSection("Engine"))
            .Configure(
                options =>
                    options.DeductOn = builder.Configuration.GetValue("Licences:DeductOn", DeductOn.FirstAttempt))
            .ValidateOnStart();
        builder.Services.Configure<ThrottlingOptions>(builder.Configuration.GetSection(ThrottlingOptions.Section));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    private static partial void LogBanner(ILogger log, string line);

    [LoggerMessage(Level = LogLevel.Information, Message = "Other users of this machine could read {Path} until now.")]
    private static partial void LogTightened(ILogger log, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger log, string warning);
}
