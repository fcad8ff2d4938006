using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace OrleansCampaigns.Storage.Sqlite;

/// <summary>Brings a database file to the schema of this software, one numbered script after the other.</summary>
/// <remarks>
/// Each script shares a transaction with the number that says it was applied: whatever is killed, it is applied once.
/// Numbers may have gaps; a script whose number is passed already is never applied, so a new one takes the next number.
/// </remarks>
internal static class SqliteMigrations
{
    private const string Prefix = "OrleansCampaigns.Storage.Sqlite.";
    private const int Digits = 4;

    /// <summary>The scripts' numbers and resource names, in order.</summary>
    private static readonly SortedList<int, string> Scripts = new(Assembly.GetExecutingAssembly()
        .GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(".sql", StringComparison.Ordinal))
        .ToDictionary(name => int.Parse(name.AsSpan(Prefix.Length, Digits), CultureInfo.InvariantCulture)));

    /// <summary>The schema of this software.</summary>
    public static int Latest => Scripts.Keys[^1];

    /// <summary>Applies what is missing, up to <paramref name="upTo"/>.</summary>
    /// <exception cref="InvalidOperationException">The file was written by a newer version of this
    /// software.</exception>
    public static void Apply(SqliteConnection connection, int upTo = int.MaxValue)
    {
        while (ApplyNext(connection, upTo))
        {
        }
    }

    // The version is read under the lock that the script is applied under: another process may be doing the same.
    private static bool ApplyNext(SqliteConnection connection, int upTo)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = connection.Number("PRAGMA user_version");
        if (version > Latest)
        {
            throw new InvalidOperationException(
                $"The database has schema version {version}; this software knows {Latest}. Use a newer version of it.");
        }

        if (Scripts.Keys.FirstOrDefault(number => number > version && number <= upTo) is not (> 0 and var next))
        {
            return false;
        }

        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Scripts[next])!);
        SqliteDatabase.Execute(connection, reader.ReadToEnd());
        SqliteDatabase.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next}"));
        transaction.Commit();
        return true;
    }
}
