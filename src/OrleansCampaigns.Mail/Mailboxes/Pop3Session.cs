using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MailKit.Net.Pop3;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>A mailbox over POP3: messages are named by their UIDL, and deleted when the session ends well.</summary>
internal sealed class Pop3Session : IMailboxSession
{
    // POP3 has no way to fetch a part but the header: of what is larger, only that is read.
    private const int OctetsMax = 64 * 1024 * 1024;
    private const int KeyOctets = 12;

    private readonly Pop3Client client;
    private readonly MailboxOptions options;
    private readonly List<uint> leftovers = [];
    private IList<int> sizes = [];

    private Pop3Session(Pop3Client client, MailboxOptions options) => (this.client, this.options) = (client, options);

    public static async Task<IMailboxSession> Open(MailboxOptions options, CancellationToken cancellation)
    {
        var client = new Pop3Client();
        try
        {
            await MailboxConnection.Open(client, options, cancellation);
            return new Pop3Session(client, options);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task<MailboxListing> List(MailboxCursor cursor, CancellationToken cancellation)
    {
        if (client.Count == 0)
        {
            return new MailboxListing(Pop3Cursor.Known(cursor, new HashSet<string>()), []);
        }

        sizes = await client.GetMessageSizesAsync(cancellation);
        var items = (await client.GetMessageUidsAsync(cancellation))
            .Select((uid, i) => new MailboxItem(KeyOf(uid), (uint)i))
            .ToList();
        var known = Pop3Cursor.Known(cursor, items.Select(item => item.Key).ToHashSet(StringComparer.Ordinal));
        var fresh = Pop3Cursor.Fresh(known, items);
        leftovers.AddRange(items.Except(fresh).Select(item => item.Place));
        return new MailboxListing(known, fresh);
    }

    public async Task<FetchedMessage?> Fetch(MailboxItem item, CancellationToken cancellation)
    {
        var size = sizes[(int)item.Place];
        var isTooLarge = size > OctetsMax;
        await using var stream = await client.GetStreamAsync((int)item.Place, isTooLarge, cancellation);
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, cancellation);
        return new FetchedMessage(octets.ToArray(), isTooLarge ? size : 0);
    }

    public MailboxCursor Past(MailboxCursor cursor, MailboxItem item, bool isWaiting) =>
        isWaiting ? cursor : Pop3Cursor.Past(cursor, item.Key);

    public async Task Finish(
        IReadOnlyList<(MailboxItem Item, MailboxEnding Ending)> ended, CancellationToken cancellation)
    {
        // What was set aside is kept in our own database: in the mailbox it would be in the way for ever.
        var isKept = options.AfterReading == AfterReading.Keep;
        int[] gone =
        [
            .. ended.Where(one => !isKept || one.Ending == MailboxEnding.SetAside).Select(one => (int)one.Item.Place),
            .. isKept ? [] : leftovers.Select(place => (int)place),
        ];
        if (gone.Length > 0)
        {
            await client.DeleteMessagesAsync(gone, cancellation);
        }

        // Only a session that ends well deletes (RFC 1939 §6).
        await client.DisconnectAsync(quit: true, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    // Unique identifiers have up to 70 characters (RFC 1939 §7); so many octets of a hash are unique enough.
    private static string KeyOf(string uid) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(uid)).AsSpan(0, KeyOctets));
}
