using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>Remembers which messages of a POP3 mailbox have been dealt with, in bounded room.</summary>
/// <remarks>
/// Messages are listed in the order of their arrival. So when there is no room for all that stay, the newest are
/// remembered, and whatever stands before the first of them is older and was dealt with.
/// </remarks>
internal static class Pop3Cursor
{
    /// <summary>How many are remembered.</summary>
    public const int DoneMax = 10_000;

    /// <summary>The cursor without what is not there any more.</summary>
    public static MailboxCursor Known(MailboxCursor cursor, IReadOnlySet<string> present)
    {
        var done = cursor.Done.RemoveAll(key => !present.Contains(key));
        var gone = cursor.Waiting.Keys.Where(key => !present.Contains(key)).ToList();
        var hasForgotten = cursor.HasForgotten && done.Count > 0;
        return done.Count == cursor.Done.Count && gone.Count == 0 && hasForgotten == cursor.HasForgotten
            ? cursor
            : cursor with { Done = done, Waiting = cursor.Waiting.RemoveRange(gone), HasForgotten = hasForgotten };
    }

    /// <summary>The messages that have not been dealt with.</summary>
    public static List<MailboxItem> Fresh(MailboxCursor cursor, List<MailboxItem> items)
    {
        var done = cursor.Done.ToHashSet(StringComparer.Ordinal);
        var oldest = cursor.HasForgotten ? items.FindIndex(item => done.Contains(item.Key)) : 0;
        return
        [
            .. items.Where((item, i) =>
                cursor.Waiting.ContainsKey(item.Key) || (i >= oldest && !done.Contains(item.Key))),
        ];
    }

    /// <summary>The cursor that remembers one more.</summary>
    public static MailboxCursor Past(MailboxCursor cursor, string key)
    {
        var done = cursor.Done.Add(key);
        return done.Count <= DoneMax
            ? cursor with { Done = done }
            : cursor with { Done = done.RemoveRange(0, done.Count - DoneMax), HasForgotten = true };
    }
}
