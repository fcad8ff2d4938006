using System.Diagnostics;

namespace OrleansCampaigns.TestKit.Telemetry;

/// <summary>Debian's <c>promtool</c>: checks rules of Prometheus and plays them against series.</summary>
public static class Promtool
{
    private const string Path = "/usr/bin/promtool";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Why it cannot be used; <see langword="null"/> when it can.</summary>
    /// <remarks>Never on the machine that checks every change: there it must be.</remarks>
    public static string? Missing { get; } = File.Exists(Path) || Environment.GetEnvironmentVariable("CI") is not null
        ? null
        : $"There is no {Path} to play alert rules with (apt-get install prometheus).";

    /// <summary>Runs it.</summary>
    /// <returns>What it printed, and whether it was content.</returns>
    public static async Task<(bool IsGood, string Output)> Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Limit);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode == 0, output + await errors);
    }
}
