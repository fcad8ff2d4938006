using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Host.Logs;
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
                        advertised,
                        settings.SiloPort,
                        settings.GatewayPort,
                        listenOnAnyHostAddress: !IPAddress.IsLoopback(advertised));
                }

                silo.Configure<ClusterMembershipOptions>(
                    options => FailureDetection.Configure(options, settings.TakeOverMax));
                silo.Services.AddSingleton<SiloNews>();
                silo.Services.AddFromExisting<SiloNews>();
            }
            else
            {
                // One process is the whole cluster. Its port is a name that nothing listens on, and there is no
                // gateway: either would let callers reach every grain without a key.
                silo.UseLocalhostClustering(gatewayPort: 0, serviceId: settings.ServiceId, clusterId: "embedded");
                DeafListeners.Use(silo.Services);
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

            client.Services.AddSingleton<GatewayNews>();
            client.AddGatewayCountChangedHandler(
                services => services.GetRequiredService<GatewayNews>().Changed);
            client.Services.AddCampaignFeedback();
            client.AddDashboard(DashboardSetup.Configure);
        });

    private static void Name(IServiceCollection services, ClusterSettings settings) =>
        services.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = settings.Id;
            options.ServiceId = settings.ServiceId;
        });

    /// <summary>Where a silo of a cluster listens: on every address, unless others are told of the loopback one.
    /// </summary>
    public static IPAddress ListensOn(IPAddress? advertised) =>
        advertised is not null && IPAddress.IsLoopback(advertised) ? advertised : IPAddress.Any;

    // As the silo's own parts take part in its start.
    private static void AddFromExisting<T>(this IServiceCollection services)
        where T : class, ILifecycleParticipant<ISiloLifecycle> =>
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            provider => provider.GetRequiredService<T>());

    /// <summary>Listeners of a silo that is alone: they open no socket and accept nothing.</summary>
    private sealed class DeafListeners : IConnectionListenerFactory
    {
        /// <summary>Takes the place of every listener that the silo has.</summary>
        public static void Use(IServiceCollection services)
        {
            foreach (var listener in services
                .Where(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionListenerFactory))
                .ToList())
            {
                services.Remove(listener);
                services.AddKeyedSingleton<IConnectionListenerFactory, DeafListeners>(listener.ServiceKey);
            }
        }

        public ValueTask<IConnectionListener> BindAsync(
            EndPoint endpoint, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IConnectionListener>(new DeafListener(endpoint));
    }

    private sealed class DeafListener(EndPoint endPoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _unbound.Task.WaitAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
