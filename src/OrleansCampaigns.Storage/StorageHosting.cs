using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.States;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage;

/// <summary>Adds the embedded database to a silo.</summary>
public static class StorageHosting
{
    // Orleans' name for SQLite; it loads Microsoft.Data.Sqlite.
    private const string Invariant = "System.Data.SQLite";
    private const string AdoNet = "adonet";

    /// <summary>Registers grain storage, reminders and audiences on an initialised database.</summary>
    public static ISiloBuilder UseEmbeddedStorage(this ISiloBuilder silo, SqliteDatabase database)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(database);
        silo.AddAdoNetGrainStorage(AdoNet, options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = database.ConnectionString;
            options.GrainStorageSerializer = new StateSerializer();
        });
        silo.UseAdoNetReminderService(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = database.ConnectionString;
        });
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Engine, (services, _) =>
            new GatedGrainStorage(services.GetRequiredKeyedService<IGrainStorage>(AdoNet), database));
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Contacts, (services, _) => new ContactStateStorage(
            database, new StateSerializer(), services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId));
        silo.Services.AddSingleton<IAudienceStore>(
            services => new AudienceStore(database, services.GetService<TimeProvider>()));
        return silo;
    }
}
