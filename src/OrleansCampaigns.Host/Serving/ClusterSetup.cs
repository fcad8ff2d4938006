using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Storage;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Makes the process a silo or a client of silos.</summary>
internal static class ClusterSetup
{
    private static readonly TimeSpan RemindersReadAtLeastEvery = TimeSpan.FromMinutes(1);

    public static void AddSilo(
        this WebApplicationBuilder builder,
        ClusterSettings settings,
        ServerDatabase database,
        IPAddress? advertised,
        bool isTraced) =>
        builder.Host.UseOrleans(silo =>
        {
            if (database.Cluster is { } cluster)
            {
                Name(silo.Services, settings);
                silo.UsePostgresStorage(cluster);
                if (advertised is null)
                {
                    silo.ConfigureEndpoints(settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: true);
                }
                else
                {
                    silo.ConfigureEndpoints(
                        advertised, settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: true);
                }

                silo.Configure<ClusterMembershipOptions>(
                    options => FailureDetection.Configure(options, settings.TakeOverMax));
            }
            else
            {
                // One process is the whole cluster: its ports matter to nobody, and two demos must not collide.
                var (siloPort, gatewayPort) = FreePorts();
                silo.UseLocalhostClustering(
                    siloPort, gatewayPort, serviceId: settings.ServiceId, clusterId: "embedded");
                silo.UseEmbeddedStorage(database.Embedded!);
            }

            silo.Services.AddOptions<ReminderOptions>().Configure<IOptions<EngineOptions>>((reminders, engine) =>
            {
                reminders.MinimumReminderPeriod = engine.Value.ReminderPeriod;

                // A reminder that was registered while its part of the ring changed hands ticks once it is read.
                reminders.RefreshReminderListPeriod = RemindersReadAtLeastEvery;
            });
            if (isTraced)
            {
                silo.AddActivityPropagation(); // Every call passes through its filters.
            }

            silo.AddCampaignGrains();
            silo.AddMailboxGrains();
            silo.AddDashboard(DashboardSetup.Configure);
        });

    public static void AddClient(
        this WebApplicationBuilder builder, ClusterSettings settings, ServerDatabase database, bool isTraced) =>
        builder.Host.UseOrleansClient(client =>
        {
            Name(client.Services, settings);
            client.UsePostgresClustering(database.Cluster!);
            client.UseConnectionRetryFilter(async (_, cancellation) =>
            {
                // Silos may start after this, or be away for a while.
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
                return true;
            });
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = settings.ResponseTimeout);
            if (isTraced)
            {
                client.AddActivityPropagation();
            }

            client.Services.AddCampaignFeedback();
            client.AddDashboard(DashboardSetup.Configure);
        });

    private static void Name(IServiceCollection services, ClusterSettings settings) =>
        services.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = settings.Id;
            options.ServiceId = settings.ServiceId;
        });

    private static (int Silo, int Gateway) FreePorts()
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
}
