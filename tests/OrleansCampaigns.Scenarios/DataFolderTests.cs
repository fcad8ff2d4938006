using System.Runtime.Versioning;

namespace OrleansCampaigns.Scenarios;

/// <summary>The data folder belongs to one process, and to one user.</summary>
[UnsupportedOSPlatform("windows")]
[Trait("Speed", "slow")]
public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oc-folder-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_second_process_on_the_folder_is_refused_and_one_after_a_kill_is_not()
    {
        await using var server = new ServerProcess(1);
        await server.Start();

        foreach (var command in (string[][])
            [
                ["serve", "--data", server.Folder, "--listen", $"http://127.0.0.1:{ServerProcess.FreePort()}"],
                ["migrate", "--data", server.Folder],
                ["keys", "list", "--data", server.Folder],
            ])
        {
            var second = await CommandRun.Of(_folder.FullName, command);
            Assert.Equal(1, second.ExitCode);
            Assert.StartsWith(
                $"Data: the folder {server.Folder} is in use by another process",
                second.Errors,
                StringComparison.Ordinal);
        }

        await server.Kill();
        await server.Start();
    }

    [Fact]
    public async Task Whatever_the_umask_no_other_user_can_read_what_is_made()
    {
        var run = await CommandRun.OfShell(_folder.FullName, "umask 000; dotnet exec \"$APP\" migrate --data made");
        Assert.Equal(0, run.ExitCode);

        var made = Path.Combine(_folder.FullName, "made");
        Assert.Equal(PrivateFolder, File.GetUnixFileMode(made));
        Assert.All(Directory.EnumerateFiles(made), file => Assert.Equal(Private, File.GetUnixFileMode(file)));
        Assert.Contains(Directory.EnumerateFiles(made), file => file.EndsWith(".db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_there_is_closed_to_others_and_that_is_told()
    {
        await using var server = new ServerProcess(1);
        await server.Start();
        await server.Terminate();
        var database = Path.Combine(server.Folder, "orleanscampaigns.db");
        File.SetUnixFileMode(server.Folder, PrivateFolder | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(database, Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await server.Start();
        Assert.Equal(PrivateFolder, File.GetUnixFileMode(server.Folder));
        Assert.All(Directory.EnumerateFiles(server.Folder), file => Assert.Equal(Private, File.GetUnixFileMode(file)));
        Assert.Contains(server.Errors, line => line.EndsWith(
            $"Other users of this machine could read {database} until now.", StringComparison.Ordinal));
        Assert.Contains(server.Errors, line => line.EndsWith(
            $"Other users of this machine could read {server.Folder} until now.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_file_that_everybody_can_read_is_told_by_its_setting()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var open = Path.Combine(_folder.FullName, "open.pem");
        var closed = Path.Combine(_folder.FullName, "closed.pem");
        await File.WriteAllTextAsync(open, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(closed, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(open, Private | UnixFileMode.OtherRead);
        File.SetUnixFileMode(closed, Private);
        await using var server = new ServerProcess(1, new()
        {
            ["Mail:Dkim:0:Domain"] = "one.example",
            ["Mail:Dkim:0:Selector"] = "s1",
            ["Mail:Dkim:0:PrivateKeyPath"] = open,
            ["Mail:Dkim:1:Domain"] = "two.example",
            ["Mail:Dkim:1:Selector"] = "s1",
            ["Mail:Dkim:1:PrivateKeyPath"] = closed,
        });
        await server.Start();

        var warning = Assert.Single(server.Errors, line => line.Contains("every user", StringComparison.Ordinal));
        Assert.Contains($"Mail:Dkim:0:PrivateKeyPath: every user of this machine can read {open}", warning,
            StringComparison.Ordinal);
    }
}
