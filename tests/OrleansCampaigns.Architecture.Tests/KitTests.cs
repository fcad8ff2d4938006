using System.Text.RegularExpressions;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>What a contributor is given agrees with what the gate does.</summary>
public sealed partial class KitTests
{
    [Fact]
    public void The_dev_container_has_every_package_that_the_gate_installs()
    {
        var needed = Need().Matches(Text(".ci/run")).Select(match => match.Groups[1].Value).ToList();
        var installed = Words().Matches(Text(".devcontainer/Containerfile")).Select(match => match.Value).ToList();

        Assert.True(needed.Count >= 6, "The pattern finds too few packages in .ci/run.");
        Assert.Empty(needed.Except(installed));
    }

    [Fact]
    public void The_recipes_are_the_commands_of_the_papers()
    {
        var recipes = Text("justfile");
        Assert.Contains(Command("README.md", @"dotnet run .* demo"), recipes, StringComparison.Ordinal);
        Assert.Contains(Command("README.md", @"dotnet test .*"), recipes, StringComparison.Ordinal);
        Assert.Contains(
            Command("CONTRIBUTING.md", @"dotnet test .*--filter ""Needs!.*"), recipes, StringComparison.Ordinal);
    }

    private static string Command(string paper, string pattern) =>
        Regex.Match(Text(paper), $"^    ({pattern})$", RegexOptions.CultureInvariant | RegexOptions.Multiline)
            is { Success: true } found
            ? found.Groups[1].Value
            : throw new InvalidOperationException($"{paper} has no line for {pattern}.");

    private static string Text(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"^need .* ([a-z0-9-]+)$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Need();

    [GeneratedRegex(@"[a-z0-9-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
