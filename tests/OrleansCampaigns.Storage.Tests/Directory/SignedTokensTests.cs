using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class SignedTokensTests(ITestDatabases databases) : DatabaseContract(databases)
{
    [Fact]
    public async Task A_token_counts_for_the_content_that_it_came_with_first()
    {
        var tokens = new SignedTokens(Test.Database);

        Assert.True(await tokens.Use("mailgun", "token", "one"));
        Assert.True(await tokens.Use("mailgun", "token", "one"));
        Assert.False(await tokens.Use("mailgun", "token", "another"));
        Assert.True(await tokens.Use("mailgun", "next", "another"));
        Assert.True(await tokens.Use("other", "token", "another"));
    }
}

public sealed class SqliteSignedTokensTests() : SignedTokensTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresSignedTokensTests(PostgresFixture postgres) : SignedTokensTests(postgres);
