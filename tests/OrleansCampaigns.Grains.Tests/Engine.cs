using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Storage;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Sqlite;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests;

/// <summary>Silos, one by default, with the real grains, the real database and a scripted way out.</summary>
public sealed class Engine : IAsyncDisposable
{
    public static readonly AccountId Account = AccountId.Main;

    private readonly string _folder = Directory.CreateTempSubdirectory("oc-grains-").FullName;
    private readonly InProcessTestCluster _cluster;
    private readonly string _service;
    private readonly bool _ownsDatabase;

    private Engine(Action<EngineOptions>? configure, short silos, IDatabase? shared = null, Engine? twin = null)
    {
        _ownsDatabase = shared is null;
        Database = shared ?? OpenSqlite(Path.Combine(_folder, "campaigns.db"));
        (Relays, Composers) = (twin?.Relays ?? new(), twin?.Composers ?? new());
        Lists = new ListDirectory(Database);
        Audiences = new Storage.Audiences.AudienceStore(Database);
        var builder = new InProcessTestClusterBuilder(silos);
        _service = builder.Options.ServiceId = twin?._service ?? builder.Options.ServiceId;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.AddSingleton<IMailRelays>(Relays);
            silo.Services.AddSingleton<IMessageComposers>(Composers);
            silo.Services.Configure<EngineOptions>(options =>
            {
                options.ReminderPeriod = TimeSpan.FromSeconds(1);
                options.Retry = Fast;
                configure?.Invoke(options);
            });
            silo.Services.Configure<ClusterMembershipOptions>(options =>
            {
                // A death is noticed within a second or two.
                options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
                options.NumMissedProbesLimit = 2;
                options.NumVotesForDeathDeclaration = 1;
            });
            silo.Services.Configure<ReminderOptions>(
                options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));
            if (Database is PostgresDatabase cluster)
            {
                silo.AddPostgresGrainStorage(cluster);
                silo.UseInMemoryReminderService();
            }
            else
            {
                silo.UseEmbeddedStorage((SqliteDatabase)Database);
            }

            silo.AddCampaignGrains();
            foreach (var name in new[] { StorageNames.Contacts, StorageNames.Engine })
            {
                var descriptor = silo.Services.Last(
                    service => service.IsKeyedService && Equals(service.ServiceKey, name));
                silo.Services.Remove(descriptor);
                silo.Services.AddKeyedSingleton<IGrainStorage>(name, (services, key) => new FaultyStorage(
                    (IGrainStorage)descriptor.KeyedImplementationFactory!(services, key), Faults));
            }
        });
        _cluster = builder.Build();
    }

    /// <summary>Temporary outcomes come back within milliseconds.</summary>
    public static RetryPolicy Fast { get; } = new()
    {
        Deferred = new(TimeSpan.FromMilliseconds(20), 1, TimeSpan.FromMilliseconds(20)),
        SoftBounced = new(TimeSpan.FromMilliseconds(20), 1, TimeSpan.FromMilliseconds(20)),
        MaxAge = TimeSpan.FromMinutes(10),
    };

    public IDatabase Database { get; }

    public IListDirectory Lists { get; }

    public Storage.Audiences.AudienceStore Audiences { get; }

    public ScriptedRelays Relays { get; }

    public PlainComposers Composers { get; }

    public StorageFaults Faults { get; } = new();

    /// <summary>The clock of the silos, which goes by itself.</summary>
    public JumpingClock Clock { get; } = new();

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>The cluster, to stop silos of and to add some.</summary>
    public InProcessTestCluster Cluster => _cluster;

    public IFeedback Feedback => _cluster.Silos[0].ServiceProvider.GetRequiredService<IFeedback>();

    public static async Task<Engine> Start(Action<EngineOptions>? configure = null, short silos = 1)
    {
        var engine = new Engine(configure, silos);
        await engine._cluster.DeployAsync();
        return engine;
    }

    /// <summary>The same, on a database of the cluster's kind that somebody else owns.</summary>
    public static async Task<Engine> StartOn(
        IDatabase database, Action<EngineOptions>? configure = null, short silos = 1)
    {
        var engine = new Engine(configure, silos, database);
        await engine._cluster.DeployAsync();
        return engine;
    }

    /// <summary>
    /// A second cluster on the same database and with the same way out, which knows nothing of the first: every grain
    /// may be in memory twice.
    /// </summary>
    public async Task<Engine> StartTwin(Action<EngineOptions>? configure = null)
    {
        var twin = new Engine(configure, 1, Database, this);
        await twin._cluster.DeployAsync();
        return twin;
    }

    /// <summary>A list with these addresses.</summary>
    public async Task<string> MakeList(params IEnumerable<string> addresses)
    {
        var list = await Lists.CreateList(Account, Guid.NewGuid().ToString("N"));
        var members = addresses.Select(
            address => new ContactInput(address, null, new Dictionary<string, string>())).ToList();
        Assert.Null((await Lists.AddMembers(Account, list.Value!.Id, members)).Refusal);
        return list.Value.Id;
    }

    /// <summary>A draft to these addresses, with enough licences to start it unless told how many.</summary>
    public async Task<ICampaignGrain> Draft(
        IReadOnlyList<string> addresses,
        InDoubtPolicy inDoubt = InDoubtPolicy.AssumeSent,
        long? licences = null)
    {
        await Grains.Account(Account).Grant(licences ?? addresses.Count, "test", "test");
        var campaign = Grains.Campaign(CampaignId.Create(TimeProvider.System.GetUtcNow()));
        var created = await campaign.Create(Account, new CampaignDefinition
        {
            Name = "test",
            Sender = new("news@sender.example"),
            Content = new() { Subject = "Hello", Html = "<p>Hello</p>" },
            Audience = new() { ListIds = [await MakeList(addresses)] },
            InDoubt = inDoubt,
        });
        Assert.Null(created.Refusal);
        return campaign;
    }

    /// <summary>The statistics once the campaign is over and its licences are settled.</summary>
    public static Task<CampaignStatistics> Ended(ICampaignGrain campaign, TimeSpan? limit = null) => Eventually.Get(
        "the campaign ends",
        async () => (await campaign.GetStatistics(Account)).Value is { Licences.IsSettled: true } statistics
            && statistics.Status.IsOver() ? statistics : null,
        limit);

    /// <summary>The invariants that hold at the end of every campaign, whatever happened on the way.</summary>
    public static void AssertSound(CampaignStatistics statistics)
    {
        Assert.True(statistics.Totals.IsConserved, $"Conservation: {statistics.Totals}");
        Assert.Equal(
            statistics.Licences.Reserved, statistics.Licences.Deducted + statistics.Licences.Released);
        Assert.Equal(statistics.Totals.Deducted, statistics.Licences.Deducted);
    }

    public IContactGrain Contact(string address) => Grains.Contact(Account, ContactOf(address));

    /// <summary>Hands on what came back for an address.</summary>
    public Task<FeedbackAnswer> Learn(string address, FeedbackEvent happened) =>
        Feedback.Apply(Account, ContactOf(address), happened);

    /// <summary>Everything that happened to the contact, oldest first.</summary>
    public async Task<List<HistoryEntry>> History(string address)
    {
        var entries = new List<HistoryEntry>();
        for (var (page, count) = (0, 1); page < count; page++)
        {
            var history = await Contact(address).GetHistory(page);
            entries.AddRange(history.Entries);
            count = history.PageCount;
        }

        return entries;
    }

    /// <summary>Where the campaign stands with the contact.</summary>
    public async Task<CampaignDelivery> Delivery(string address, CampaignId campaign) =>
        (await Contact(address).Describe()).Deliveries.Single(delivery => delivery.Campaign == campaign);

    /// <summary>Takes a grain out of memory: whatever it answers next it has read from the storage.</summary>
    public static ValueTask Forget(IGrain grain) => grain.Cast<IGrainManagementExtension>().DeactivateOnIdle();

    public ContactId ContactOf(string address) => ContactId.Of(Database.ContactKey.Span, Account, address);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        if (_ownsDatabase)
        {
            ((SqliteDatabase)Database).Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static SqliteDatabase OpenSqlite(string path)
    {
        var database = new SqliteDatabase(path, TimeProvider.System);
        database.Initialise();
        return database;
    }
}
