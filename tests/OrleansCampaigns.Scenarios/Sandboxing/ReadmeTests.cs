using System.Diagnostics;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Scenarios.Cluster;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Sandboxing;

/// <summary>The README's section on <c>serve</c>, command by command, as a newcomer types it.</summary>
[Trait("Speed", "slow")]
public sealed class ReadmeTests
{
    private const string Address = "http://127.0.0.1:8025";
    private const string Placeholder = "oc_…";

    [Fact]
    public async Task Every_command_of_the_section_on_serving_does_what_it_says()
    {
        var commands = Commands();
        var serve = commands.Single(line => line.Contains("dotnet run ", StringComparison.Ordinal));
        Assert.EndsWith("--project src/OrleansCampaigns.Host -- serve --sandbox", serve, StringComparison.Ordinal);
        await using var server = new ServerProcess(relayPort: 0, command: ["serve", "--sandbox"]);
        await server.Start();
        Directory.CreateSymbolicLink(Path.Combine(server.Folder, "samples"), DeploymentFiles.PathOf("samples"));

        // The last one is for those who have a relay.
        var script = string.Join('\n', commands.Where(line => line != serve && !line.Contains(
            "ORLEANSCAMPAIGNS_", StringComparison.Ordinal)));
        Assert.Contains(Placeholder, script, StringComparison.Ordinal);
        Assert.Contains(Address, script, StringComparison.Ordinal);
        var told = await Run(server.Folder, script
            .Replace(Placeholder, server.Key, StringComparison.Ordinal)
            .Replace(Address, server.Url, StringComparison.Ordinal));

        Assert.Contains("\"mayStart\":true", told, StringComparison.Ordinal);
        await Eventually.Holds(
            "the sandbox shows Anna's e-mail",
            async () => (await Messages(server, "anna"))["items"]!.AsArray()
                .Any(mail => (string?)mail!["subject"] == "Hello Anna"));
        var number = (long)(await Messages(server, "anna"))["items"]![0]!["number"]!;
        var mail = JsonNode.Parse(await server.Http.GetStringAsync(
            new Uri($"{server.Url}/sandbox/messages/{number}"), TestContext.Current.CancellationToken))!;
        Assert.Contains("Hello Anna", (string?)mail["text"], StringComparison.Ordinal);
        Assert.Contains("read on", (string?)mail["html"], StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(server.Folder, "sandbox-data")));
    }

    [Fact]
    public void Every_word_that_the_world_knows_is_written_down()
    {
        var told = File.ReadLines(DeploymentFiles.PathOf("docs/sandbox.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])
            .Where(word => word.All(char.IsAsciiLetterLower))
            .Append("nodomain"); // It goes by the domain, and has a sentence of its own.

        Assert.Equal(
            SandboxRules.All.Select(rule => rule.Word).Order(StringComparer.Ordinal),
            told.Order(StringComparer.Ordinal));
    }

    private static List<string> Commands()
    {
        var lines = File.ReadAllLines(DeploymentFiles.PathOf("README.md"));
        return [.. lines.SkipWhile(line => line != "## Serve").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal))
            .Select(line => line[4..])];
    }

    private static async Task<JsonNode> Messages(ServerProcess server, string to) =>
        JsonNode.Parse(await server.Http.GetStringAsync(
            new Uri($"{server.Url}/sandbox/messages?to={to}"), TestContext.Current.CancellationToken))!;

    // Stops at the first command that fails, as a newcomer does.
    private static async Task<string> Run(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using var bash = Process.Start(start)!;
        var errors = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, $"Exit code {bash.ExitCode}: {output}\n{await errors}");
        return output;
    }
}
