using System.Net;
using System.Net.Sockets;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Settings;

/// <summary>What an operator can mend ends the executable with a sentence: no stack trace, exit code 1.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class StartRefusalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oc-refusal-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Listen", "ftp://127.0.0.1", "Listen must be a URL")]
    [InlineData(
        "Listen",
        "http://192.0.2.7:8025",
        "Listen: http://192.0.2.7:8025 cannot be listened on: this machine has no")]
    [InlineData("Role", "sillo", "Role must be all, silo or api, not 'sillo'.")]
    [InlineData("Role", "silo", "Role silo needs Postgres:ConnectionString")]
    [InlineData("Engine:PumpsMax", "0", "Engine:PumpsMax must lie between 1 and 1000.")]
    [InlineData("Engine:PumpsMax", "many", "Engine:PumpsMax")]
    [InlineData("Engine:Retry:Deferred:Factor", "0.5", "Engine:Retry:Deferred:Factor must lie between 1 and 100.")]
    [InlineData("Mail:Inbound:Listen", "25", "Mail:Inbound:Listen must be an IP address and a port")]
    [InlineData("Mail:Inbound:Listen", "192.0.2.7:2525", "Mail:Inbound:Listen: 192.0.2.7:2525 cannot be listened on")]
    [InlineData("Mail:Inbound:MaxConnections", "0", "Mail:Inbound:MaxConnections must be 1 to 10000.")]
    [InlineData(
        "Mail:Inbound:Certificate",
        "/nowhere/cert.pem",
        "Mail:Inbound:Certificate cannot be read as a certificate with its private key.")]
    [InlineData("Mail:Dkim:0:PrivateKeyPath", "/nowhere/key.pem", "Mail:Dkim:0:PrivateKeyPath")]
    [InlineData("Mail:Relays:0:Security", "SSL", "must be one of None, StartTls, StartTlsWhenAvailable, Tls")]
    [InlineData("Mail:Relayz:0:Host", "relay.example", "Did you mean Mail:Relays?")]
    [InlineData("Tracking:PublicUrl", "news.example.org", "Tracking:PublicUrl must be an http or https URL")]
    [InlineData("Kestrel:Certificates:Default:Path", "/nowhere/cert.pem", "/nowhere/cert.pem")]
    [InlineData("Data", "/proc/nowhere", "Data: the folder /proc/nowhere cannot be used")]
    [InlineData(
        "Postgres:ConnectionString",
        "Host=127.0.0.1;Port=1;Database=d;Username=u;Password=secret-word",
        "Postgres:ConnectionString: the PostgreSQL database d at 127.0.0.1:1 does not answer")]
    [InlineData(
        "Postgres:ConnectionString",
        "Hots=db;Password=secret-word",
        "Postgres:ConnectionString is no connection string.")]
    public async Task A_setting_of_no_use_is_told_by_its_key(string key, string value, string sentence)
    {
        var settings = Usual();
        settings[key] = value;

        await AssertTold(["serve"], settings, sentence);
    }

    [Theory]
    [InlineData(
        "Listen",
        "http://127.0.0.1:{0}",
        "Listen: http://127.0.0.1:{0} cannot be listened on: the port is in use")]
    [InlineData(
        "Mail:Inbound:Listen",
        "127.0.0.1:{0}",
        "Mail:Inbound:Listen: 127.0.0.1:{0} cannot be listened on: the port")]
    public async Task A_port_that_is_taken_is_told_by_its_key(string key, string value, string sentence)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var settings = Usual();
        settings[key] = Format(value);

        await AssertTold(["serve"], settings, Format(sentence));

        string Format(string text) => text.Replace("{0}", $"{port}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"Mail\": {\n    \"Password\" secret-word\n", "line 3, column 16 is no valid JSON.")]
    [InlineData("[]", "must be an object")]
    [InlineData("{\"Listen\": \"a\", \"listen\": \"b\"}", "duplicate key")]
    [InlineData(
        "{\"Engine\": {\"PumpMax\": 3}}",
        "Engine:PumpMax (in settings.json) is no setting. Did you mean Engine:PumpsMax?")]
    public async Task A_file_that_cannot_be_read_is_told_with_its_place(string json, string sentence)
    {
        var file = Path.Combine(_folder.FullName, "settings.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);

        await AssertTold(["serve", "--config", file], Usual(), sentence);
    }

    [Theory]
    [InlineData("missing.json", "missing.json")]
    [InlineData(".", "--config")]
    public async Task A_file_that_is_none_is_told(string file, string sentence) =>
        await AssertTold(["serve", "--config", file], Usual(), sentence);

    [Theory]
    [InlineData("--recipients", "abc")]
    [InlineData("--recipients", "0")]
    [InlineData("--recipients", "99999999999")]
    [InlineData("--seed", "abc")]
    [InlineData("--data", ".")]
    public async Task An_option_of_the_demo_of_no_use_is_told(string option, string value) =>
        await AssertTold(["demo", option, value], [], option);

    [Fact]
    public async Task A_file_where_the_data_folder_should_be_is_told()
    {
        var file = Path.Combine(_folder.FullName, "occupied");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        await AssertTold(["serve", "--data", file], Usual(), $"Data: the folder {file} cannot be used");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told()
    {
        var file = Path.Combine(_folder.FullName, "data", "orleanscampaigns.db");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, new string('x', 8192), TestContext.Current.CancellationToken);

        await AssertTold(["serve"], Usual(), $"Data: the database {file} cannot be used");
    }

    [Fact]
    public async Task A_PostgreSQL_that_refuses_is_told_without_the_password()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var postgres = await PostgresServer.Start();
        var right = new Npgsql.NpgsqlConnectionStringBuilder(await postgres.CreateDatabase());
        var settings = Usual();
        settings["Postgres:ConnectionString"] =
            new Npgsql.NpgsqlConnectionStringBuilder(right.ConnectionString) { Database = "nowhere" }.ConnectionString;
        await AssertTold(["serve"], settings, "Postgres:ConnectionString: the PostgreSQL database nowhere at");
        await AssertTold(["migrate"], settings, "does not exist.");

        settings["Postgres:ConnectionString"] = new Npgsql.NpgsqlConnectionStringBuilder(right.ConnectionString)
        {
            Username = "stranger",
            Password = "secret-word",
        }.ConnectionString;
        await AssertTold(["serve"], settings, "Postgres:ConnectionString: the PostgreSQL database");
    }

    private Dictionary<string, string> Usual() => new()
    {
        ["Data"] = Path.Combine(_folder.FullName, "data"),
        ["Listen"] = $"http://127.0.0.1:{ServerProcess.FreePort()}",
        ["Mail:ReturnPath"] = "bounces@return.example",
        ["Mail:Inbound:Listen"] = "127.0.0.1:0",
        ["Postgres:StartPatience"] = "00:00:00",
    };

    private async Task AssertTold(string[] command, Dictionary<string, string> settings, string sentence)
    {
        if (settings.ContainsKey("Mail:Dkim:0:PrivateKeyPath"))
        {
            (settings["Mail:Dkim:0:Domain"], settings["Mail:Dkim:0:Selector"]) = ("sender.example", "s1");
        }

        if (settings.ContainsKey("Kestrel:Certificates:Default:Path"))
        {
            settings["Listen"] = $"https://127.0.0.1:{ServerProcess.FreePort()}";
        }

        if (!settings.ContainsKey("Postgres:ConnectionString"))
        {
            settings.Remove("Postgres:StartPatience");
        }

        var run = await CommandRun.Of(_folder.FullName, command, settings);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(sentence, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", run.Errors + run.Output, StringComparison.Ordinal);
    }
}
