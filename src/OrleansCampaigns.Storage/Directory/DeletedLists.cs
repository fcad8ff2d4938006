using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Removes the members of lists that are gone, a few thousand at a time.</summary>
internal static class DeletedLists
{
    private const int MembersPerStepMax = 5_000;

    /// <summary>Goes on until none is left; whatever a crash left over included.</summary>
    public static async Task Empty(IDatabase database, CancellationToken cancellation)
    {
        var left = true;
        while (left)
        {
            left = await database.Write(
                async session =>
                {
                    var list = await session.Row(
                        reader => reader.GetString(0),
                        $"SELECT id FROM deleted_lists ORDER BY id LIMIT 1 {session.Dialect.ForUpdate}");
                    if (list is null)
                    {
                        return false;
                    }

                    var removed = await session.Change(
                        """
                        DELETE FROM list_members WHERE (list_id, contact_id, occurrence) IN
                            (SELECT list_id, contact_id, occurrence FROM list_members WHERE list_id = @list LIMIT @step)
                        """,
                        ("@list", list),
                        ("@step", MembersPerStepMax));
                    removed += removed < MembersPerStepMax
                        ? await session.Change(
                            """
                            DELETE FROM departures WHERE (list_id, contact_id) IN
                                (SELECT list_id, contact_id FROM departures WHERE list_id = @list LIMIT @step)
                            """,
                            ("@list", list),
                            ("@step", MembersPerStepMax))
                        : 0;
                    if (removed < MembersPerStepMax)
                    {
                        await session.Change("DELETE FROM deleted_lists WHERE id = @list", ("@list", list));
                    }

                    return true;
                },
                cancellation);
        }
    }
}
