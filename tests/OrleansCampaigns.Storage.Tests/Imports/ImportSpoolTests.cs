using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

public sealed class ImportSpoolTests() : ImportContract(SqliteDatabases.Instance)
{
    [Fact]
    public async Task What_a_crash_left_in_the_spool_folder_is_removed_and_what_is_needed_stays()
    {
        using var csv = new MemoryStream("email\na@example.com"u8.ToArray());
        var started = (await Imports.Importer.Start(Account, await Imports.List(), new(), csv)).Value!;
        var folder = Imports.Options.SpoolFolder!;
        await File.WriteAllTextAsync(Path.Combine(folder, $"imp_{new string('0', 32)}.part"), "half");
        await File.WriteAllTextAsync(Path.Combine(folder, $"imp_{new string('1', 32)}.csv"), "whole");
        await File.WriteAllTextAsync(Path.Combine(folder, "readme.txt"), "not ours");
        await Test.Execute("INSERT INTO deleted_lists VALUES ('lst_gone')");
        await Test.Execute("INSERT INTO list_members VALUES ('lst_gone', 'con_x', 1)");

        await Imports.Worker.CleanUp(default);

        Assert.Equal([$"{started.Id}.csv", "readme.txt"], await Imports.KeptFiles());
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM list_members"));
    }
}
