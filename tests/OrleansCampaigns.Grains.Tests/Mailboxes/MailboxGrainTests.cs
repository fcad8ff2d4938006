using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Storage;
using OrleansCampaigns.Storage.Sqlite;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Mailboxes;

/// <summary>The one reader of a mailbox, on a cluster of two silos.</summary>
public sealed class MailboxGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(10);

    private readonly ScriptedReader _reader = new();
    private readonly StorageFaults _faults = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("oc-mailboxes-").FullName;
    private readonly SqliteDatabase _database;
    private InProcessTestCluster? _cluster;

    public MailboxGrainTests()
    {
        _database = new(Path.Combine(_folder, "campaigns.db"), TimeProvider.System);
        _database.Initialise();
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_mailbox_is_read_from_the_start_of_the_silos_on_by_one_reader_at_a_time()
    {
        _reader.PollPeriod = TimeSpan.FromMilliseconds(10);
        await Start();
        await Eventually.Holds("it is read twenty times", () => _reader.Reads >= 20);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _cluster!.Client.Mailbox("bounces").Start()));
        await Eventually.Holds("it is read forty times", () => _reader.Reads >= 40);

        Assert.Equal(1, _reader.AtOnceMax);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (uint)i), _reader.Cursors.Take(40));
    }

    [Fact]
    public async Task What_is_left_is_read_at_once()
    {
        _reader.PollPeriod = Never;
        _reader.Answer = cursor => new MailboxBatch(Next(cursor), cursor.LastUid < 6, MailboxTrouble.None);
        await Start();

        await Eventually.Holds("seven batches are read", () => _reader.Reads == 7);
    }

    [Fact]
    public async Task The_cursor_outlives_the_grain_and_a_reminder_brings_the_reader_back()
    {
        _reader.PollPeriod = Never;
        await Start();
        await Eventually.Holds("it is read", () => _reader.Reads == 1);

        await _cluster!.Client.Mailbox("bounces").Cast<IGrainManagementExtension>().DeactivateOnIdle();

        await Eventually.Holds("it is read again", () => _reader.Reads == 2);
        Assert.Equal([0u, 1u], _reader.Cursors);
    }

    [Fact]
    public async Task The_death_of_the_silo_that_reads_is_no_end()
    {
        _reader.PollPeriod = TimeSpan.FromMilliseconds(20);
        await Start();
        await Eventually.Holds("it is read", () => _reader.Reads >= 5);
        var reads = _reader.Reads;

        await _cluster!.StopSiloAsync(_cluster.Silos[1]);

        // Whichever silo it was: the other one reads on.
        await Eventually.Holds("it is read on", () => _reader.Reads >= reads + 5);
        Assert.Equal(1, _reader.AtOnceMax);
    }

    [Fact]
    public async Task What_could_not_be_stored_is_read_again()
    {
        _reader.PollPeriod = Never;
        _faults.Script = (_, state) => state == "mailbox" && _reader.Reads == 1 ? Fault.BeforeWrite : null;
        await Start();

        await Eventually.Holds("it is read again", () => _reader.Reads == 2);
        Assert.Equal([0u, 0u], _reader.Cursors);
    }

    [Fact]
    public async Task A_server_in_trouble_is_asked_less_and_less_often()
    {
        var period = TimeSpan.FromMilliseconds(50);
        _reader.PollPeriod = period;
        _reader.Answer = cursor => new MailboxBatch(cursor, true, MailboxTrouble.Unreachable);
        await Start();
        await Eventually.Holds("it is asked five times", () => _reader.Reads >= 5);

        var times = _reader.Times.ToArray();
        for (var i = 1; i < 5; i++)
        {
            Assert.True(
                times[i] - times[i - 1] >= period * Math.Pow(2, i - 1) * 0.9,
                $"The pause before try {i + 1} was {times[i] - times[i - 1]}.");
        }

        _reader.Answer = cursor => new MailboxBatch(Next(cursor), false, MailboxTrouble.None);
        var reads = _reader.Reads;
        await Eventually.Holds("it is read as often as before", () => _reader.Reads >= reads + 5);
    }

    [Fact]
    public async Task A_reader_that_fails_unexpectedly_is_brought_back()
    {
        _reader.PollPeriod = Never;
        _reader.Answer = cursor => _reader.Reads == 1
            ? throw new InvalidOperationException("A bug.")
            : new MailboxBatch(Next(cursor), false, MailboxTrouble.None);
        await Start();

        await Eventually.Holds("it is read again", () => _reader.Reads == 2);
    }

    [Fact]
    public async Task A_mailbox_that_is_not_configured_any_more_is_left_alone()
    {
        _reader.PollPeriod = TimeSpan.FromMilliseconds(10);
        await Start();
        await Eventually.Holds("it is read", () => _reader.Reads > 0);
        _reader.PollPeriod = null;
        await _cluster!.Client.Mailbox("bounces").Cast<IGrainManagementExtension>().DeactivateOnIdle();

        await Eventually.Holds("its reminder is gone", async () =>
            (await _cluster.Silos[0].ServiceProvider.GetRequiredService<IReminderTable>().ReadRows(0, 0))
                .Reminders.Count == 0);
        var reads = _reader.Reads;
        await _cluster.Client.Mailbox("other").Start();
        Assert.Equal(reads, _reader.Reads);
    }

    [Fact]
    public async Task The_dashboard_sees_how_far_it_is_read_and_nothing_of_any_message()
    {
        _reader.PollPeriod = Never;
        _reader.Answer = cursor => new MailboxBatch(
            cursor with
            {
                LastUid = 7,
                Done = ["telltale-1", "telltale-2"],
                Waiting = cursor.Waiting.Add("telltale-3", new(1, TimeProvider.System.GetUtcNow())),
            },
            HasMore: false,
            MailboxTrouble.None);
        await Start();
        await Eventually.Holds(
            "it is read", async () => (await _cluster!.Client.Mailbox("bounces").GetState()).LastUid == 7);

        var state = await _cluster!.Client.Mailbox("bounces").GetState();

        Assert.Equal((2, 1, 0), (state.Done, state.Waiting, state.Failures));
        Assert.DoesNotContain("telltale", JsonSerializer.Serialize(state), StringComparison.Ordinal);
    }

    private static MailboxCursor Next(MailboxCursor cursor) => cursor with { LastUid = cursor.LastUid + 1 };

    private async Task Start()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddSingleton<IMailboxReader>(_reader);
            silo.Services.Configure<EngineOptions>(options => options.ReminderPeriod = TimeSpan.FromSeconds(1));
            silo.Services.Configure<ReminderOptions>(
                options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));

            // In memory, the table of reminders would end with the silo that happens to hold it.
            silo.UseEmbeddedStorage(_database);
            var stored = silo.Services.Last(
                service => service.IsKeyedService && Equals(service.ServiceKey, StorageNames.Engine));
            silo.Services.Remove(stored);
            silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Engine, (services, key) => new FaultyStorage(
                (IGrainStorage)stored.KeyedImplementationFactory!(services, key), _faults));
            silo.AddMailboxGrains();
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    /// <summary>Counts who reads, and when.</summary>
    private sealed class ScriptedReader : IMailboxReader
    {
        private int _now;

        public TimeSpan? PollPeriod { get; set; }

        public Func<MailboxCursor, MailboxBatch> Answer { get; set; } =
            cursor => new MailboxBatch(Next(cursor), false, MailboxTrouble.None);

        public ConcurrentQueue<uint> Cursors { get; } = [];

        public ConcurrentQueue<TimeSpan> Times { get; } = [];

        public int Reads => Cursors.Count;

        public int AtOnceMax { get; private set; }

        public IReadOnlyCollection<string> Names => ["bounces"];

        public TimeSpan? PollPeriodOf(string name) => name == "bounces" ? PollPeriod : null;

        public async Task<MailboxBatch> Read(string name, MailboxCursor cursor, CancellationToken cancellation)
        {
            AtOnceMax = Math.Max(AtOnceMax, Interlocked.Increment(ref _now));
            Times.Enqueue(TimeProvider.System.GetElapsedTime(0));
            Cursors.Enqueue(cursor.LastUid);
            await Task.Yield(); // Others have their turn meanwhile.
            try
            {
                return Answer(cursor);
            }
            finally
            {
                Interlocked.Decrement(ref _now);
            }
        }
    }
}
