using System.Text;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Mailboxes;
using OrleansCampaigns.Mail.Tests.Feedback;

namespace OrleansCampaigns.Mail.Tests.Mailboxes;

/// <summary>One batch of a mailbox: what is applied, what waits, and in which order it is let go.</summary>
public sealed class MailboxRunTests : IAsyncDisposable
{
    private readonly SentCampaign sent = new();
    private readonly ScriptedMailbox mailbox = new();
    private readonly HashSet<int> refused = [];

    public MailboxRunTests() =>
        sent.Feedback.Failure = () => refused.Contains(mailbox.Fetched) ? new InvalidOperationException("A bug.")
            : null;

    [Fact]
    public async Task Each_message_is_applied_and_then_let_go()
    {
        mailbox.Put(Bounce(1), "garbage", Bounce(3));

        var batch = await Run(new MailboxCursor());

        Assert.Equal((3u, false, MailboxTrouble.None), (batch.Cursor.LastUid, batch.HasMore, batch.Trouble));
        Assert.Equal([1, 3], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
        Assert.Equal(
            [(1u, MailboxEnding.Read), (2u, MailboxEnding.SetAside), (3u, MailboxEnding.Read)], mailbox.Finished);
    }

    [Fact]
    public async Task A_message_that_fails_waits_while_the_others_go_on()
    {
        mailbox.Put(Bounce(1), Bounce(2), Bounce(3));
        refused.Add(2);

        var batch = await Run(new MailboxCursor());

        Assert.Equal(MailboxTrouble.None, batch.Trouble);
        Assert.Equal([1, 3], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
        Assert.Equal([1u, 3u], mailbox.Finished.Select(one => one.Place));
        Assert.Equal(
            new MailboxRetry(1, Given.Noon + TimeSpan.FromMinutes(1)), batch.Cursor.Waiting["2"]);

        // Not before its time, and then again, at greater and greater distances.
        batch = await Run(batch.Cursor);
        Assert.Equal(3, mailbox.Fetches);
        sent.Clock.Advance(TimeSpan.FromMinutes(1));
        batch = await Run(batch.Cursor);
        Assert.Equal(
            new MailboxRetry(2, Given.Noon + TimeSpan.FromMinutes(3)), batch.Cursor.Waiting["2"]);

        refused.Clear();
        sent.Clock.Advance(TimeSpan.FromMinutes(2));
        batch = await Run(batch.Cursor);
        Assert.Empty(batch.Cursor.Waiting);
        Assert.Equal([1u, 3u, 2u], mailbox.Finished.Select(one => one.Place));
        Assert.Equal([1, 3, 2], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
    }

    [Fact]
    public async Task A_message_that_always_fails_is_set_aside_in_the_end()
    {
        mailbox.Put(Bounce(1));
        refused.Add(1);
        var cursor = new MailboxCursor();
        for (var tries = 1; tries < MailboxRun.FailuresMax; tries++)
        {
            cursor = (await Run(cursor)).Cursor;
            Assert.Equal(tries, cursor.Waiting["1"].Failures);
            sent.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Empty(mailbox.Finished);
        cursor = (await Run(cursor)).Cursor;

        Assert.Empty(cursor.Waiting);
        Assert.Equal(SetAsideReasons.NotApplied, Assert.Single(sent.SetAside.Messages).Reason);
        Assert.Equal([(1u, MailboxEnding.SetAside)], mailbox.Finished);
    }

    [Fact]
    public async Task Messages_that_always_fail_keep_no_other_from_being_read()
    {
        var poison = Enumerable.Range(1, MailboxRun.BatchMax + 50).ToList();
        mailbox.Put([.. poison.Select(Bounce)]);
        mailbox.Put(Bounce(200));
        refused.UnionWith(poison);
        var cursor = new MailboxCursor();
        for (var batches = 0; batches < 2; batches++)
        {
            cursor = (await Run(cursor)).Cursor;
        }

        Assert.Equal([200], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));

        // Also when all of them are due again: fresh ones come first.
        sent.Clock.Advance(TimeSpan.FromHours(1));
        mailbox.Put(Bounce(201));
        cursor = (await Run(cursor)).Cursor;
        Assert.Equal([200, 201], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
        Assert.Equal(poison.Count, cursor.Waiting.Count);
    }

    [Fact]
    public async Task A_message_at_which_the_connection_always_breaks_is_passed_over()
    {
        mailbox.Put(Bounce(1), Bounce(2), Bounce(3));
        mailbox.BreakAtFetch = 2;

        var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => Run(new MailboxCursor()));
        var batch = await Run(lost.Cursor);

        Assert.Equal([1, 3], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value).Distinct());
        Assert.Equal(1, batch.Cursor.Waiting["2"].Failures);
    }

    [Fact]
    public async Task Calls_that_time_out_end_a_batch_and_the_next_one_goes_on_behind_them()
    {
        mailbox.Put([.. Enumerable.Range(1, 5).Select(Bounce)]);
        sent.Feedback.Failure = () => mailbox.Fetched <= 3 ? new TimeoutException() : null;

        var first = await Run(new MailboxCursor());
        var second = await Run(first.Cursor);

        Assert.Equal(MailboxTrouble.StorageAway, first.Trouble);
        Assert.Equal([4, 5], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
        Assert.Equal((3, MailboxTrouble.None), (second.Cursor.Waiting.Count, second.Trouble));
        Assert.Empty(sent.SetAside.Messages);
    }

    [Fact]
    public async Task When_storage_is_away_everything_stays()
    {
        mailbox.Put(Bounce(1), Bounce(2), Bounce(3));
        sent.Feedback.Failure = () =>
            mailbox.Fetched == 2 ? new StorageUnavailableException("The disk is full.") : null;

        var batch = await Run(new MailboxCursor());

        // What was applied before is let go all the same.
        Assert.Equal((1u, true, MailboxTrouble.StorageAway), (batch.Cursor.LastUid, batch.HasMore, batch.Trouble));
        Assert.Equal([1u], mailbox.Finished.Select(one => one.Place));
        Assert.Empty(batch.Cursor.Waiting);

        sent.Feedback.Failure = () => null;
        batch = await Run(batch.Cursor);
        Assert.Equal([1, 2, 3], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
    }

    [Fact]
    public async Task After_a_connection_lost_at_any_point_each_is_applied_once()
    {
        mailbox.Put(Bounce(1), "garbage", Bounce(3), Bounce(4));
        var cursor = new MailboxCursor();
        for (var point = 1; point <= 5; point++)
        {
            mailbox.BreakAtFetch = point;
            await Assert.ThrowsAnyAsync<Exception>(() => Run(cursor));
        }

        mailbox.BreakAtFetch = 0;
        cursor = (await Run(cursor)).Cursor;
        await Run(cursor);

        Assert.Equal([1, 3, 4], sent.Feedback.Events.Select(one => one.Event.Attempt!.Value));
        Assert.Equal([1u, 2u, 3u, 4u], mailbox.Finished.Select(one => one.Place));
    }

    [Fact]
    public async Task A_batch_is_bounded_and_says_that_there_is_more()
    {
        mailbox.Put([.. Enumerable.Range(1, MailboxRun.BatchMax + 1).Select(i => Bounce(i))]);

        var first = await Run(new MailboxCursor());
        var second = await Run(first.Cursor);

        Assert.Equal((MailboxRun.BatchMax, true), ((int)first.Cursor.LastUid, first.HasMore));
        Assert.Equal((MailboxRun.BatchMax + 1, false), ((int)second.Cursor.LastUid, second.HasMore));
    }

    [Fact]
    public async Task A_batch_that_is_told_to_end_keeps_what_it_has_done()
    {
        mailbox.Put(Bounce(1), Bounce(2), Bounce(3));
        using var stop = new CancellationTokenSource();
        sent.Feedback.Failure = () =>
        {
            if (mailbox.Fetched == 2)
            {
                stop.Cancel();
            }

            return null;
        };

        var batch = await Run(new MailboxCursor(), stop.Token);

        Assert.Equal((2u, true, MailboxTrouble.None), (batch.Cursor.LastUid, batch.HasMore, batch.Trouble));
        Assert.Equal([1u, 2u], mailbox.Finished.Select(one => one.Place));
    }

    [Fact]
    public async Task A_message_that_has_gone_meanwhile_is_passed()
    {
        mailbox.Put(Bounce(1), Bounce(2));
        mailbox.Messages[0] = null;

        var batch = await Run(new MailboxCursor());

        Assert.Equal(2u, batch.Cursor.LastUid);
        Assert.Equal([2u], mailbox.Finished.Select(one => one.Place));
    }

    [Fact]
    public async Task Of_a_message_that_is_too_large_the_header_is_kept()
    {
        mailbox.Put("Subject: huge\n\n");
        mailbox.Size = 100_000_000;

        await Run(new MailboxCursor());

        Assert.Equal(SetAsideReasons.TooLarge, Assert.Single(sent.SetAside.Messages).Reason);
        Assert.Equal([(1u, MailboxEnding.SetAside)], mailbox.Finished);
    }

    public ValueTask DisposeAsync() => mailbox.DisposeAsync();

    private static string Bounce(int attempt) =>
        SentCampaign.Sample("report-unknown-user", SentCampaign.RosasReturnPath(attempt));

    private Task<MailboxBatch> Run(MailboxCursor cursor, CancellationToken cancellation = default) =>
        new MailboxRun("bounces", mailbox, sent.Messages, sent.SetAside, sent.Clock).Run(cursor, cancellation);

    /// <summary>A mailbox in memory, numbered as IMAP numbers.</summary>
    private sealed class ScriptedMailbox : IMailboxSession
    {
        public List<string?> Messages { get; } = [];

        public List<(uint Place, MailboxEnding Ending)> Finished { get; } = [];

        public int Fetches { get; private set; }

        /// <summary>Which message was fetched last.</summary>
        public int Fetched { get; private set; }

        /// <summary>The fetch of a run at which the connection is lost; after the last one, the end itself.</summary>
        public int BreakAtFetch { get; set; }

        public long Size { get; set; }

        public void Put(params string[] messages) => Messages.AddRange(messages);

        public Task<MailboxListing> List(MailboxCursor cursor, CancellationToken cancellation)
        {
            var items = Messages
                .Select((_, i) => new MailboxItem($"{i + 1}", (uint)i + 1))
                .Where(item => item.Place > cursor.LastUid || cursor.Waiting.ContainsKey(item.Key))
                .ToList();
            return Task.FromResult(new MailboxListing(cursor, items));
        }

        public Task<FetchedMessage?> Fetch(MailboxItem item, CancellationToken cancellation)
        {
            Fetches++;
            Fetched = (int)item.Place;
            if (BreakAtFetch == item.Place)
            {
                throw new IOException("The connection was lost.");
            }

            return Task.FromResult(Messages[(int)item.Place - 1] is { } text
                ? new FetchedMessage(Encoding.UTF8.GetBytes(text), Size)
                : null);
        }

        public MailboxCursor Past(MailboxCursor cursor, MailboxItem item, bool isWaiting) =>
            cursor with { LastUid = Math.Max(cursor.LastUid, item.Place) };

        public Task Finish(
            IReadOnlyList<(MailboxItem Item, MailboxEnding Ending)> ended, CancellationToken cancellation)
        {
            if (BreakAtFetch > Messages.Count)
            {
                throw new IOException("The connection was lost.");
            }

            Finished.AddRange(ended.Select(one => (one.Item.Place, one.Ending)));
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
