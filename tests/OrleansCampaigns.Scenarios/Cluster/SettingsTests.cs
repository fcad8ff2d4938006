using System.Text.RegularExpressions;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Host.Settings;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Settings are called the same wherever they are named: a slip in a name would have no effect, silently.
/// </summary>
public sealed partial class SettingsTests
{
    private static IEnumerable<string> Manifests => Directory
        .EnumerateFiles(DeploymentFiles.PathOf("deploy/kubernetes"), "*.yaml", SearchOption.AllDirectories);

    [Fact]
    public void Every_variable_is_a_setting()
    {
        var variables = DeploymentFiles.ReadVariables("deploy/kubernetes/settings.env").Keys
            .Concat(Manifests.SelectMany(DeploymentFiles.ReadYaml).SelectMany(DeploymentFiles.TextsIn))
            .Concat(DeploymentFiles.ReadYaml("docker-compose.yml").SelectMany(DeploymentFiles.TextsIn))
            .Concat(ContainerFile.Variables.Keys)
            .Select(DeploymentFiles.SettingOf)
            .OfType<string>()
            .Distinct()
            .ToList();

        Assert.InRange(variables.Count, 15, 1000);
        Assert.DoesNotContain(variables, key => !KnownSettings.Contain(key));
    }

    [Theory]
    [InlineData("Postgres:Migrate", true)]
    [InlineData("Cluster:SiloPort", true)]
    [InlineData("Mail:Relays:0:Host", true)]
    [InlineData("Engine:Retry:Deferred:First", true)]
    [InlineData("Engine:Rest:MailboxFull", true)]
    [InlineData("Tracking:Keys:0:Secret", true)]
    [InlineData("Throttling:Domains:mail.example:Concurrency", true)]
    [InlineData("Postgres:Migrated", false)]
    [InlineData("Mail:Relays:main:Host", false)]
    [InlineData("Mail:Relays", false)]
    [InlineData("Cluster", false)]
    [InlineData("Clusters:SiloPort", false)]
    public void A_setting_is_told_from_a_slip(string key, bool isKnown) =>
        Assert.Equal(isKnown, KnownSettings.Contain(key));

    [Fact]
    public void Every_setting_that_the_README_names_is_one()
    {
        var named = ReadmeSettings().ToList();
        Assert.InRange(named.Count, 60, 1000);
        Assert.DoesNotContain(named, key => !KnownSettings.Contain(key));
    }

    [Fact]
    public void The_README_names_every_setting_of_the_cluster_and_its_database()
    {
        var named = ReadmeSettings().ToHashSet();
        Assert.DoesNotContain(
            typeof(ClusterSettings).GetProperties().Select(property => $"Cluster:{property.Name}")
                .Concat(typeof(PostgresOptions).GetProperties().Select(property => $"Postgres:{property.Name}"))
                .Append("Role"),
            key => !named.Contains(key));
    }

    // A row names several that begin the same: `A:B:C, D` stands for A:B:C and A:B:D; N is a number.
    private static IEnumerable<string> ReadmeSettings()
    {
        foreach (var line in File.ReadLines(DeploymentFiles.PathOf("README.md"))
            .SkipWhile(line => line != "## Settings").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)))
        {
            var prefix = "";
            var keys = Row().Match(line).Groups["keys"].Value.Replace("` or `", ", ", StringComparison.Ordinal);
            foreach (var name in keys.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            {
                var key = name.Contains(':', StringComparison.Ordinal) ? name : prefix + name;
                prefix = key[..(key.LastIndexOf(':') + 1)];
                yield return Number().Replace(key, ":0");
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<keys>[^|]+)` \|")]
    private static partial Regex Row();

    [GeneratedRegex(":N(?=:|$)")]
    private static partial Regex Number();
}
