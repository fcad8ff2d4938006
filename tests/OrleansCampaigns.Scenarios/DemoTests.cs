using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Scenarios;

/// <summary>The demo, run as its user runs it. It checks itself; here it is checked that it says so.</summary>
[Trait("Speed", "slow")]
public sealed class DemoTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_outcomes_and_statuses_and_each_of_them_occurs()
    {
        var first = await Run(300, seed: 5);
        var second = await Run(300, seed: 5);

        foreach (var part in (string[])["outcomes", "recipientStatuses", "contactStatuses", "feedback"])
        {
            Assert.Equal(first[part]!.ToJsonString(), second[part]!.ToJsonString());
        }

        var outcomes = first["outcomes"]!.AsObject();
        foreach (var row in OutcomeTable.Rows)
        {
            Assert.Equal(row.IsTemporary, (long)outcomes[row.Outcome.ToString()]! == 0);
        }

        Assert.All(Enum.GetNames<ContactStatus>(), status => Assert.True((long)first["contactStatuses"]![status]! > 0));
        Assert.All(
            (string[])["Delivered", "Opened", "Clicked"],
            status => Assert.True((long)first["recipientStatuses"]![status]! > 0));
    }

    [Fact]
    public async Task Two_thousand_recipients_are_all_accounted_for_and_so_is_everything_that_comes_back()
    {
        var demo = await Run(2_000, seed: 7);

        Assert.Equal(2_000, (long)demo["recipients"]!);
        Assert.Equal(2_000, Sum(demo["outcomes"]) + (long)demo["excluded"]!);
        var sent = demo.Outcome("Sent");
        Assert.Equal(sent, (long)demo["acceptedBySink"]!);
        Assert.Equal(sent, Sum(demo["recipientStatuses"]));
        Assert.Equal(0, (long)demo["duplicateDeliveries"]!);
        Assert.True((long)demo["returnedBySink"]! > 20);
        Assert.True((long)demo["retries"]! > 0);
        var feedback = demo["feedback"]!;
        Assert.Equal((long)feedback["sent"]!, (long)feedback["applied"]! + (long)feedback["ignored"]!);
        Assert.True((long)feedback["applied"]! > 500);
        Assert.True((long)feedback["ignored"]! > 50);
        Assert.True((double)demo["seconds"]! > 0);
    }

    private static long Sum(JsonNode? counts) => counts!.AsObject().Sum(pair => (long)pair.Value!);

    private static async Task<JsonNode> Run(int recipients, int seed)
    {
        using var demo = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", ServerProcess.Executable, "demo", "--json",
                "--recipients", recipients.ToString(CultureInfo.InvariantCulture),
                "--seed", seed.ToString(CultureInfo.InvariantCulture),
            },
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
