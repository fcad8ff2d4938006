using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Where the cluster's database is, and how many connections each process may open to it.</summary>
/// <remarks>
/// Membership, reminders, states and the directory have pools of their own: a listing that keeps every connection busy
/// must not keep a silo from saying that it is alive.
/// </remarks>
public sealed class PostgresOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Postgres";

    /// <summary>The database, as Npgsql reads it: <c>Host=…;Database=…;Username=…;Password=…</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Another way to the same database for the membership of silos.</summary>
    public string? ClusteringConnectionString { get; set; }

    /// <summary>Another way to the same database for reminders.</summary>
    public string? RemindersConnectionString { get; set; }

    /// <summary>Another way to the same database for the states of grains.</summary>
    public string? StatesConnectionString { get; set; }

    /// <summary>Another way to the same database for the directory: contacts, lists, audiences, imports.</summary>
    public string? DirectoryConnectionString { get; set; }

    /// <summary>At most so many connections for the membership of silos.</summary>
    public int ClusteringConnectionsMax { get; set; } = 4;

    /// <summary>At most so many connections for reminders.</summary>
    public int RemindersConnectionsMax { get; set; } = 4;

    /// <summary>
    /// At most so many connections for the states of contacts, and as many for those of all other grains.
    /// </summary>
    public int StatesConnectionsMax { get; set; } = 12;

    /// <summary>At most so many connections for the directory.</summary>
    public int DirectoryConnectionsMax { get; set; } = 16;

    /// <summary>How long one statement may take.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a process that starts waits for a database that does not answer yet.</summary>
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether a process that starts brings the schema up to date; otherwise it only checks it.</summary>
    public bool Migrate { get; set; } = true;
}

/// <summary>Names the key of every setting that is wrong.</summary>
public sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            failures.Add(
                $"{Key(nameof(options.ConnectionString))} is missing: Host=…;Database=…;Username=…;Password=….");
        }

        CheckConnection(nameof(options.ConnectionString), options.ConnectionString);
        CheckConnection(nameof(options.ClusteringConnectionString), options.ClusteringConnectionString);
        CheckConnection(nameof(options.RemindersConnectionString), options.RemindersConnectionString);
        CheckConnection(nameof(options.StatesConnectionString), options.StatesConnectionString);
        CheckConnection(nameof(options.DirectoryConnectionString), options.DirectoryConnectionString);
        CheckCount(nameof(options.ClusteringConnectionsMax), options.ClusteringConnectionsMax);
        CheckCount(nameof(options.RemindersConnectionsMax), options.RemindersConnectionsMax);
        CheckCount(nameof(options.StatesConnectionsMax), options.StatesConnectionsMax);
        CheckCount(nameof(options.DirectoryConnectionsMax), options.DirectoryConnectionsMax);
        if (options.CommandTimeout < TimeSpan.FromSeconds(1))
        {
            failures.Add($"{Key(nameof(options.CommandTimeout))} is at least one second.");
        }

        if (options.StartPatience < TimeSpan.Zero || options.StartPatience > TimeSpan.FromHours(1))
        {
            failures.Add($"{Key(nameof(options.StartPatience))} is at most an hour and not negative.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckConnection(string key, string? value)
        {
            try
            {
                _ = new NpgsqlConnectionStringBuilder(value);
            }
            catch (Exception broken) when (broken is ArgumentException or FormatException)
            {
                // Neither the value nor Npgsql's words, which repeat parts of it: it may hold a password.
                failures.Add($"{Key(key)} is no connection string.");
            }
        }

        void CheckCount(string key, int value)
        {
            if (value is < 2 or > 1000)
            {
                failures.Add($"{Key(key)} is 2 to 1000, not {value}.");
            }
        }
    }

    private static string Key(string name) => $"{PostgresOptions.Section}:{name}";
}
