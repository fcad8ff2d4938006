using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Api;
using OrleansCampaigns.Api.Health;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Host.Telemetry;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Puts one process together, by its role: a silo, the API, or both.</summary>
internal static class Server
{
    /// <summary>How long a process that is told to stop may take to finish what is in flight.</summary>
    internal static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    /// <summary>Builds the process; nothing listens yet.</summary>
    /// <exception cref="SettingsException">A setting breaks a rule.</exception>
    public static async Task<WebApplication> Build(
        IConfiguration configuration, CancellationToken cancellation = default)
    {
        var settings = ServerSettings.Read(configuration);
        var advertised = await settings.Cluster.FindAddress(cancellation);
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(configuration);
        AddLogging(builder);

        var database = await ServerDatabase.Open(settings, configuration, cancellation);
        builder.Services.AddSingleton(_ => database);
        var server = Build(builder, settings, database, advertised);

        // What is made first is disposed last: everything else may still use the database until then.
        server.Services.GetRequiredService<ServerDatabase>();
        return server;
    }

    private static WebApplication Build(
        WebApplicationBuilder builder, ServerSettings settings, ServerDatabase database, IPAddress? advertised)
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

        builder.Services.AddOrleansCampaignsApi();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(settings.Listen);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopLimit);

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

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // It warns of a garbage collector that suits servers, not laptops.
        builder.Logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);

        // It warns that its keys are lost with the process; nothing here is protected by them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddConsole(options =>
        {
            options.FormatterName = RedactingConsoleFormatter.FormatterName;
            options.LogToStandardErrorThreshold = LogLevel.Trace; // Standard output is for results.
        });
        builder.Services.AddSingleton<ConsoleFormatter, RedactingConsoleFormatter>();
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
}
