using System.Data.Common;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Saved filters.</summary>
internal sealed class ViewTable(IDatabase database)
{
    public const int ViewsMax = 1_000;

    private const string Columns = "id, name, filter, created_at";

    public async Task<Result<ContactView>> Create(
        AccountId account, string name, ContactFilter filter, CancellationToken cancellation)
    {
        if ((DirectoryNames.Check(ref name, "view.name") ?? ContactFilterSql.Check(filter)) is { } refusal)
        {
            return refusal;
        }

        return await database.Write<Result<ContactView>>(
            async session =>
            {
                await session.Lock($"views {account.Value}");
                var count = await session.Number(
                    "SELECT count(*) FROM views WHERE account = @account", ("@account", account.Value));
                if (count >= ViewsMax)
                {
                    return Refusal.Conflict("view.too_many", $"An account has at most {ViewsMax:N0} views.");
                }

                var now = database.Now;
                var id = DirectoryIds.Create(DirectoryIds.View, now);
                var made = await session.Change(
                    """
                    INSERT INTO views (id, account, name, filter, created_at)
                    VALUES (@id, @account, @name, @filter, @now)
                    ON CONFLICT (account, name) DO NOTHING
                    """,
                    ("@id", id), ("@account", account.Value), ("@name", name), ("@now", now),
                    ("@filter", DirectoryJson.Write(ContactFilterSql.Complete(filter))));
                return made == 1
                    ? (await Find(session, account, id))!
                    : Exists(name);
            },
            cancellation);
    }

    public async Task<Result<ContactView>> Change(
        AccountId account, string viewId, string name, ContactFilter filter, CancellationToken cancellation)
    {
        if ((DirectoryNames.Check(ref name, "view.name") ?? ContactFilterSql.Check(filter)) is { } refusal)
        {
            return refusal;
        }

        return await database.Write<Result<ContactView>>(
            async session =>
            {
                await session.Lock($"views {account.Value}");
                if (await session.Holds(
                    "SELECT EXISTS (SELECT 1 FROM views WHERE account = @account AND name = @name AND id <> @id)",
                    ("@account", account.Value), ("@name", name), ("@id", viewId)))
                {
                    return Exists(name);
                }

                var changed = await session.Change(
                    "UPDATE views SET name = @name, filter = @filter WHERE id = @id AND account = @account",
                    ("@id", viewId), ("@account", account.Value), ("@name", name),
                    ("@filter", DirectoryJson.Write(ContactFilterSql.Complete(filter))));
                return changed == 1
                    ? (await Find(session, account, viewId))!
                    : Refusal.NotFound("view.unknown", "There is no such view.");
            },
            cancellation);
    }

    public Task<ContactView?> Find(AccountId account, string viewId, CancellationToken cancellation) =>
        database.Read(session => Find(session, account, viewId), cancellation);

    public async Task<IReadOnlyList<ContactView>> Query(AccountId account, CancellationToken cancellation) =>
        await database.Read(
            session => session.Rows(
                Read,
                $"SELECT {Columns} FROM views WHERE account = @account ORDER BY name LIMIT {ViewsMax}",
                ("@account", account.Value)),
            cancellation);

    public Task<bool> Delete(AccountId account, string viewId, CancellationToken cancellation) =>
        database.Write(
            async session => await session.Change(
                "DELETE FROM views WHERE id = @id AND account = @account",
                ("@id", viewId),
                ("@account", account.Value)) == 1,
            cancellation);

    private static Refusal Exists(string name) =>
        Refusal.Conflict("view.exists", $"There is a view named {name} already.");

    private static Task<ContactView?> Find(DatabaseSession session, AccountId account, string viewId) =>
        session.Row(
            Read,
            $"SELECT {Columns} FROM views WHERE id = @id AND account = @account",
            ("@id", viewId),
            ("@account", account.Value));

    private static ContactView Read(DbDataReader reader) =>
        new(
            reader.GetString(0),
            reader.GetString(1),
            DirectoryJson.ReadFilter(reader.GetString(2)),
            reader.Time(3));
}
