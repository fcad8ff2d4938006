using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Host.Settings;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Where settings come from, and how what is wrong with them is told.</summary>
internal static class ServerConfiguration
{
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

    public static readonly Option<bool> Sandbox = new("--sandbox")
    {
        Description = "Send to a sandbox of the receiving world in this process, and show what arrived at /sandbox.",
    };

    public static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "A JSON file with settings (default ./orleanscampaigns.json, if it exists).",
    };

    /// <summary>Files first, then the environment, then flags.</summary>
    /// <exception cref="SettingsException">A file cannot be read, or a key or value is of no use.</exception>
    public static IConfigurationRoot Read(ParseResult arguments)
    {
        var builder = new ConfigurationBuilder();
        var file = arguments.GetValue(Config);
        if (file is { Exists: false })
        {
            throw new SettingsException($"--config: there is no file {file.FullName}.");
        }

        var path = file?.FullName ?? Path.GetFullPath("orleanscampaigns.json");
        builder.AddJsonFile(path, optional: file is null);
        builder.AddEnvironmentVariables(EnvironmentNames.Prefix);
        builder.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = arguments.GetValue(Data),
            ["Listen"] = arguments.GetValue(Listen),
            ["Role"] = arguments.GetValue(Role),
            ["Sandbox"] = arguments.GetResult(Sandbox) is null ? null : $"{arguments.GetValue(Sandbox)}",
        }.Where(pair => pair.Value is not null));
        var configuration = Build(builder, path);
        Require(configuration);
        return configuration;
    }

    /// <summary>Refuses keys that name no setting and values that cannot be read.</summary>
    /// <exception cref="SettingsException">There are some; the message tells all of them.</exception>
    public static void Require(IConfiguration configuration)
    {
        if (SettingsCheck.FindProblems(configuration) is { Count: > 0 } problems)
        {
            throw new SettingsException(string.Join(Environment.NewLine, problems));
        }
    }

    private static IConfigurationRoot Build(ConfigurationBuilder builder, string path)
    {
        try
        {
            return builder.Build();
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or FormatException)
        {
            throw new SettingsException($"--config: {path} cannot be read: {DescribeJson(unreadable)}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--config: {path} cannot be read: {unreadable.Message}");
        }
    }

    // The parser's own message may quote what stands there, and it may be a password.
    private static string DescribeJson(Exception unreadable)
    {
        for (var cause = unreadable; cause is not null; cause = cause.InnerException)
        {
            if (cause is JsonException { LineNumber: { } line } json)
            {
                return $"line {line + 1}, column {json.BytePositionInLine + 1} is no valid JSON.";
            }
        }

        return unreadable.GetBaseException().Message;
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

    /// <summary>The sentence for a failure that the operator can mend; <see langword="null"/> for any other.</summary>
    /// <remarks>Anything that the operator cannot mend is a bug and keeps its stack trace.</remarks>
    public static string? Explain(Exception failure) => failure switch
    {
        SettingsException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        AggregateException several when several.InnerExceptions.All(one => Explain(one) is not null) =>
            string.Join(Environment.NewLine, several.InnerExceptions.Select(Explain).Distinct()),
        InvalidDataException or FormatException => $"The settings cannot be read: {failure.Message}",
        InvalidOperationException { InnerException: FormatException inner } => $"{failure.Message} {inner.Message}",
        IOException or UnauthorizedAccessException => failure.Message,

        // Kestrel's words for a certificate that is missing or cannot be used.
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" }
            or System.Security.Cryptography.CryptographicException => $"Listen, Kestrel: {failure.Message}",
        Microsoft.Data.Sqlite.SqliteException sqlite => $"The database cannot be used: {sqlite.Message}",
        Npgsql.NpgsqlException postgres => $"The database cannot be used: {postgres.Message}",
        _ => null,
    };
}
