using System.Diagnostics;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace OrleansCampaigns.Scenarios.OpenApi;

/// <summary>What other people's tools make of the document.</summary>
[Trait("Speed", "slow")]
public sealed class GeneratedClientTests(ServedApi served) : IClassFixture<ServedApi>
{
    private const string Project =
        "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework>"
        + "</PropertyGroup></Project>";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public void The_document_holds_the_API_and_nothing_of_other_pages()
    {
        var paths = served.Document["paths"]!.AsObject().Select(path => path.Key).ToList();

        Assert.True(paths.Count > 40, $"Only {paths.Count} paths were found.");
        Assert.DoesNotContain(paths, path => !path.StartsWith("/v1/", StringComparison.Ordinal)
            && !path.StartsWith("/t/", StringComparison.Ordinal)
            && !path.StartsWith("/health/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_linter_finds_no_error_and_a_TypeScript_client_compiles()
    {
        Assert.SkipWhen(NodeIsMissing && Environment.GetEnvironmentVariable("CI") != "true", "Node.js is missing.");
        var folder = Directory.CreateTempSubdirectory("oc-openapi-").FullName;
        try
        {
            foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "OpenApi", "tools")))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            await File.WriteAllTextAsync(Path.Combine(folder, "v1.json"), served.Text);
            await Run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            await Run(folder, "npx", "--no-install", "redocly", "lint", "v1.json");
            await Run(folder, "npx", "--no-install", "openapi-typescript", "v1.json", "--output", "client.ts");
            await Run(folder, "npx", "--no-install", "tsc", "--strict", "--noEmit", "client.ts");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_CSharp_client_compiles_and_has_a_method_for_every_operation()
    {
        var settings = new CSharpClientGeneratorSettings { ClassName = "CampaignsClient", InjectHttpClient = true };
        settings.CSharpGeneratorSettings.Namespace = "Generated";
        settings.CSharpGeneratorSettings.JsonLibrary = CSharpJsonLibrary.SystemTextJson;
        var code = new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(served.Text), settings).GenerateFile();

        var folder = Directory.CreateTempSubdirectory("oc-client-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "Client.cs"), code);
            await File.WriteAllTextAsync(Path.Combine(folder, "Client.csproj"), Project);
            await Run(folder, "dotnet", "build", "Client.csproj", "--nologo");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.All(
            served.Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()),
            operation => Assert.Contains(
                $" {char.ToUpperInvariant(((string)operation.Value!["operationId"]!)[0])}"
                + $"{((string)operation.Value["operationId"]!)[1..]}Async(",
                code,
                StringComparison.Ordinal));
    }

    private static bool NodeIsMissing => !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "npm")));

    private static async Task Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{await errors}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {arguments[0]} never ended.");
        }
    }
}
