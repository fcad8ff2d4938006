using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.States;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>Orleans' own providers with our tables and our statements.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class PostgresOrleansTests(PostgresFixture postgres) : IAsyncLifetime
{
    private PostgresTestDatabase _given = null!;
    private IHost _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _given = await postgres.CreateDatabase();
        _silo = await StartSilo();
    }

    public async ValueTask DisposeAsync()
    {
        // xunit disposes what a skipped test never made, too.
        if (_silo is not null)
        {
            await _silo.StopAsync();
            _silo.Dispose();
        }

        if (_given is not null)
        {
            await _given.DisposeAsync();
        }
    }

    [Fact]
    public async Task Silos_find_each_other_and_clients_find_them()
    {
        using var second = await StartSilo();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.UseOrleansClient(
            orleans => orleans.UsePostgresClustering(_given.Database).Configure<ClusterOptions>(Name));
        using var client = builder.Build();
        await client.StartAsync();

        var gateways = await client.Services.GetRequiredService<IGatewayListProvider>().GetGateways();
        var hosts = await client.Services.GetRequiredService<IClusterClient>()
            .GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);

        Assert.Equal(2, gateways.Count);
        Assert.Equal(2, hosts.Count);
        await client.StopAsync();
        await second.StopAsync();
        var table = await _silo.Services.GetRequiredService<IMembershipTable>().ReadAllAsync();
        Assert.Equal(
            [SiloStatus.Active, SiloStatus.Dead], table.Members.Select(member => member.Item1.Status).Order());
    }

    [Fact]
    public async Task A_row_of_the_membership_is_written_against_the_version_of_the_table_alone()
    {
        // A table of its own: the silo writes to its cluster's whenever it likes.
        using var other = BuildSilo(NameAnother);
        var members = other.Services.GetRequiredService<IMembershipTable>();
        await members.InitializeMembershipTableAsync(tryInitTableVersion: true);
        var before = await members.ReadAllAsync();
        var entry = SomeMember(1);

        Assert.True(await members.InsertRowAsync(entry, before.Version.Next()));
        Assert.False(await members.InsertRowAsync(entry, before.Version.Next()));
        var inserted = await members.ReadRowAsync(entry.SiloAddress);
        Assert.False(await members.InsertRowAsync(entry, inserted.Version.Next()));
        Assert.Equal(before.Version.Version + 1, inserted.Version.Version);

        // A row has no version of its own: its tag is the table's, and the provider takes no other.
        var tag = Assert.Single(inserted.Members).Item2;
        Assert.Equal(inserted.Version.VersionEtag, tag);
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(SiloAddress.New(IPAddress.Loopback, 2, 2), entry.StartTime);
        Assert.False(await members.UpdateRowAsync(entry, "", inserted.Version.Next()));
        Assert.False(await members.UpdateRowAsync(entry, before.Version.VersionEtag, inserted.Version.Next()));
        Assert.False(await members.UpdateRowAsync(entry, before.Version.VersionEtag, before.Version.Next()));
        Assert.True(await members.UpdateRowAsync(entry, tag, inserted.Version.Next()));
        Assert.False(await members.UpdateRowAsync(entry, tag, inserted.Version.Next()));
        var updated = await members.ReadRowAsync(entry.SiloAddress);
        var row = Assert.Single(updated.Members).Item1;
        Assert.Equal((SiloStatus.Dead, 1), (row.Status, row.SuspectTimes!.Count));
        Assert.Equal(inserted.Version.Version + 1, updated.Version.Version);

        // A sign of life changes no version: silos give it at any time, and it must not undo another's write.
        entry.IAmAliveTime = entry.IAmAliveTime.AddMinutes(1);
        await members.UpdateIAmAliveAsync(entry);
        var alive = await members.ReadRowAsync(entry.SiloAddress);
        Assert.Equal(entry.IAmAliveTime, Assert.Single(alive.Members).Item1.IAmAliveTime);
        Assert.Equal(updated.Version.Version, alive.Version.Version);
    }

    [Fact]
    public async Task The_dead_leave_the_membership_when_nothing_about_them_is_recent()
    {
        using var other = BuildSilo(NameAnother);
        var members = other.Services.GetRequiredService<IMembershipTable>();
        await members.InitializeMembershipTableAsync(tryInitTableVersion: true);
        var (gone, voted, suspected) = (SomeMember(1), SomeMember(2), SomeMember(3));
        var (alive, hung) = (SomeMember(4), SomeMember(5));
        var cutoff = gone.StartTime.AddDays(7);
        voted.AddSuspector(gone.SiloAddress, voted.StartTime);
        suspected.AddSuspector(gone.SiloAddress, cutoff.AddMinutes(1)); // It hung for a week, and died just now.
        alive.IAmAliveTime = cutoff.AddMinutes(1);
        foreach (var entry in new[] { gone, voted, suspected, alive, hung })
        {
            Assert.True(await members.InsertRowAsync(entry, (await members.ReadAllAsync()).Version.Next()));
            var (_, tag) = (await members.ReadRowAsync(entry.SiloAddress)).Members.Single();
            entry.Status = entry == hung ? SiloStatus.Active : SiloStatus.Dead; // No sign of life makes it dead alone.
            Assert.True(await members.UpdateRowAsync(entry, tag, (await members.ReadAllAsync()).Version.Next()));
        }

        var before = await members.ReadAllAsync();
        await members.CleanupDefunctSiloEntriesAsync(cutoff);
        var left = await members.ReadAllAsync();

        Assert.Equal(
            [suspected.SiloAddress, alive.SiloAddress, hung.SiloAddress],
            left.Members.Select(member => member.Item1.SiloAddress).OrderBy(silo => silo.Endpoint.Port));
        Assert.Equal(before.Version.Version, left.Version.Version);
    }

    [Fact]
    public async Task Reminders_are_kept_and_found_by_their_place_on_the_ring()
    {
        var reminders = _silo.Services.GetRequiredService<IReminderTable>();
        var entries = Enumerable.Range(0, 20).Select(i => new ReminderEntry
        {
            GrainId = GrainId.Create("campaign-partition", $"cx:{i}:0"),
            ReminderName = "work",
            StartAt = new DateTime(2026, 3, 1, 9, 0, i, DateTimeKind.Utc),
            Period = TimeSpan.FromDays(60),
        }).ToList();
        foreach (var entry in entries)
        {
            entry.ETag = await reminders.UpsertRow(entry);
        }

        var again = await reminders.UpsertRow(entries[0]);
        Assert.NotEqual(entries[0].ETag, again);
        Assert.False(await reminders.RemoveRow(entries[0].GrainId, "work", entries[0].ETag!));
        var read = await reminders.ReadRow(entries[0].GrainId, "work");
        Assert.Equal((entries[0].StartAt, entries[0].Period, again), (read!.StartAt, read.Period, read.ETag));
        Assert.Single((await reminders.ReadRows(entries[1].GrainId)).Reminders);

        const uint Half = 0x8000_0000;
        var (one, other) = (await reminders.ReadRows(0, Half), await reminders.ReadRows(Half, 0));
        Assert.Equal(
            entries.Select(entry => entry.GrainId).Order(),
            one.Reminders.Concat(other.Reminders).Select(entry => entry.GrainId).Order());
        Assert.All(one.Reminders, entry => Assert.InRange(entry.GrainId.GetUniformHashCode(), 1u, Half));
        Assert.Equal(20, (await reminders.ReadRows(7, 7)).Reminders.Count);

        Assert.True(await reminders.RemoveRow(entries[0].GrainId, "work", again!));
        Assert.Null(await reminders.ReadRow(entries[0].GrainId, "work"));
        await reminders.TestOnlyClearTable();
        Assert.Empty((await reminders.ReadRows(7, 7)).Reminders);
    }

    [Fact]
    public async Task Of_two_activations_of_any_grain_one_inserts_and_an_old_version_cannot_overwrite()
    {
        var storage = _silo.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Engine);
        var id = GrainId.Create("campaign-partition", "cx:1:0");
        var states = Enumerable.Range(0, 8).Select(i => new GrainState<Note> { State = new($"{i}") }).ToList();

        var writes = states.Select(state => storage.WriteStateAsync("note", id, state)).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        var landed = Assert.Single(writes.Index(), write => write.Item.IsCompletedSuccessfully).Index;
        Assert.All(
            writes.Where(write => write.IsFaulted),
            write => Assert.IsType<InconsistentStateException>(write.Exception!.InnerException));
        var read = new GrainState<Note>();
        await storage.ReadStateAsync("note", id, read);
        Assert.Equal(($"{landed}", "1"), (read.State!.Text, read.ETag));
        await storage.WriteStateAsync("note", id, states[landed]);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("note", id, read));
        await storage.ClearStateAsync("note", id, states[landed]);
        Assert.Equal(["3 NULL"], await _given.Texts("SELECT Version, PayloadBinary FROM OrleansStorage"));
    }

    private static MembershipEntry SomeMember(int port) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, 1),
        HostName = "elsewhere",
        SiloName = $"silo {port}",
        Status = SiloStatus.Joining,
        StartTime = new DateTime(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc),
    };

    private static void Name(ClusterOptions options) =>
        (options.ServiceId, options.ClusterId) = ("orleans-campaigns", "test");

    private static void NameAnother(ClusterOptions options) =>
        (options.ServiceId, options.ClusterId) = ("orleans-campaigns", "another");

    private async Task<IHost> StartSilo()
    {
        var host = BuildSilo(Name);
        await host.StartAsync();
        return host;
    }

    private IHost BuildSilo(Action<ClusterOptions> name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort());
            silo.Configure(name);
            silo.UsePostgresStorage(_given.Database);
            silo.Services.PostConfigureAll<AdoNetGrainStorageOptions>(
                options => options.GrainStorageSerializer = new NoteSerializer());
        });
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
