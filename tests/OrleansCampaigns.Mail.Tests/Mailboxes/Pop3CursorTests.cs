using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Mailboxes;

namespace OrleansCampaigns.Mail.Tests.Mailboxes;

public sealed class Pop3CursorTests
{
    [Fact]
    public void What_is_remembered_is_not_read_again()
    {
        var cursor = Pop3Cursor.Past(Pop3Cursor.Past(new MailboxCursor(), "1"), "2");

        Assert.Equal(["3"], Fresh(cursor, 1, 3));
    }

    [Fact]
    public void What_has_gone_is_forgotten()
    {
        var cursor = Pop3Cursor.Past(Pop3Cursor.Past(new MailboxCursor(), "1"), "2") with
        {
            Waiting = new MailboxCursor().Waiting.Add("3", new MailboxRetry(1, Given.Noon)),
        };

        var known = Pop3Cursor.Known(cursor, new HashSet<string> { "2", "4" });

        Assert.Equal(["2"], known.Done);
        Assert.Empty(known.Waiting);
    }

    [Fact]
    public void In_a_mailbox_that_is_kept_for_ever_nothing_is_read_twice()
    {
        var cursor = new MailboxCursor();
        for (var i = 1; i <= Pop3Cursor.DoneMax + 500; i++)
        {
            cursor = Pop3Cursor.Past(cursor, $"{i}");
        }

        Assert.Equal(Pop3Cursor.DoneMax, cursor.Done.Count);
        Assert.Equal([$"{Pop3Cursor.DoneMax + 501}"], Fresh(cursor, 1, Pop3Cursor.DoneMax + 501));
    }

    [Fact]
    public void What_waits_is_read_wherever_it_stands()
    {
        var cursor = new MailboxCursor();
        for (var i = 2; i <= Pop3Cursor.DoneMax + 500; i++)
        {
            cursor = Pop3Cursor.Past(cursor, $"{i}");
        }

        cursor = cursor with { Waiting = cursor.Waiting.Add("1", new MailboxRetry(1, Given.Noon)) };

        Assert.Equal(["1"], Fresh(cursor, 1, Pop3Cursor.DoneMax + 500));
    }

    private static IEnumerable<string> Fresh(MailboxCursor cursor, int first, int last) =>
        Pop3Cursor.Fresh(
            cursor,
            [.. Enumerable.Range(first, last - first + 1).Select(i => new MailboxItem($"{i}", (uint)i))])
            .Select(item => item.Key);
}
