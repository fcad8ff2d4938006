using System.Text;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.SetAside;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;

namespace OrleansCampaigns.Storage.Tests.SetAside;

public abstract class SetAsideMessagesTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private SetAsideMessages Messages => new(
        Test.Database,
        new SetAsideLimits { MessageOctetsMax = 10, MessagesMax = 5, AgeMax = TimeSpan.FromDays(30) });

    [Fact]
    public async Task What_is_set_aside_can_be_read_and_removed()
    {
        await Keep("mailbox", "hello");

        var listed = Assert.Single(await All());
        Assert.Equal(
            ("mailbox", SetAsideReasons.Unmatched, "bounce", 5L, false),
            (listed.Source, listed.Reason, listed.Kind, listed.Octets, listed.IsTruncated));
        Assert.Equal(Test.Clock.GetUtcNow(), listed.ReceivedAt);
        Assert.Equal("hello", Encoding.UTF8.GetString((await Messages.Read(listed.Id))!.Value.Span));

        Assert.True(await Messages.Delete(listed.Id));
        Assert.False(await Messages.Delete(listed.Id));
        Assert.Null(await Messages.Read(listed.Id));
        Assert.Empty(await All());
    }

    [Fact]
    public async Task The_same_message_is_kept_once()
    {
        await Keep("one", "the same");
        await Keep("two", "the same");

        Assert.Equal("one", Assert.Single(await All()).Source);
    }

    [Fact]
    public async Task The_same_message_is_kept_once_however_many_bring_it_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Keep($"{i}", $"message {i % 2}")));

        Assert.Equal(2, (await All()).Count);
    }

    [Fact]
    public async Task Of_a_large_message_the_beginning_is_kept_and_two_that_begin_alike_are_two()
    {
        await Keep("smtp", "0123456789 and more");
        await Keep("smtp", "0123456789 and other");
        await Messages.SetAside(
            "header"u8.ToArray(), "smtp", SetAsideReasons.TooLarge, "other", octets: 1_000);

        // Made in one millisecond, they have no order among themselves.
        var kept = (await All()).OrderByDescending(message => message.Octets).ToList();
        Assert.Equal(
            [(1_000L, true), (20L, true), (19L, true)],
            kept.Select(message => (message.Octets, message.IsTruncated)));
        Assert.Equal(10, (await Messages.Read(kept[1].Id))!.Value.Length);
    }

    [Fact]
    public async Task The_newest_are_kept_for_a_while()
    {
        for (var i = 0; i < 8; i++)
        {
            await Keep("smtp", $"message {i}");
            Test.Clock.Move(TimeSpan.FromDays(1));
        }

        Assert.Equal(["7", "6", "5", "4", "3"], await Endings());

        Test.Clock.Move(TimeSpan.FromDays(26));
        await Keep("smtp", "message 9");
        Assert.Equal(["9", "7", "6", "5", "4"], await Endings());
        Test.Clock.Move(TimeSpan.FromDays(2));
        await Keep("smtp", "message 8");
        Assert.Equal(["8", "9", "7", "6"], await Endings());
    }

    [Fact]
    public async Task Pages_follow_one_another_newest_first()
    {
        for (var i = 0; i < 5; i++)
        {
            await Keep("smtp", $"message {i}");
            Test.Clock.Move(TimeSpan.FromSeconds(1));
        }

        var first = (await Messages.Query(null, 3)).Value!;
        var second = (await Messages.Query(first.NextCursor, 3)).Value!;

        Assert.Equal((3, 2), (first.Items.Count, second.Items.Count));
        Assert.Equal(5, first.Items.Concat(second.Items).DistinctBy(message => message.Id).Count());
        Assert.Null(second.NextCursor);
        Assert.Equal("request.cursor", (await Messages.Query("nonsense", 3)).Refusal!.Code);
    }

    [Fact]
    public void An_address_is_compared_with_a_contact_by_the_installations_own_hash()
    {
        var identity = new ContactIdentity(Test.Database);
        var rosa = ContactId.Of(Test.Database.ContactKey.Span, TestDatabase.Account, "rosa@example.org");

        Assert.True(identity.Owns(TestDatabase.Account, rosa, "rosa@EXAMPLE.org"));
        Assert.False(identity.Owns(TestDatabase.Other, rosa, "rosa@example.org"));
        Assert.False(identity.Owns(TestDatabase.Account, rosa, "karl@example.org"));
        Assert.False(identity.Owns(TestDatabase.Account, rosa, "no address"));
    }

    private Task Keep(string source, string text) => Messages.SetAside(
        Encoding.UTF8.GetBytes(text), source, SetAsideReasons.Unmatched, "bounce");

    private async Task<IReadOnlyList<SetAsideMessage>> All() => (await Messages.Query(null, 100)).Value!.Items;

    private async Task<List<string>> Endings()
    {
        var texts = new List<string>();
        foreach (var message in await All())
        {
            texts.Add(Encoding.UTF8.GetString((await Messages.Read(message.Id))!.Value.Span)[^1..]);
        }

        return texts;
    }
}

public sealed class SqliteSetAsideMessagesTests() : SetAsideMessagesTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresSetAsideMessagesTests(PostgresFixture postgres) : SetAsideMessagesTests(postgres);
