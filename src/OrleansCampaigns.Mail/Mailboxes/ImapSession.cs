using System.Globalization;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>A mailbox over IMAP: messages are named by their UIDs, and moved or deleted by them.</summary>
internal sealed class ImapSession : IMailboxSession
{
    // What a report has to say is at its beginning.
    private const int OctetsMax = 1024 * 1024;

    private readonly ImapClient client;
    private readonly MailboxOptions options;
    private readonly IMailFolder folder;

    private ImapSession(ImapClient client, MailboxOptions options, IMailFolder folder) =>
        (this.client, this.options, this.folder) = (client, options, folder);

    public static async Task<IMailboxSession> Open(MailboxOptions options, CancellationToken cancellation)
    {
        var client = new ImapClient();
        try
        {
            await MailboxConnection.Open(client, options, cancellation);
            var folder = options.Folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase)
                ? client.Inbox
                : await client.GetFolderAsync(options.Folder, cancellation);
            await folder!.OpenAsync(FolderAccess.ReadWrite, cancellation);
            return new ImapSession(client, options, folder);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task<MailboxListing> List(MailboxCursor cursor, CancellationToken cancellation)
    {
        if (cursor.UidValidity != folder.UidValidity)
        {
            // The numbers mean other messages now. Whatever is there is read; what was known stays known.
            cursor = new MailboxCursor { UidValidity = folder.UidValidity };
        }

        var waiting = cursor.Waiting.Keys.Select(key => uint.Parse(key, CultureInfo.InvariantCulture));
        var fresh = cursor.LastUid == uint.MaxValue
            ? []
            : await folder.SearchAsync(
                SearchQuery.Uids(new UniqueIdRange(new UniqueId(cursor.LastUid + 1), UniqueId.MaxValue)), cancellation);

        // "n:*" names the last message even when its number is below n.
        var uids = waiting.Concat(fresh.Select(uid => uid.Id).Where(uid => uid > cursor.LastUid))
            .Distinct()
            .Order();
        return new MailboxListing(
            cursor, [.. uids.Select(uid => new MailboxItem(uid.ToString(CultureInfo.InvariantCulture), uid))]);
    }

    public async Task<FetchedMessage?> Fetch(MailboxItem item, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await folder.GetStreamAsync(
                new UniqueId(item.Place), 0, OctetsMax, cancellation);
            using var octets = new MemoryStream();
            await stream.CopyToAsync(octets, cancellation);
            return new FetchedMessage(octets.ToArray());
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
    }

    public MailboxCursor Past(MailboxCursor cursor, MailboxItem item, bool isWaiting) =>
        item.Place > cursor.LastUid ? cursor with { LastUid = item.Place } : cursor;

    public async Task Finish(
        IReadOnlyList<(MailboxItem Item, MailboxEnding Ending)> ended, CancellationToken cancellation)
    {
        List<UniqueId> Uids(MailboxEnding ending) =>
            [.. ended.Where(one => one.Ending == ending).Select(one => new UniqueId(one.Item.Place))];
        if (Uids(MailboxEnding.SetAside) is { Count: > 0 } setAside)
        {
            await Move(setAside, options.SetAsideFolder, cancellation);
        }

        if (Uids(MailboxEnding.Read) is not { Count: > 0 } read)
        {
            return;
        }

        switch (options.AfterReading)
        {
            case AfterReading.Delete:
                await folder.AddFlagsAsync(read, MessageFlags.Deleted, silent: true, cancellation);
                await folder.ExpungeAsync(read, cancellation);
                break;
            case AfterReading.Move:
                await Move(read, options.ReadFolder, cancellation);
                break;
            default:
                await folder.AddFlagsAsync(read, MessageFlags.Seen, silent: true, cancellation);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await MailboxConnection.Close(client);
        client.Dispose();
    }

    private async Task Move(List<UniqueId> uids, string path, CancellationToken cancellation)
    {
        var target = client.GetFolder(client.PersonalNamespaces[0]);
        foreach (var name in path.Split('/'))
        {
            target = await Subfolder(target, name, cancellation);
        }

        await folder.MoveToAsync(uids, target, cancellation);
    }

    private static async Task<IMailFolder> Subfolder(IMailFolder parent, string name, CancellationToken cancellation)
    {
        try
        {
            if (await parent.GetSubfolderAsync(name, cancellation) is { } existing)
            {
                return existing;
            }
        }
        catch (FolderNotFoundException)
        {
            // It is made below.
        }

        return await parent.CreateAsync(name, isMessageFolder: true, cancellation)
            ?? throw new FolderNotFoundException(name);
    }
}
