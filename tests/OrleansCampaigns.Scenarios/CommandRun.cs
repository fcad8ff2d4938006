using System.Diagnostics;

namespace OrleansCampaigns.Scenarios;

/// <summary>A command of the built executable, run to its end as an operator runs it.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
public sealed record CommandRun(int ExitCode, string Output, string Errors)
{
    private const string Prefix = "ORLEANSCAMPAIGNS_";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Runs it.</summary>
    /// <param name="folder">The folder that it works in.</param>
    /// <param name="arguments">The command and its options.</param>
    /// <param name="settings">What the environment says, in the spelling of the configuration.</param>
    public static async Task<CommandRun> Of(
        string folder, string[] arguments, Dictionary<string, string>? settings = null)
    {
        using var process = Process.Start(
            Describe(folder, ["exec", ServerProcess.Executable, .. arguments], settings))!;
        return await End(process);
    }

    /// <summary>Runs it in a shell, which decides where its output goes.</summary>
    public static async Task<CommandRun> OfShell(string folder, string script)
    {
        var start = Describe(folder, ["-c", script], null);
        start.FileName = "/bin/sh";
        start.Environment["APP"] = ServerProcess.Executable;
        using var process = Process.Start(start)!;
        return await End(process);
    }

    /// <summary>Takes settings out of the environment that were meant for the tests, or for another process.</summary>
    public static void ForgetSettings(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        foreach (var name in start.Environment.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }
    }

    private static ProcessStartInfo Describe(
        string folder, IEnumerable<string> arguments, Dictionary<string, string>? settings)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        ForgetSettings(start);
        foreach (var (key, value) in settings ?? [])
        {
            start.Environment[Prefix + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return start;
    }

    private static async Task<CommandRun> End(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("The command never ended.");
        }
    }
}
