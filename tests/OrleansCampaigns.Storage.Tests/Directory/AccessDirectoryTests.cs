using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class AccessDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private AccessDirectory Access => new(Test.Database);

    [Fact]
    public async Task A_secret_opens_its_key_and_is_not_what_is_kept()
    {
        var (key, secret) = await Access.CreateKey(Account, "Shop", ApiRole.Client);

        Assert.Matches("^oc_[0-9A-Za-z]{43}$", secret);
        Assert.Equal(key, await Access.Authenticate(secret));
        var row = Assert.Single(await Test.Texts("SELECT * FROM api_keys"));
        Assert.Contains(key.Id, row, StringComparison.Ordinal);
        Assert.DoesNotContain(secret[3..], row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_else_opens_anything()
    {
        var (_, secret) = await Access.CreateKey(Account, "Shop", ApiRole.Client);

        string[] wrongs =
        [
            "", "oc_", secret[..^1], secret + "x", secret.ToUpperInvariant(), secret[..^1] + "!", "' OR 1=1 --",
        ];
        foreach (var wrong in wrongs)
        {
            Assert.Null(await Access.Authenticate(wrong));
        }
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing()
    {
        var (key, secret) = await Access.CreateKey(Account, "Shop", ApiRole.Client);

        Assert.True(await Access.RevokeKey(key.Id));
        Assert.False(await Access.RevokeKey(key.Id));
        Assert.Null(await Access.Authenticate(secret));
        Assert.NotNull(Assert.Single(await Access.QueryKeys(Account)).RevokedAt);
    }

    [Fact]
    public async Task The_first_administrator_key_is_made_once_whoever_asks()
    {
        await Access.CreateKey(Account, "Shop", ApiRole.Client);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Access.CreateFirstAdministratorKey()));

        var secret = Assert.Single(made, secret => secret is not null)!;
        var key = (await Access.Authenticate(secret))!;
        Assert.Equal(ApiRole.Administrator, key.Role);
        await Access.RevokeKey(key.Id);
        Assert.Null(await Access.CreateFirstAdministratorKey());
    }

    [Fact]
    public async Task Keys_are_listed_of_one_account_or_of_all()
    {
        await Access.CreateKey(Account, "Shop", ApiRole.Client);
        await Access.CreateKey(Other, "Other", ApiRole.Client);

        Assert.Equal(["Other"], (await Access.QueryKeys(Other)).Select(key => key.Name));
        Assert.Equal(2, (await Access.QueryKeys(null)).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => Access.CreateKey(Account, "\n", ApiRole.Client));
    }

    [Fact]
    public async Task A_claim_is_answered_with_what_is_known_of_the_first()
    {
        Assert.Null(await Access.Claim(Account, "k", "print"));
        Assert.Equal(new("print", null, null, null), await Access.Claim(Account, "k", "other"));
        Assert.Null(await Access.Claim(Other, "k", "print"));

        await Access.Answer(Account, "k", 202, "application/json", "{}");
        Assert.Equal(new("print", 202, "application/json", "{}"), await Access.Claim(Account, "k", "print"));

        await Access.Release(Account, "k");
        await Access.Answer(Account, "k", 500, "text/plain", "late");
        Assert.Equal(202, (await Access.Claim(Account, "k", "print"))!.Status);
    }

    [Fact]
    public async Task A_released_claim_may_be_made_again()
    {
        await Access.Claim(Account, "k", "print");
        await Access.Release(Account, "k");

        Assert.Null(await Access.Claim(Account, "k", "another"));
    }

    [Fact]
    public async Task A_claim_whose_process_died_is_given_up_after_a_minute()
    {
        await Access.Claim(Account, "k", "print");
        Test.Clock.Move(TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await Access.Claim(Account, "k", "print"));

        Test.Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Null(await Access.Claim(Account, "k", "print"));
    }

    [Fact]
    public async Task A_claim_that_is_renewed_is_kept_for_as_long_as_it_takes()
    {
        await Access.Claim(Account, "k", "print");
        for (var minute = 0; minute < 90; minute++)
        {
            Test.Clock.Move(TimeSpan.FromSeconds(59));
            await Access.Renew(Account, "k");
        }

        Assert.NotNull(await Access.Claim(Account, "k", "print"));
        await Access.Answer(Account, "k", 200, "text/plain", "x");

        // An answer is no older because somebody renews too late.
        Test.Clock.Move(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        await Access.Renew(Account, "k");
        Test.Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Null(await Access.Claim(Account, "k", "print"));
    }

    [Fact]
    public async Task One_of_many_claims_at_once_is_the_first()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Access.Claim(Account, "k", $"{i}")));

        Assert.Single(claims, claim => claim is null);
    }

    [Fact]
    public async Task An_answer_is_forgotten_after_24_hours()
    {
        await Access.Claim(Account, "k", "print");
        Test.Clock.Move(TimeSpan.FromHours(1));
        await Access.Answer(Account, "k", 200, "text/plain", "x");
        Test.Clock.Move(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await Access.Claim(Account, "k", "print"));

        Test.Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Null(await Access.Claim(Account, "k", "print"));
        Assert.Equal(1, await Test.Number("SELECT count(*) FROM idempotent_requests"));
    }
}

public sealed class SqliteAccessDirectoryTests() : AccessDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresAccessDirectoryTests(PostgresFixture postgres) : AccessDirectoryTests(postgres);
