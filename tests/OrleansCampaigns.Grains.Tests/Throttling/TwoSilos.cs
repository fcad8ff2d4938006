using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.TestingHost;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Storage;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Grains.Tests.Throttling;

/// <summary>Two silos that share a database, each with its own way out; what begins is recorded for both.</summary>
public sealed class TwoSilos : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oc-limits-").FullName;
    private readonly InProcessTestCluster _cluster;
    private readonly SqliteDatabase _database;
    private readonly long _startedAt = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentQueue<SinkRecord> _records = new();
    private readonly ConcurrentDictionary<string, int> _byDomain = new(StringComparer.Ordinal);

    private TwoSilos(Action<ThrottlingOptions>? limit, SmtpSink? sink, double? relayRate)
    {
        _database = new(Path.Combine(_folder, "campaigns.db"), TimeProvider.System);
        _database.Initialise();
        Audiences = new Storage.Audiences.AudienceStore(_database);
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(Clock);
            if (sink is null)
            {
                silo.Services.AddSingleton<IMailRelays>(Script());
                silo.Services.AddSingleton<IMessageComposers>(new PlainComposers());
            }
            else
            {
                AddMail(silo.Services, sink, relayRate);
            }

            silo.Services.Configure<EngineOptions>(options =>
            {
                options.PartitionSize = 15;
                options.ReminderPeriod = TimeSpan.FromSeconds(1);
                options.Retry = Engine.Fast;
            });
            silo.Services.Configure<ThrottlingOptions>(options =>
            {
                // Wide, because this machine may be busy with other tests: what began evenly bunches then.
                options.Slack = Slack;
                limit?.Invoke(options);
            });
            silo.Services.Configure<ReminderOptions>(
                options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));

            // By their load, which is the same in one process, all of a campaign might be on one silo.
            silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
            silo.UseEmbeddedStorage(_database);
            silo.AddCampaignGrains();
        });
        _cluster = builder.Build();
    }

    public static TimeSpan Slack { get; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The silos' clock; a test may move it forward.</summary>
    public ShiftedClock Clock { get; } = new();

    public Storage.Audiences.AudienceStore Audiences { get; }

    public InProcessTestCluster Cluster => _cluster;

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>What has begun at the scripted way out of either silo.</summary>
    public IReadOnlyCollection<SinkRecord> Records => _records;

    /// <summary>What an attempt comes to, by domain and how many attempts that domain has had; sent when it says
    /// nothing.</summary>
    public Func<string, int, AttemptReport?> Answer { get; set; } = (_, _) => null;

    /// <summary>How long a transaction takes.</summary>
    public TimeSpan Takes { get; set; }

    public static async Task<TwoSilos> Start(
        Action<ThrottlingOptions>? limit = null, SmtpSink? sink = null, double? relayRate = null)
    {
        var silos = new TwoSilos(limit, sink, relayRate);
        await silos._cluster.DeployAsync();
        return silos;
    }

    /// <summary>A campaign to these addresses, started.</summary>
    public async Task<ICampaignGrain> Send(IReadOnlyList<string> addresses, string account = "main")
    {
        var owner = new AccountId(account);
        var lists = new ListDirectory(_database);
        await Grains.Account(owner).Grant(addresses.Count, "test", "test");
        var list = (await lists.CreateList(owner, Guid.NewGuid().ToString("N"))).Value!.Id;
        var members = addresses.Select(
            address => new ContactInput(address, null, new Dictionary<string, string>())).ToList();
        Assert.Null((await lists.AddMembers(owner, list, members)).Refusal);
        var campaign = Grains.Campaign(CampaignId.Create(TimeProvider.System.GetUtcNow()));
        Assert.Null((await campaign.Create(owner, new CampaignDefinition
        {
            Name = "test",
            Sender = new("news@sender.example"),
            Content = new() { Subject = "Hello", Html = "<p>Hello</p>" },
            Audience = new() { ListIds = [list] },
        })).Refusal);
        Assert.Null((await campaign.Start(owner)).Refusal);
        return campaign;
    }

    /// <summary>Whether a grain's activation is on a silo.</summary>
    public bool IsOn(InProcessSiloHandle silo, IAddressable grain) =>
        _cluster.TryGetGrainContext(grain.GetGrainId(), out var context)
        && context.Address.SiloAddress?.Equals(silo.SiloAddress) == true;

    public ContactId ContactOf(string address) => ContactId.Of(_database.ContactKey.Span, AccountId.Main, address);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ScriptedRelays Script()
    {
        var relays = new ScriptedRelays();
        relays.OnSend = async address =>
        {
            var begun = TimeProvider.System.GetElapsedTime(_startedAt);
            if (Takes > TimeSpan.Zero)
            {
                using var timer = new PeriodicTimer(Takes);
                await timer.WaitForNextTickAsync();
            }

            var domain = address[(address.IndexOf('@') + 1)..];
            _records.Enqueue(new(address, domain, begun, TimeProvider.System.GetElapsedTime(_startedAt), 250));
        };
        relays.Script = (address, _) =>
        {
            var domain = address[(address.IndexOf('@') + 1)..];
            return Answer(domain, _byDomain.AddOrUpdate(domain, 1, (_, count) => count + 1));
        };
        return relays;
    }

    private static void AddMail(IServiceCollection services, SmtpSink sink, double? relayRate)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Mail:Key"] = "a key that only tests know",
            ["Mail:Relays:0:Name"] = "sink",
            ["Mail:Relays:0:Host"] = "127.0.0.1",
            ["Mail:Relays:0:Port"] = $"{sink.Port}",
            ["Mail:Relays:0:Security"] = "None",
            ["Mail:Relays:0:RatePerSecond"] = FormattableString.Invariant($"{relayRate}"),
        };
        services.AddSingleton(new RecipientTokens(new(
            [new(0, Encoding.UTF8.GetBytes(settings["Mail:Key"]!), DateTimeOffset.MinValue)])));
        services.AddOptions<TrackingOptions>();
        services.AddOrleansCampaignsMail(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
    }
}

/// <summary>The system's clock, moved forward by a test; timers take their real time.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long _ticks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
