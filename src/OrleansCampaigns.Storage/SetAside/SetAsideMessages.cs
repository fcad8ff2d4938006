using System.Security.Cryptography;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.SetAside;

/// <summary>How much of what was set aside is kept.</summary>
public sealed record SetAsideLimits
{
    /// <summary>Of each message; a bounce says what it has to say at the beginning.</summary>
    public int MessageOctetsMax { get; init; } = 256 * 1024;

    /// <summary>The newest so many messages.</summary>
    public int MessagesMax { get; init; } = 10_000;

    /// <summary>For so long.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromDays(90);
}

/// <summary>Messages that were set aside,.</summary>
public sealed class SetAsideMessages(IDatabase database, SetAsideLimits? limits = null)
    : ISetAsideMessages, ISetAsideDirectory
{
    private const string Prefix = "sam_";

    private readonly SetAsideLimits _limits = limits ?? new SetAsideLimits();

    /// <inheritdoc/>
    public async Task SetAside(
        ReadOnlyMemory<byte> message,
        string source,
        string reason,
        string kind,
        long octets = 0,
        CancellationToken cancellation = default)
    {
        var kept = message.Length > _limits.MessageOctetsMax ? message[.._limits.MessageOctetsMax] : message;
        var digest = Convert.ToHexStringLower(SHA256.HashData(message.Span));
        var wasNew = await database.Write(
            async session =>
            {
                var now = database.Now;
                var isNew = await session.Change(
                    """
                    INSERT INTO set_aside_messages (id, received_at, source, reason, kind, digest, size, octets)
                    VALUES (@id, @now, @source, @reason, @kind, @digest, @size, @octets)
                    ON CONFLICT (digest) DO NOTHING
                    """,
                    ("@id", DirectoryIds.Create(Prefix, now)), ("@now", now), ("@source", source),
                    ("@reason", reason), ("@kind", kind), ("@digest", digest),
                    ("@size", Math.Max(octets, message.Length)), ("@octets", kept.ToArray())) == 1;
                if (isNew)
                {
                    // Identifiers grow with time: the oldest have the least.
                    await session.Change(
                        """
                        DELETE FROM set_aside_messages WHERE received_at < @oldest OR id <= (
                            SELECT id FROM set_aside_messages ORDER BY id DESC LIMIT 1 OFFSET @count)
                        """,
                        ("@oldest", now - (long)_limits.AgeMax.TotalMilliseconds),
                        ("@count", _limits.MessagesMax));
                }

                return isNew;
            },
            cancellation);
        if (wasNew)
        {
            ProcessMetrics.SetAside(reason);
        }
    }

    /// <inheritdoc/>
    public async Task<Result<Page<SetAsideMessage>>> Query(
        string? cursor, int limit, CancellationToken cancellation = default)
    {
        if (!Cursor.TryRead(cursor, "~", key => DirectoryIds.Is(Prefix, key), out var before))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read(
            async session => Cursor.Page(
                await session.Rows(
                    reader => new SetAsideMessage(
                        reader.GetString(0),
                        reader.Time(1),
                        reader.GetString(2),
                        reader.GetString(3),
                        reader.GetString(4),
                        reader.GetInt64(5),
                        reader.GetInt64(5) > reader.GetInt64(6)),
                    """
                    SELECT id, received_at, source, reason, kind, size, length(octets) FROM set_aside_messages
                    WHERE id < @before ORDER BY id DESC LIMIT @limit
                    """,
                    ("@before", before),
                    ("@limit", limit + 1)),
                limit,
                message => message.Id),
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> Read(string id, CancellationToken cancellation = default) =>
        await database.Read(
            session => session.Row(
                reader => reader.GetFieldValue<byte[]>(0),
                "SELECT octets FROM set_aside_messages WHERE id = @id",
                ("@id", id)),
            cancellation) is { } octets ? new ReadOnlyMemory<byte>(octets) : (ReadOnlyMemory<byte>?)null;

    /// <inheritdoc/>
    public Task<bool> Delete(string id, CancellationToken cancellation = default) => database.Write(
        async session => await session.Change("DELETE FROM set_aside_messages WHERE id = @id", ("@id", id)) == 1,
        cancellation);
}
