using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Storage.Tests.Postgres;

public class PostgresOptionsTests
{
    private const string Good = "Host=db.example;Database=campaigns;Username=campaigns";

    public static TheoryData<PostgresOptions, string> Wrong => new()
    {
        { new(), "Postgres:ConnectionString is missing" },
        { new() { ConnectionString = "Hots=db;Password=geheim" }, "Postgres:ConnectionString is no connection string" },
        {
            new() { ConnectionString = Good, DirectoryConnectionString = "Port=many" },
            "Postgres:DirectoryConnectionString is no connection string"
        },
        { new() { ConnectionString = Good, StatesConnectionsMax = 1 }, "Postgres:StatesConnectionsMax is 2 to 1000" },
        { new() { ConnectionString = Good, CommandTimeout = TimeSpan.Zero }, "Postgres:CommandTimeout" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_named_by_its_key_and_no_password_is_repeated(PostgresOptions options, string failure)
    {
        var result = new PostgresOptionsValidator().Validate(null, options);

        Assert.Contains(result.Failures!, message => message.StartsWith(failure, StringComparison.Ordinal));
        Assert.DoesNotContain("geheim", result.FailureMessage);
    }

    [Fact]
    public void Defaults_with_a_connection_string_pass() =>
        Assert.True(new PostgresOptionsValidator().Validate(null, new() { ConnectionString = Good }).Succeeded);

    [Fact]
    public async Task Every_use_has_a_pool_of_its_own()
    {
        await using var database = new PostgresDatabase(
            new PostgresOptions { ConnectionString = Good }, TimeProvider.System);

        string[] texts =
        [
            database.ClusteringConnectionString, database.RemindersConnectionString, database.StatesConnectionString,
            database.Contacts.ConnectionString, database.Directory.ConnectionString,
        ];
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.Ordinal).Count());
    }
}
