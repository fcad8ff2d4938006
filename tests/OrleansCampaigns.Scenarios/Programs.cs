using System.Diagnostics;

namespace OrleansCampaigns.Scenarios;

/// <summary>Programs of the machine, such as <c>mount</c>.</summary>
internal static class Programs
{
    /// <summary>Runs a program and returns what it printed; fails with its errors.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}{await errors}");
    }
}
