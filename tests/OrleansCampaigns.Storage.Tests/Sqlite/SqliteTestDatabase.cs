using System.Globalization;
using Orleans.Storage;
using OrleansCampaigns.Storage.Sqlite;
using OrleansCampaigns.Storage.States;

namespace OrleansCampaigns.Storage.Tests.Sqlite;

/// <summary>A file in a folder of its own, which goes with it.</summary>
public sealed class SqliteTestDatabase : TestDatabase
{
    public SqliteTestDatabase()
    {
        Database = new(Path.Combine(Folder, "campaigns.db"), Clock);
        Database.Initialise();
    }

    public string Folder { get; } = System.IO.Directory.CreateTempSubdirectory("oc-storage-").FullName;

    public override SqliteDatabase Database { get; }

    public override Task<int> Execute(string sql, params object?[] values) => Database.Write(
        connection => connection.Change(sql, values.Select((value, i) => ($"${i}", value))));

    public override Task<long> Number(string sql, params object?[] values) => Database.Read(
        connection => connection.Number(sql, values.Select((value, i) => ($"${i}", value))));

    public override Task<List<string>> Texts(char separator, string none, string sql, params object?[] values) =>
        Database.Read(connection => connection.Rows(
            reader => string.Join(separator, Enumerable.Range(0, reader.FieldCount).Select(column =>
                reader.IsDBNull(column)
                    ? none
                    : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture))),
            sql,
            values.Select((value, i) => ($"${i}", value))));

    public override Task Refuse(string name, string write, string condition) => Execute(
        $"CREATE TRIGGER {name} {write} WHEN {condition} BEGIN SELECT raise(ABORT, 'the disk is full'); END");

    public override Task Allow(string name, string table) => Execute($"DROP TRIGGER {name}");

    public override IGrainStorage OpenContactStates(IGrainStorageSerializer serializer) =>
        new ContactStateStorage(Database, serializer, "test");

    public override string StateColumn => "CAST(PayloadBinary AS TEXT)";

    public override ValueTask DisposeAsync()
    {
        Database.Dispose();
        System.IO.Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Embedded databases.</summary>
public sealed class SqliteDatabases : ITestDatabases
{
    public static SqliteDatabases Instance { get; } = new();

    public Task<TestDatabase> Create() => Task.FromResult<TestDatabase>(new SqliteTestDatabase());
}
