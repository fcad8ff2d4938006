using System.CommandLine;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Host.Serving;

/// <summary><c>serve</c>: the silo and the API, until it is told to stop.</summary>
internal static class ServeCommand
{
    private const string EnvironmentPrefix = "ORLEANSCAMPAIGNS_";

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The folder of the database (default ./data).",
        Recursive = false,
    };

    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Where the API listens (default http://127.0.0.1:8025).",
    };

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "A JSON file with settings (default ./orleanscampaigns.json, if it exists).",
    };

    public static Command Create()
    {
        var command = new Command(
            "serve", "Runs the silo and the API on the embedded database (the default).") { Data, Listen, Config };
        command.SetAction(Run);
        return command;
    }

    public static async Task<int> Run(ParseResult arguments, CancellationToken cancellation)
    {
        try
        {
            await using var server = Server.Build(Configure(arguments));
            await server.StartAsync(cancellation);
            var access = server.Services.GetRequiredService<IAccessDirectory>();
            if (await access.CreateFirstAdministratorKey(cancellation) is { } secret)
            {
                await Console.Out.WriteLineAsync($"Administrator key, shown this once: {secret}");
            }

            foreach (var url in server.Urls)
            {
                await Console.Out.WriteLineAsync($"Listening on {url}");
            }

            await Console.Out.FlushAsync(cancellation);
            await server.WaitForShutdownAsync(cancellation);
            return 0;
        }
        catch (Exception failure) when (Explain(failure) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    private static IConfiguration Configure(ParseResult arguments)
    {
        var builder = new ConfigurationBuilder();
        var file = arguments.GetValue(Config);
        if (file is { Exists: false })
        {
            throw new SettingsException($"--config: there is no file {file.FullName}.");
        }

        builder.AddJsonFile(file?.FullName ?? Path.GetFullPath("orleanscampaigns.json"), optional: file is null);
        builder.AddEnvironmentVariables(EnvironmentPrefix);
        builder.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = arguments.GetValue(Data),
            ["Listen"] = arguments.GetValue(Listen),
        }.Where(pair => pair.Value is not null));
        return builder.Build();
    }

    // What the operator can mend is told in a sentence; anything else is a bug and keeps its stack trace.
    private static string? Explain(Exception failure) => failure switch
    {
        SettingsException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        InvalidDataException or FormatException => $"The settings cannot be read: {failure.Message}",
        InvalidOperationException { InnerException: FormatException inner } => $"{failure.Message} {inner.Message}",
        IOException or UnauthorizedAccessException => failure.Message,
        Microsoft.Data.Sqlite.SqliteException sqlite => $"The database cannot be used: {sqlite.Message}",
        _ => null,
    };
}
