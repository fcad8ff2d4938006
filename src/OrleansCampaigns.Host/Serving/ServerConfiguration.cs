using System.CommandLine;
using Microsoft.Extensions.Options;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Where settings come from, and how what is wrong with them is told.</summary>
internal static class ServerConfiguration
{
    private const string EnvironmentPrefix = "ORLEANSCAMPAIGNS_";

    public static readonly Option<string?> Data = new("--data")
    {
        Description = "The folder of the embedded database (default ./data).",
    };

    public static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Where the API, or a silo's health, listens (default http://127.0.0.1:8025).",
    };

    public static readonly Option<string?> Role = new("--role")
    {
        Description = "all: a silo and the API in one (default); silo or api: one of many on PostgreSQL.",
    };

    public static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "A JSON file with settings (default ./orleanscampaigns.json, if it exists).",
    };

    /// <summary>Files first, then the environment, then flags.</summary>
    public static IConfiguration Read(ParseResult arguments)
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
            ["Role"] = arguments.GetValue(Role),
        }.Where(pair => pair.Value is not null));
        return builder.Build();
    }

    /// <summary>Runs a command; 1 and a sentence when the operator can mend what is wrong.</summary>
    public static async Task<int> Explain(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (Exception failure) when (Explain(failure) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    // Anything that the operator cannot mend is a bug and keeps its stack trace.
    private static string? Explain(Exception failure) => failure switch
    {
        SettingsException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        InvalidDataException or FormatException => $"The settings cannot be read: {failure.Message}",
        InvalidOperationException { InnerException: FormatException inner } => $"{failure.Message} {inner.Message}",
        IOException or UnauthorizedAccessException => failure.Message,
        Microsoft.Data.Sqlite.SqliteException sqlite => $"The database cannot be used: {sqlite.Message}",
        Npgsql.NpgsqlException postgres => $"The database cannot be used: {postgres.Message}",
        _ => null,
    };
}
