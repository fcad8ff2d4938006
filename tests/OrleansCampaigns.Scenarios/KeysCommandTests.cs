using System.Net;
using System.Text.RegularExpressions;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios;

/// <summary>Access is never lost: on the machine a key can be made.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed partial class KeysCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oc-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_lost_key_is_replaced_on_the_machine()
    {
        await using var server = new ServerProcess(1);
        await server.Start();
        var lost = server.Key;
        await server.Terminate();

        var first = Assert.Single(Lines(await Keys(server.Folder, "list")));
        Assert.Contains("Administrator", first, StringComparison.Ordinal);
        Assert.DoesNotContain("oc_", first, StringComparison.Ordinal);
        var last = await Keys(server.Folder, "revoke", first.Split(' ')[0]);
        Assert.Equal(1, last.ExitCode);
        Assert.Contains("is the last key of an administrator", last.Errors, StringComparison.Ordinal);

        var made = Created().Match((await Keys(server.Folder, "create", "--name", "After the loss")).Output);
        Assert.Equal(0, (await Keys(server.Folder, "revoke", first.Split(' ')[0])).ExitCode);
        Assert.Equal(1, (await Keys(server.Folder, "revoke", first.Split(' ')[0])).ExitCode);
        await server.Start();

        Assert.DoesNotContain(server.Output, line => line.Contains("oc_", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Send(HttpMethod.Get, "api-keys")).Status);
        server.Http.DefaultRequestHeaders.Authorization = new("Bearer", made.Groups["secret"].Value);
        Assert.Equal(HttpStatusCode.OK, (await server.Send(HttpMethod.Get, "api-keys")).Status);
        Assert.NotEqual(lost, made.Groups["secret"].Value);
    }

    [Fact]
    public async Task Keys_of_a_cluster_are_made_beside_it()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var postgres = await PostgresServer.Start();
        Dictionary<string, string> settings = new()
        {
            ["Postgres:ConnectionString"] = await postgres.CreateDatabase(),
        };
        Assert.Equal(0, (await CommandRun.Of(_folder.FullName, ["migrate"], settings)).ExitCode);

        var made = await CommandRun.Of(_folder.FullName, ["keys", "create", "--role", "Client"], settings);
        Assert.Equal(0, made.ExitCode);
        Assert.Matches(Created(), made.Output);
        var listed = Assert.Single(Lines(await CommandRun.Of(_folder.FullName, ["keys", "list"], settings)));
        Assert.Contains("Client", listed, StringComparison.Ordinal);
        Assert.Equal(
            0, (await CommandRun.Of(_folder.FullName, ["keys", "revoke", listed.Split(' ')[0]], settings)).ExitCode);
    }

    [Fact]
    public async Task There_are_no_keys_where_there_is_no_database()
    {
        var run = await Keys(Path.Combine(_folder.FullName, "nowhere"), "create");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Data: there is no database", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "nowhere")));
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData("| :")]
    [InlineData(">&-")]
    public async Task After_a_first_start_whose_output_is_lost_the_next_one_shows_a_key(string output)
    {
        var data = Path.Combine(_folder.FullName, "data");
        var run = await CommandRun.OfShell(
            _folder.FullName,
            $"timeout 100 dotnet exec \"$APP\" serve --data data --listen http://127.0.0.1:0 {output}; echo $? >&2");
        Assert.Contains("the key would be lost", run.Errors, StringComparison.Ordinal);

        await using var server = new ServerProcess(1, folder: data);
        await server.Start();
        Assert.StartsWith("oc_", server.Key, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Send(HttpMethod.Get, "api-keys")).Status);
    }

    [Fact]
    public async Task After_a_demo_its_folder_shows_a_key_to_who_serves_it()
    {
        var data = Path.Combine(_folder.FullName, "data");
        var demo = await CommandRun.Of(_folder.FullName, ["demo", "--recipients", "30", "--json", "--data", data]);
        Assert.Equal(0, demo.ExitCode);

        await using var server = new ServerProcess(1, folder: data);
        await server.Start();
        Assert.StartsWith("oc_", server.Key, StringComparison.Ordinal);
    }

    private static Task<CommandRun> Keys(string folder, params string[] arguments) =>
        CommandRun.Of(Path.GetTempPath(), ["keys", .. arguments, "--data", folder]);

    private static string[] Lines(CommandRun run) =>
        run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("^(?<id>key_[^ ]+) (?<secret>oc_[0-9A-Za-z]{43})$", RegexOptions.Multiline)]
    private static partial Regex Created();
}
