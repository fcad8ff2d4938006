using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Mailboxes;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Tests.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Mailboxes;

/// <summary>One Dovecot for all; each test has a user of its own.</summary>
public sealed class DovecotFixture : IAsyncLifetime
{
    public Dovecot? Dovecot { get; private set; }

    public async ValueTask InitializeAsync() => Dovecot = Dovecot.Missing is null ? await Dovecot.Start() : null;

    public ValueTask DisposeAsync() => Dovecot?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Mailboxes of a real server, over IMAP and POP3.</summary>
[Trait("Needs", "Dovecot")]
public sealed class MailboxReaderTests(DovecotFixture fixture) : IClassFixture<DovecotFixture>
{
    private readonly SentCampaign sent = new();
    private readonly string user = $"user-{Guid.NewGuid():N}";

    private Dovecot Dovecot
    {
        get
        {
            Assert.SkipUnless(Dovecot.Missing is null, Dovecot.Missing ?? "");
            return fixture.Dovecot!;
        }
    }

    [Theory]
    [InlineData(MailboxProtocol.Imap)]
    [InlineData(MailboxProtocol.Pop3)]
    public async Task Read_messages_are_deleted_and_the_rest_is_set_aside(MailboxProtocol protocol)
    {
        await Deliver(Bounce(1), "garbage", Bounce(2), SentCampaign.Sample("reply-vacation"));

        var batch = await Read(protocol, new MailboxCursor());

        Assert.Equal((false, MailboxTrouble.None), (batch.HasMore, batch.Trouble));
        Assert.Equal([1, 2], Attempts());
        Assert.Single(sent.SetAside.Messages);
        Assert.Empty(Dovecot.Messages(user));
        Assert.Equal(protocol == MailboxProtocol.Imap ? 1 : 0, Dovecot.Messages(user, "Set aside").Count);

        // What comes later is read later, and an empty mailbox is no trouble.
        await Deliver(Bounce(3));
        batch = await Read(protocol, batch.Cursor);
        batch = await Read(protocol, batch.Cursor);
        Assert.Equal(MailboxTrouble.None, batch.Trouble);
        Assert.Equal([1, 2, 3], Attempts());
    }

    [Theory]
    [InlineData(MailboxProtocol.Imap)]
    [InlineData(MailboxProtocol.Pop3)]
    public async Task Messages_that_stay_are_read_once(MailboxProtocol protocol)
    {
        await Deliver(Bounce(1), "garbage", Bounce(2));
        var cursor = (await Read(protocol, new MailboxCursor(), AfterReading.Keep)).Cursor;
        await Deliver(Bounce(3));
        cursor = (await Read(protocol, cursor, AfterReading.Keep)).Cursor;
        await Read(protocol, cursor, AfterReading.Keep);

        Assert.Equal([1, 2, 3], Attempts());
        Assert.Equal(0, sent.Feedback.Repeats);
        Assert.Equal(3, Dovecot.Messages(user).Count);
        Assert.Single(sent.SetAside.Messages);
    }

    [Fact]
    public async Task Messages_can_be_moved_to_a_folder_that_is_made_for_them()
    {
        await Deliver(Bounce(1), Bounce(2));
        await Read(MailboxProtocol.Imap, new MailboxCursor(), AfterReading.Move);

        Assert.Empty(Dovecot.Messages(user));
        Assert.Equal(2, Dovecot.Messages(user, "Read").Count);
    }

    [Fact]
    public async Task When_the_numbers_mean_other_messages_all_is_read_again()
    {
        await Deliver(Bounce(1), Bounce(2));
        var cursor = (await Read(MailboxProtocol.Imap, new MailboxCursor(), AfterReading.Keep)).Cursor;

        // The new numbers are valid from this very second on: it must be another one than that of the old numbers.
        await Eventually.Holds(
            "the second passes", () => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() > cursor.UidValidity);
        Dovecot.LoseNumbers(user);
        await Deliver(Bounce(3));

        var after = (await Read(MailboxProtocol.Imap, cursor, AfterReading.Keep)).Cursor;

        Assert.NotEqual(cursor.UidValidity, after.UidValidity);
        Assert.Equal([1, 2, 3], Attempts());
        Assert.Equal(2, sent.Feedback.Repeats);
    }

    [Theory]
    [InlineData(MailboxProtocol.Imap)]
    [InlineData(MailboxProtocol.Pop3)]
    public async Task A_message_that_fails_stays_where_it_is(MailboxProtocol protocol)
    {
        await Deliver(Bounce(1), Bounce(2), Bounce(3));
        var calls = 0;
        sent.Feedback.Failure = () => ++calls == 2 ? new InvalidOperationException("A bug.") : null;

        var batch = await Read(protocol, new MailboxCursor());
        Assert.Equal([1, 3], Attempts());
        Assert.Single(Dovecot.Messages(user));

        batch = await Read(protocol, batch.Cursor);
        Assert.Single(Dovecot.Messages(user));
        sent.Clock.Advance(TimeSpan.FromMinutes(1));
        batch = await Read(protocol, batch.Cursor);
        Assert.Equal([1, 3, 2], Attempts());
        Assert.Empty(Dovecot.Messages(user));
        Assert.Empty(batch.Cursor.Waiting);
    }

    [Theory]
    [InlineData(MailboxProtocol.Imap)]
    [InlineData(MailboxProtocol.Pop3)]
    public async Task Whoever_is_refused_is_told_so_and_tries_again(MailboxProtocol protocol)
    {
        await Deliver(Bounce(1));
        var before = new MailboxCursor();

        var refused = await Read(protocol, before, change: mailbox => mailbox.Password = "wrong");
        var alone = await Read(protocol, before, change: mailbox => mailbox.Port = 1);
        var unsafely = await Read(protocol, before, change: mailbox => mailbox.Security = RelaySecurity.StartTls);

        Assert.All(
            [refused, alone, unsafely],
            batch => Assert.Equal((before, MailboxTrouble.Unreachable), (batch.Cursor, batch.Trouble)));
        Assert.Single(Dovecot.Messages(user));
    }

    private static string Bounce(int attempt) =>
        SentCampaign.Sample("report-unknown-user", SentCampaign.RosasReturnPath(attempt));

    private IEnumerable<int> Attempts() => sent.Feedback.Events.Select(one => one.Event.Attempt!.Value);

    private async Task Deliver(params string[] messages)
    {
        foreach (var message in messages)
        {
            await Dovecot.Deliver(user, Encoding.UTF8.GetBytes(message));
        }
    }

    private Task<MailboxBatch> Read(
        MailboxProtocol protocol,
        MailboxCursor cursor,
        AfterReading afterReading = AfterReading.Delete,
        Action<MailboxOptions>? change = null)
    {
        var mailbox = new MailboxOptions
        {
            Name = "bounces",
            Protocol = protocol,
            Host = "127.0.0.1",
            Port = protocol == MailboxProtocol.Imap ? Dovecot.ImapPort : Dovecot.Pop3Port,
            Security = RelaySecurity.None,
            Username = user,
            Password = Dovecot.Password,
            AfterReading = afterReading,
        };
        change?.Invoke(mailbox);
        var reader = new MailboxReader(
            new OptionsWrapper<MailboxesOptions>(new MailboxesOptions { Mailboxes = [mailbox] }),
            sent.Messages, sent.SetAside, sent.Clock, NullLogger<MailboxReader>.Instance);
        return reader.Read("bounces", cursor, CancellationToken.None);
    }
}
