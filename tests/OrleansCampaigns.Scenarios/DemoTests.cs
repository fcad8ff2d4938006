using System.Diagnostics;
using System.Text.Json.Nodes;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Scenarios;

/// <summary>The demo, run as its user runs it.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_outcomes_and_every_outcome_occurs()
    {
        var first = await Run();
        var second = await Run();

        Assert.Equal(first["outcomes"]!.ToJsonString(), second["outcomes"]!.ToJsonString());
        Assert.Equal(2_000, (long)first["recipients"]!);
        var outcomes = first["outcomes"]!.AsObject();
        Assert.Equal(2_000, outcomes.Sum(pair => (long)pair.Value!) + (long)first["excluded"]!);
        Assert.Equal((long)outcomes["Sent"]!, (long)first["acceptedBySink"]!);
        Assert.Equal(0, (long)first["duplicateDeliveries"]!);
        foreach (var row in OutcomeTable.Rows.Where(row => !row.IsTemporary))
        {
            Assert.True((long)outcomes[row.Outcome.ToString()]! > 0, $"Nobody is {row.Name}.");
        }

        Assert.True((long)first["retries"]! > 0);
        Assert.InRange((double)first["seconds"]!, 0.1, 60);
    }

    private static async Task<JsonNode> Run()
    {
        using var demo = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", ServerProcess.Executable,
                "demo", "--recipients", "2000", "--seed", "7", "--json" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = demo.StandardError.ReadToEndAsync();
        var output = await demo.StandardOutput.ReadToEndAsync();
        await demo.WaitForExitAsync();
        Assert.True(demo.ExitCode == 0, $"{output}\n{await errors}");
        return JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!;
    }
}
