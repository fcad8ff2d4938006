using Orleans.Storage;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Tests;

/// <summary>A real database of the test's own, which goes with it.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    public static readonly AccountId Account = AccountId.Main;
    public static readonly AccountId Other = new("other");

    public TestClock Clock { get; } = new();

    public abstract IDatabase Database { get; }

    public static ContactInput Input(
        string address, string? name = null, params (string Name, string Value)[] attributes) =>
        new(address, name, attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value));

    /// <summary>Runs statements of the test's own; <paramref name="values"/> are <c>$0</c>, <c>$1</c> and so
    /// on.</summary>
    public abstract Task<int> Execute(string sql, params object?[] values);

    public abstract Task<long> Number(string sql, params object?[] values);

    /// <summary>The rows, each as its columns with a blank between them.</summary>
    public Task<List<string>> Texts(string sql, params object?[] values) => Texts(' ', "NULL", sql, values);

    /// <summary>The rows, each as its columns with a separator between them.</summary>
    public abstract Task<List<string>> Texts(char separator, string none, string sql, params object?[] values);

    /// <summary>Makes the database refuse a write of a row, as a full disk would.</summary>
    /// <param name="name">What it is to be allowed again by.</param>
    /// <param name="write">Which write: <c>BEFORE UPDATE ON imports</c>.</param>
    /// <param name="condition">Of <c>NEW</c> and <c>OLD</c>.</param>
    public abstract Task Refuse(string name, string write, string condition = "1 = 1");

    /// <summary>Ends a refusal.</summary>
    public abstract Task Allow(string name, string table);

    /// <summary>What keeps the states of contacts in this database.</summary>
    public abstract IGrainStorage OpenContactStates(IGrainStorageSerializer serializer);

    /// <summary>The JSON of a state, as a column.</summary>
    public abstract string StateColumn { get; }

    public abstract ValueTask DisposeAsync();
}

/// <summary>Makes databases of one kind.</summary>
public interface ITestDatabases
{
    Task<TestDatabase> Create();
}

/// <summary>Tests that hold on either database; each has one of its own.</summary>
public abstract class DatabaseContract(ITestDatabases databases) : IAsyncLifetime
{
    protected TestDatabase Test { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Test = await databases.Create();

    public virtual async ValueTask DisposeAsync()
    {
        // xunit disposes what a skipped test never made, too.
        if (Test is not null)
        {
            await Test.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>A clock that stands still until a test moves it.</summary>
public sealed class TestClock : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private DateTimeOffset _now = Beginning;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Move(TimeSpan by) => _now += by;

    public void Reset() => _now = Beginning;
}
