using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Tests;

/// <summary>A real database in a folder of its own, which goes with it.</summary>
public sealed class TestDatabase : IDisposable
{
    public static readonly AccountId Account = AccountId.Main;
    public static readonly AccountId Other = new("other");

    public TestDatabase()
    {
        Database = new(Path.Combine(Folder, "campaigns.db"), Clock);
        Database.Initialise();
    }

    public string Folder { get; } = System.IO.Directory.CreateTempSubdirectory("oc-storage-").FullName;

    public TestClock Clock { get; } = new();

    public SqliteDatabase Database { get; }

    public static ContactInput Input(
        string address, string? name = null, params (string Name, string Value)[] attributes) =>
        new(address, name, attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value));

    /// <summary>Runs statements of the test's own; <paramref name="values"/> are <c>$0</c>, <c>$1</c> and so
    /// on.</summary>
    public Task<int> Execute(string sql, params object?[] values) => Database.Write(
        connection => connection.Change(sql, values.Select((value, i) => ($"${i}", value))));

    public Task<List<string>> Texts(string sql, params object?[] values) => Database.Read(
        connection => connection.Rows(
            reader =>
                reader.IsDBNull(0) ? "NULL" : reader.GetString(0), sql, values.Select((value, i) => ($"${i}", value))));

    public Task<long> Number(string sql, params object?[] values) => Database.Read(
        connection => connection.Number(sql, values.Select((value, i) => ($"${i}", value))));

    public void Dispose()
    {
        Database.Dispose();
        System.IO.Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A clock that stands still until a test moves it.</summary>
public sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Move(TimeSpan by) => _now += by;
}
