using System.Diagnostics;
using System.Formats.Tar;

namespace OrleansCampaigns.TestKit.Baselines;

/// <summary>Takes a commit out of git and publishes its executable.</summary>
internal static class BaselineBuild
{
    private const string Host = "src/OrleansCampaigns.Host";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    // Warnings and audits were that commit's affair; today they must neither end its build nor take time. The server of
    // the compiler, which an outer build has warmed, may help; a node of MSBuild that stays would keep the pipes
    // open.
    private static readonly string[] Options =
    [
        "-c", "Release", "-nodeReuse:false", "--nologo",
        "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:NuGetAudit=false",
    ];

    // What says where .NET is installed, and what it may say and send.
    private static readonly string[] KeptVariables =
        ["DOTNET_ROOT", "DOTNET_CLI_HOME", "DOTNET_CLI_TELEMETRY_OPTOUT", "DOTNET_NOLOGO"];

    // A build that runs around this one speaks by them to its own processes: of its SDK, its options, its servers.
    private static readonly string[] RemovedVariables =
        ["DOTNET_", "MSBUILD", "VSTEST_", "TESTINGPLATFORM_", "UPDATE_", "CONFIGURATION", "PLATFORM", "GIT_"];

    /// <summary>Publishes the commit's executable into a folder, which is there with all of it or not at all.</summary>
    /// <exception cref="InvalidOperationException">A command failed; the message ends with what it said.</exception>
    public static async Task Publish(string root, string commit, string folder)
    {
        var partial = $"{folder}.partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true); // Its process died.
        }

        var (source, app) = (Path.Combine(partial, "source"), Path.Combine(partial, "app"));
        Directory.CreateDirectory(source);
        var archive = Path.Combine(partial, "source.tar");
        await Must(root, "git", ["archive", "--format=tar", $"--output={archive}", commit]);
        await TarFile.ExtractToDirectoryAsync(archive, source, overwriteFiles: true);

        // The archive has a Directory.Build.props of its own, so its output lies below it and beside nothing of ours.
        await Must(source, "dotnet", ["publish", Host, "-o", app, .. Options]);
        Directory.Move(app, folder);
        Directory.Delete(partial, recursive: true);
    }

    /// <summary>Runs a command without what an outer build left in the environment.</summary>
    /// <returns>Its exit code, and what it said on both streams.</returns>
    public static async Task<(int ExitCode, string Said)> Run(string folder, string command, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsLeftover).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"It never ended: {command} {arguments[0]} of the baseline, in {Limit}.");
        }
    }

    private static async Task Must(string folder, string command, string[] arguments)
    {
        var (exitCode, said) = await Run(folder, command, arguments);
        if (exitCode != 0)
        {
            var last = said.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))
                .Distinct().Take(20).DefaultIfEmpty(said);
            throw new InvalidOperationException(
                $"The baseline was not built: {command} {arguments[0]} ended with {exitCode}.\n"
                + string.Join('\n', last));
        }
    }

    private static bool IsLeftover(string name) =>
        RemovedVariables.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        && !KeptVariables.Any(kept => name.StartsWith(kept, StringComparison.OrdinalIgnoreCase));
}
