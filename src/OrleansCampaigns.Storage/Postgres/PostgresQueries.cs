namespace OrleansCampaigns.Storage.Postgres;

/// <summary>The statements that Orleans' ADO.NET providers read from the table OrleansQuery.</summary>
/// <remarks>Names of parameters and result columns are the providers' contract; everything else is ours.</remarks>
internal static class PostgresQueries
{
    private const string StorageKey = """
        GrainIdExtensionString = @GrainIdExtensionString AND GrainTypeString = @GrainTypeString
            AND ServiceId = @ServiceId AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        """;

    private const string ReminderColumns =
        "SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansRemindersTable";

    private const string Silo =
        "DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation";

    private const string SiloColumns = """
        v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes,
        m.StartTime, m.IAmAliveTime, v.Version
        """;

    public static IReadOnlyDictionary<string, string> Texts { get; } = new Dictionary<string, string>
    {
        // Without a version it must insert, with one it must update that very version; otherwise no row comes back,
        // which the provider reads as a conflict. Whoever inserts second finds the unique index.
        ["WriteToStorageKey"] = $"""
            WITH updated AS (
                UPDATE OrleansStorage SET PayloadBinary = @PayloadBinary, ModifiedOn = now(), Version = Version + 1
                WHERE {StorageKey} AND Version = @GrainStateVersion::integer
                RETURNING Version
            ), inserted AS (
                INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                    GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
                SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
                    @GrainIdExtensionString, @ServiceId, @PayloadBinary, now(), 1
                WHERE @GrainStateVersion::integer IS NULL
                ON CONFLICT DO NOTHING
                RETURNING Version
            )
            SELECT Version AS NewGrainStateVersion FROM updated
            UNION ALL SELECT Version AS NewGrainStateVersion FROM inserted
            """,
        ["ReadFromStorageKey"] = $"SELECT PayloadBinary, Version FROM OrleansStorage WHERE {StorageKey}",
        ["ClearStorageKey"] = $"""
            UPDATE OrleansStorage SET PayloadBinary = NULL, ModifiedOn = now(), Version = Version + 1
            WHERE {StorageKey} AND Version = @GrainStateVersion
            RETURNING Version AS NewGrainStateVersion
            """,
        ["DeleteStorageKey"] = $"""
            DELETE FROM OrleansStorage WHERE {StorageKey} AND Version = @GrainStateVersion
            RETURNING Version + 1 AS NewGrainStateVersion
            """,

        ["UpsertReminderRowKey"] = """
            INSERT INTO OrleansRemindersTable AS r
                (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
            VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
            ON CONFLICT (ServiceId, GrainId, ReminderName) DO UPDATE SET
                StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash,
                Version = r.Version + 1
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
            WITH gone AS (
                DELETE FROM OrleansRemindersTable
                WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName
                    AND Version = @Version
                RETURNING 1
            )
            SELECT count(*)::integer FROM gone
            """,
        ["DeleteReminderRowsKey"] = "DELETE FROM OrleansRemindersTable WHERE ServiceId = @ServiceId",

        // The row of the version is the lock of the table: whoever raises it first wins, and the silo's row with it.
        ["InsertMembershipVersionKey"] = """
            WITH made AS (
                INSERT INTO OrleansMembershipVersionTable (DeploymentId) VALUES (@DeploymentId)
                ON CONFLICT (DeploymentId) DO NOTHING
                RETURNING 1
            )
            SELECT count(*)::integer FROM made
            """,
        ["InsertMembershipKey"] = $"""
            WITH raised AS (
                UPDATE OrleansMembershipVersionTable SET Timestamp = now(), Version = Version + 1
                WHERE DeploymentId = @DeploymentId AND Version = @Version
                    AND NOT EXISTS (SELECT 1 FROM OrleansMembershipTable WHERE {Silo})
                RETURNING DeploymentId
            ), made AS (
                INSERT INTO OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status,
                    ProxyPort, StartTime, IAmAliveTime)
                SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort,
                    @StartTime, @IAmAliveTime
                FROM raised
                RETURNING 1
            )
            SELECT count(*)::integer FROM made
            """,
        ["UpdateMembershipKey"] = $"""
            WITH raised AS (
                UPDATE OrleansMembershipVersionTable SET Timestamp = now(), Version = Version + 1
                WHERE DeploymentId = @DeploymentId AND Version = @Version
                    AND EXISTS (SELECT 1 FROM OrleansMembershipTable WHERE {Silo})
                RETURNING DeploymentId
            ), changed AS (
                UPDATE OrleansMembershipTable SET
                    Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
                WHERE {Silo} AND EXISTS (SELECT 1 FROM raised)
                RETURNING 1
            )
            SELECT count(*)::integer FROM changed
            """,
        ["UpdateIAmAlivetimeKey"] = $"UPDATE OrleansMembershipTable SET IAmAliveTime = @IAmAliveTime WHERE {Silo}",

        // Without a silo the version comes back nevertheless.
        ["MembershipReadRowKey"] = $"""
            SELECT {SiloColumns}
            FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m
                ON m.DeploymentId = v.DeploymentId AND m.Address = @Address AND m.Port = @Port
                AND m.Generation = @Generation
            WHERE v.DeploymentId = @DeploymentId
            """,
        ["MembershipReadAllKey"] = $"""
            SELECT {SiloColumns}
            FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m ON m.DeploymentId = v.DeploymentId
            WHERE v.DeploymentId = @DeploymentId
            """,
        ["DeleteMembershipTableEntriesKey"] = """
            DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId;
            DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId
            """,

        // 6 is Dead. The provider reads the table first and names each row as it read it: a row that a vote or a sign
        // of life has changed since then stays.
        ["CleanupDefunctSiloEntryKey"] = $"""
            DELETE FROM OrleansMembershipTable
            WHERE {Silo} AND Status = 6 AND StartTime = @StartTime AND IAmAliveTime = @IAmAliveTime
                AND SuspectTimes IS NOT DISTINCT FROM @SuspectTimes::text
            """,

        // Asked for by providers before 10.4, and named in the contract of later ones, which do not run it any more.
        ["CleanupDefunctSiloEntriesKey"] = """
            DELETE FROM OrleansMembershipTable
            WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status = 6
            """,
        ["GatewaysQueryKey"] = """
            SELECT Address, ProxyPort, Generation FROM OrleansMembershipTable
            WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
            """,
    };
}
