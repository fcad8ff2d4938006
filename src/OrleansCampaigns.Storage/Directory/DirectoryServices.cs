using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.Storage.SetAside;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Registers the directory.</summary>
public static class DirectoryServices
{
    /// <summary>Adds the directory's ports and the worker that reads imports.</summary>
    /// <remarks>
    /// Needs a <see cref="Sqlite.SqliteDatabase"/> that is initialised before the host starts. One process reads
    /// imports; another one over the same database would only find its steps refused.
    /// </remarks>
    public static IServiceCollection AddOrleansCampaignsDirectory(
        this IServiceCollection services, DirectoryOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options ?? new DirectoryOptions());
        services.AddSingleton<IContactDirectory, ContactDirectory>();
        services.AddSingleton<IListDirectory, ListDirectory>();
        services.AddSingleton<ICampaignDirectory, CampaignDirectory>();
        services.AddSingleton<IRecipientDirectory, RecipientDirectory>();
        services.AddSingleton<IContactIdentity, ContactIdentity>();
        services.AddSingleton(provider => new SetAsideMessages(provider.GetRequiredService<Sqlite.SqliteDatabase>()));
        services.AddSingleton<ISetAsideMessages>(provider => provider.GetRequiredService<SetAsideMessages>());
        services.AddSingleton<ISetAsideDirectory>(provider => provider.GetRequiredService<SetAsideMessages>());
        services.AddSingleton<IAccessDirectory, AccessDirectory>();
        services.AddSingleton<ImportSpool>();
        services.AddSingleton<ImportSignal>();
        services.AddSingleton<IContactImporter, ContactImporter>();
        services.AddHostedService<ImportWorker>();
        return services;
    }
}
