using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.Storage.SetAside;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Registers the directory.</summary>
public static class DirectoryServices
{
    /// <summary>Adds the directory's ports and, unless the options say otherwise, the worker that reads
    /// imports.</summary>
    /// <remarks>
    /// The database is initialised before the host starts, and closed by whoever made it. On the embedded database one
    /// process reads imports; on the cluster's any number of processes share them out.
    /// </remarks>
    public static IServiceCollection AddOrleansCampaignsDirectory(
        this IServiceCollection services, IDatabase database, DirectoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        options ??= new();
        ProcessMetrics.Begin();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(database);
        services.AddSingleton<IContactDirectory, ContactDirectory>();
        services.AddSingleton<IListDirectory, ListDirectory>();
        services.AddSingleton<ISubscriptionDirectory, SubscriptionDirectory>();
        services.AddSingleton<ICampaignDirectory, CampaignDirectory>();
        services.AddSingleton<IRecipientDirectory, RecipientDirectory>();
        services.AddSingleton<IContactIdentity, ContactIdentity>();
        services.AddSingleton(_ => new SetAsideMessages(database));
        services.AddSingleton<ISetAsideMessages>(provider => provider.GetRequiredService<SetAsideMessages>());
        services.AddSingleton<ISetAsideDirectory>(provider => provider.GetRequiredService<SetAsideMessages>());
        services.AddSingleton<IAccessDirectory, AccessDirectory>();
        services.AddSingleton<ISignedTokens, SignedTokens>();
        services.AddSingleton(_ => database.OpenImportFiles(options));
        services.AddSingleton<ImportSignal>();
        services.AddSingleton<IContactImporter, ContactImporter>();
        if (options.ReadsImports)
        {
            services.AddHostedService<ImportWorker>();
        }

        return services;
    }
}
