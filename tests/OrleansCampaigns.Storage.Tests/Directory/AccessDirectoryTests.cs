using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public sealed class AccessDirectoryTests : IDisposable
{
    private readonly TestDatabase _test = new();
    private readonly AccessDirectory _access;

    public AccessDirectoryTests() => _access = new(_test.Database);

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_secret_opens_its_key_and_is_nowhere_in_the_file()
    {
        var (key, secret) = await _access.CreateKey(Account, "Shop", ApiRole.Client);

        Assert.Matches("^oc_[0-9A-Za-z]{43}$", secret);
        Assert.Equal(key, await _access.Authenticate(secret));
        foreach (var file in System.IO.Directory.GetFiles(_test.Folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(secret, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nothing_else_opens_anything()
    {
        var (_, secret) = await _access.CreateKey(Account, "Shop", ApiRole.Client);

        string[] wrongs =
        [
            "", "oc_", secret[..^1], secret + "x", secret.ToUpperInvariant(), secret[..^1] + "!", "' OR 1=1 --",
        ];
        foreach (var wrong in wrongs)
        {
            Assert.Null(await _access.Authenticate(wrong));
        }
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing()
    {
        var (key, secret) = await _access.CreateKey(Account, "Shop", ApiRole.Client);

        Assert.True(await _access.RevokeKey(key.Id));
        Assert.False(await _access.RevokeKey(key.Id));
        Assert.Null(await _access.Authenticate(secret));
        Assert.NotNull(Assert.Single(await _access.QueryKeys(Account)).RevokedAt);
    }

    [Fact]
    public async Task The_first_administrator_key_is_made_once_whoever_asks()
    {
        await _access.CreateKey(Account, "Shop", ApiRole.Client);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _access.CreateFirstAdministratorKey()));

        var secret = Assert.Single(made, secret => secret is not null)!;
        var key = (await _access.Authenticate(secret))!;
        Assert.Equal(ApiRole.Administrator, key.Role);
        await _access.RevokeKey(key.Id);
        Assert.Null(await _access.CreateFirstAdministratorKey());
    }

    [Fact]
    public async Task Keys_are_listed_of_one_account_or_of_all()
    {
        await _access.CreateKey(Account, "Shop", ApiRole.Client);
        await _access.CreateKey(Other, "Other", ApiRole.Client);

        Assert.Equal(["Other"], (await _access.QueryKeys(Other)).Select(key => key.Name));
        Assert.Equal(2, (await _access.QueryKeys(null)).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => _access.CreateKey(Account, "\n", ApiRole.Client));
    }

    [Fact]
    public async Task A_claim_is_answered_with_what_is_known_of_the_first()
    {
        Assert.Null(await _access.Claim(Account, "k", "print"));
        Assert.Equal(new("print", null, null, null), await _access.Claim(Account, "k", "other"));
        Assert.Null(await _access.Claim(Other, "k", "print"));

        await _access.Answer(Account, "k", 202, "application/json", "{}");
        Assert.Equal(new("print", 202, "application/json", "{}"), await _access.Claim(Account, "k", "print"));

        await _access.Release(Account, "k");
        await _access.Answer(Account, "k", 500, "text/plain", "late");
        Assert.Equal(202, (await _access.Claim(Account, "k", "print"))!.Status);
    }

    [Fact]
    public async Task A_released_claim_may_be_made_again()
    {
        await _access.Claim(Account, "k", "print");
        await _access.Release(Account, "k");

        Assert.Null(await _access.Claim(Account, "k", "another"));
    }

    [Fact]
    public async Task A_claim_whose_process_died_is_given_up_after_ten_minutes()
    {
        await _access.Claim(Account, "k", "print");
        _test.Clock.Move(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await _access.Claim(Account, "k", "print"));

        _test.Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _access.Claim(Account, "k", "print"));
    }

    [Fact]
    public async Task One_of_many_claims_at_once_is_the_first()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => _access.Claim(Account, "k", $"{i}")));

        Assert.Single(claims, claim => claim is null);
    }

    [Fact]
    public async Task An_answer_is_forgotten_after_24_hours()
    {
        await _access.Claim(Account, "k", "print");
        _test.Clock.Move(TimeSpan.FromHours(1));
        await _access.Answer(Account, "k", 200, "text/plain", "x");
        _test.Clock.Move(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await _access.Claim(Account, "k", "print"));

        _test.Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _access.Claim(Account, "k", "print"));
        Assert.Equal(1, await _test.Number("SELECT count(*) FROM idempotent_requests"));
    }
}
