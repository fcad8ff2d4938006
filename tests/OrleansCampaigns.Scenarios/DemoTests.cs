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

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task It_ends_at_once_when_it_is_told_to_and_leaves_no_folder_behind(string signal, int exitCode)
    {
        var folder = Directory.CreateTempSubdirectory("oc-demo-");
        try
        {
            var start = Demo();
            start.Environment["TMPDIR"] = folder.FullName;
            using var demo = Process.Start(start)!;
            while (await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
                && !line.Contains("It sends.", StringComparison.Ordinal))
            {
                // It is in the middle of sending when this ends.
            }

            Assert.Single(folder.GetDirectories("orleans-campaigns-demo-*"));
            using var kill = Process.Start("kill", [$"-{signal}", $"{demo.Id}"]);
            var rest = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await demo.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(exitCode, demo.ExitCode);
            Assert.DoesNotContain("Every invariant holds.", rest, StringComparison.Ordinal);
            Assert.Empty(folder.GetDirectories("orleans-campaigns-demo-*"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task It_stays_open_where_it_is_asked_to_and_shows_what_arrived()
    {
        using var demo = Process.Start(Demo("--recipients", "50", "--stay", "true"))!;
        var (url, key) = ("", "");
        while (key.Length == 0
            && await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            url = line.Contains("/v1/campaigns", StringComparison.Ordinal) ? line.Trim().Split("/v1/")[0] : url;
            key = line.Contains("KEY=", StringComparison.Ordinal) ? line.Split('=')[1] : key;
        }

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var inbox = JsonNode.Parse(await http.GetStringAsync(
            new Uri($"{url}/sandbox/messages"), TestContext.Current.CancellationToken))!;
        Assert.True((long)inbox["count"]! > 20);

        using var kill = Process.Start("kill", ["-INT", $"{demo.Id}"]);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, demo.ExitCode);
    }

    // A shell that runs these tests in the background ignores some signals, and so would everything that they start.
    private static ProcessStartInfo Demo(params string[] options) => new(
        "env", ["--default-signal=INT,HUP,TERM", "dotnet", "exec", ServerProcess.Executable, "demo", .. options])
    {
        RedirectStandardOutput = true,
    };

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
