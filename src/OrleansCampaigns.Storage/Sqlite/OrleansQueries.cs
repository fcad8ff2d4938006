namespace OrleansCampaigns.Storage.Sqlite;

/// <summary>The statements that Orleans' ADO.NET providers read from the table OrleansQuery.</summary>
/// <remarks>Names of parameters and result columns are the providers' contract; everything else is ours.</remarks>
internal static class OrleansQueries
{
    private const string StorageKey = """
        GrainIdExtensionString = @GrainIdExtensionString AND GrainTypeString = @GrainTypeString
            AND ServiceId = @ServiceId AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        """;

    private const string ReminderColumns =
        "SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable";

    public static IReadOnlyDictionary<string, string> Texts { get; } = new Dictionary<string, string>
    {
        // One statement, so that nothing can come between looking and writing. Without a version it must insert, with
        // one it must update that very version; otherwise no row comes back, which the provider reads as a conflict.
        ["WriteToStorageKey"] = $"""
            INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
            SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
                @GrainIdExtensionString, @ServiceId, @PayloadBinary, unixepoch() * 1000, 1
            WHERE @GrainStateVersion IS NULL OR EXISTS (SELECT 1 FROM OrleansStorage WHERE {StorageKey})
            ON CONFLICT (GrainIdExtensionString, GrainTypeString, ServiceId, GrainIdN0, GrainIdN1) DO UPDATE SET
                PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn, Version = Version + 1
            WHERE OrleansStorage.Version = @GrainStateVersion
            RETURNING Version AS NewGrainStateVersion
            """,
        ["ReadFromStorageKey"] = $"SELECT PayloadBinary, Version FROM OrleansStorage WHERE {StorageKey}",
        ["ClearStorageKey"] = $"""
            UPDATE OrleansStorage SET PayloadBinary = NULL, ModifiedOn = unixepoch() * 1000, Version = Version + 1
            WHERE {StorageKey} AND Version = @GrainStateVersion
            RETURNING Version AS NewGrainStateVersion
            """,
        ["DeleteStorageKey"] = $"""
            DELETE FROM OrleansStorage WHERE {StorageKey} AND Version = @GrainStateVersion
            RETURNING Version + 1 AS NewGrainStateVersion
            """,

        ["UpsertReminderRowKey"] = """
            INSERT INTO OrleansRemindersTable (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
            VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
            ON CONFLICT (ServiceId, GrainId, ReminderName) DO UPDATE SET
                StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash,
                Version = Version + 1
            RETURNING Version
            """,
        ["ReadReminderRowsKey"] = $"{ReminderColumns} WHERE ServiceId = @ServiceId AND GrainId = @GrainId",
        ["ReadReminderRowKey"] =
            $"{ReminderColumns} WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName",
        ["ReadRangeRows1Key"] =
            $"{ReminderColumns} WHERE ServiceId = @ServiceId AND GrainHash > @BeginHash AND GrainHash <= @EndHash",
        ["ReadRangeRows2Key"] =
            $"{ReminderColumns} WHERE ServiceId = @ServiceId AND (GrainHash > @BeginHash OR GrainHash <= @EndHash)",
        ["DeleteReminderRowKey"] = """
            DELETE FROM OrleansRemindersTable
            WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName AND Version = @Version;
            SELECT changes() AS Deleted
            """,
        ["DeleteReminderRowsKey"] = "DELETE FROM OrleansRemindersTable WHERE ServiceId = @ServiceId",
    };
}
