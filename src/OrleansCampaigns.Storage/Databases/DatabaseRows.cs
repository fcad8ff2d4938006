using System.Data.Common;

namespace OrleansCampaigns.Storage.Databases;

/// <summary>Reads columns in the forms that both databases keep them in.</summary>
internal static class DatabaseRows
{
    public static string? TextOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static bool Flag(this DbDataReader reader, int column) => reader.GetInt64(column) != 0;

    public static DateTimeOffset Time(this DbDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.Time(column);

    public static T Name<T>(this DbDataReader reader, int column)
        where T : struct, Enum => Enum.Parse<T>(reader.GetString(column));

    public static T? NameOrNull<T>(this DbDataReader reader, int column)
        where T : struct, Enum => reader.IsDBNull(column) ? null : reader.Name<T>(column);
}
