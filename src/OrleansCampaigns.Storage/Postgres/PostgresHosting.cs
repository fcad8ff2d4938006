using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Storage.Audiences;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Adds the cluster's database to silos and to clients.</summary>
public static class PostgresHosting
{
    private const string Invariant = "Npgsql";
    private const string AdoNet = "adonet";

    /// <summary>Registers membership, grain storage, reminders and audiences on an initialised database.</summary>
    public static ISiloBuilder UsePostgresStorage(this ISiloBuilder silo, PostgresDatabase database)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(database);
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = database.ClusteringConnectionString;
        });
        silo.UseAdoNetReminderService(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = database.RemindersConnectionString;
        });
        return silo.AddPostgresGrainStorage(database);
    }

    /// <summary>Registers grain storage and audiences alone, for a cluster that keeps its membership
    /// elsewhere.</summary>
    public static ISiloBuilder AddPostgresGrainStorage(this ISiloBuilder silo, PostgresDatabase database)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(database);
        silo.AddAdoNetGrainStorage(AdoNet, options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = database.StatesConnectionString;
            options.GrainStorageSerializer = new PostgresStateSerializer(new StateSerializer());
        });
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Engine, (services, _) =>
            new PostgresGrainStorage(services.GetRequiredKeyedService<IGrainStorage>(AdoNet)));
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Contacts, (services, _) =>
            new PostgresContactStateStorage(
                database.Contacts,
                new PostgresStateSerializer(new StateSerializer()),
                services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId));
        silo.Services.AddSingleton<IAudienceStore>(
            services => new AudienceStore(database, services.GetService<TimeProvider>()));
        return silo;
    }

    /// <summary>Lets a client find the silos that have joined on this database.</summary>
    public static IClientBuilder UsePostgresClustering(this IClientBuilder client, PostgresDatabase database)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(database);
        return client.UseAdoNetClustering(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = database.ClusteringConnectionString;
        });
    }
}
