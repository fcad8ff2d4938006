using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansCampaigns.Api;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Storage;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Puts one process together: a silo and the API on the embedded database.</summary>
internal static class Server
{
    /// <summary>Builds the process; nothing listens yet.</summary>
    /// <exception cref="SettingsException">A setting breaks a rule.</exception>
    public static WebApplication Build(IConfiguration configuration)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(configuration);
        var settings = ServerSettings.Read(configuration);
        AddLogging(builder);

        builder.Services.TryAddSingleton(TimeProvider.System);
        var database = new SqliteDatabase(settings.DatabasePath, TimeProvider.System);
        database.Initialise();
        builder.Services.AddSingleton(_ => database);
        builder.Services.AddOrleansCampaignsDirectory(new DirectoryOptions { SpoolFolder = settings.SpoolFolder });
        AddMail(builder, database);
        builder.Services.AddTracking(builder.Configuration);
        builder.Services.AddTelemetry(builder.Configuration);
        AddEngine(builder, database);

        // After the silo, because what comes in needs its grains.
        builder.Services.AddOrleansCampaignsFeedback(builder.Configuration);

        builder.Services.AddOrleansCampaignsApi();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(settings.Listen);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(60));

        var server = builder.Build();
        server.MapOrleansCampaignsApi();
        server.MapAdministratorDashboard();
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
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddConsole(options =>
        {
            options.FormatterName = RedactingConsoleFormatter.FormatterName;
            options.LogToStandardErrorThreshold = LogLevel.Trace; // Standard output is for results.
        });
        builder.Services.AddSingleton<ConsoleFormatter, RedactingConsoleFormatter>();
    }

    private static void AddMail(WebApplicationBuilder builder, SqliteDatabase database)
    {
        builder.Services.AddOrleansCampaignsMail(builder.Configuration);
        builder.Services.PostConfigure<MailOptions>(options =>
        {
            options.Key ??= Convert.ToHexString(database.SigningKey.Span);
            if (options.Relays.Count == 0)
            {
                // Whoever configures nothing has a mail server on the same machine, or soon reads that there is none.
                options.Relays.Add(new RelayOptions { Name = "localhost", Host = "localhost", Port = 25 });
            }
        });
    }

    private static void AddEngine(WebApplicationBuilder builder, SqliteDatabase database)
    {
        builder.Services.AddSingleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>();
        builder.Services.AddOptions<EngineOptions>()
            .Bind(builder.Configuration.GetSection("Engine"))
            .Configure(
                options =>
                    options.DeductOn = builder.Configuration.GetValue("Licences:DeductOn", DeductOn.FirstAttempt))
            .ValidateOnStart();
        builder.Services.Configure<ThrottlingOptions>(builder.Configuration.GetSection(ThrottlingOptions.Section));
        builder.Host.UseOrleans(silo =>
        {
            // One process is the whole cluster: its ports matter to nobody, and two demos must not collide.
            var (siloPort, gatewayPort) = FreePorts();
            silo.UseLocalhostClustering(siloPort, gatewayPort, serviceId: "orleans-campaigns", clusterId: "embedded");
            silo.Services.AddOptions<ReminderOptions>().Configure<IOptions<EngineOptions>>(
                (reminders, engine) => reminders.MinimumReminderPeriod = engine.Value.ReminderPeriod);
            silo.UseEmbeddedStorage(database);
            silo.AddCampaignGrains();
            silo.AddMailboxGrains();
            silo.AddAdministratorDashboard();
        });
    }

    private static (int Silo, int Gateway) FreePorts()
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
}
