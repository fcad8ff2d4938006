using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Audiences;

public abstract class AudienceStoreTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private static readonly CampaignId Campaign = TestData.Campaign("c1");

    private AudienceStore Audiences => new(Test.Database);

    private ContactDirectory Contacts => new(Test.Database);

    private ListDirectory Lists => new(Test.Database);

    [Fact]
    public async Task However_many_take_an_audience_together_it_is_taken_once()
    {
        var audience = new Audience { ListIds = [await List("list", 230)] };
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Take(audience)));

        var snapshot = Assert.Single(taken.Distinct());
        Assert.Equal((230, 230, 5), (snapshot.Recipients, snapshot.Sendable, snapshot.Partitions));
        Assert.Equal(230, await Test.Number("SELECT count(*) FROM recipients"));

        // Nobody is in it who came later.
        await List("later", 10);
        Assert.Equal(snapshot, await Take(new() { Filter = new() }));
        Assert.Equal(230, await Test.Number("SELECT count(*) FROM recipients"));
    }

    [Fact]
    public async Task The_longest_value_of_each_field_is_found_among_those_who_may_be_sent_to()
    {
        var list = (await Lists.CreateList(Account, "fields")).Value!.Id;
        await Lists.AddMembers(Account, list,
        [
            Input("anna@example.com", "Anna", ("city", "Ulm"), ("motto", "Quick")),
            Input("b@example.com", "Berta Langname", ("city", "Köln")),
            Input("c@example.com", "C", ("city", "Unterschleißheim")),
        ]);
        await Test.Execute("UPDATE contacts SET status = 'Complained' WHERE address = 'c@example.com'");

        var longest = await Audiences.FindLongest(
            Account, new() { ListIds = [list] }, ["address", "name", "city", "motto"]);

        Assert.Equal(
            ["anna@example.com", "b@example.com", "b@example.com", "anna@example.com"],
            longest.Select(recipient => recipient.Address));
        Assert.Equal("Quick", longest[3].Attributes["motto"]);
        Assert.Empty(await Audiences.FindLongest(Account, new() { ListIds = ["lst_none"] }, ["city"]));
    }

    [Fact]
    public async Task Every_recipient_has_a_place_in_the_partition_of_its_contact()
    {
        await Take(new() { ListIds = [await List("list", 230)] });

        var rows = await Test.Texts("SELECT partition, seq, contact_id FROM recipients ORDER BY partition, seq");
        var places = rows.ConvertAll(row => row.Split(' '));
        Assert.All(places, place => Assert.Equal($"{new ContactId(place[2]).PartitionOf(5)}", place[0]));
        Assert.All(
            places.GroupBy(place => place[0]),
            partition => Assert.Equal(
                Enumerable.Range(1, partition.Count()).Select(seq => $"{seq}"), partition.Select(place => place[1])));
        Assert.Equal(230, places.Select(place => place[2]).Distinct().Count());
    }

    [Fact]
    public async Task Occurrences_are_counted_over_all_sources_and_only_a_first_one_may_be_sent_to()
    {
        var one = await List("one", 3);
        var two = await List("two", 4);
        await Lists.AddMembers(Account, one, [Input("u0@example.com"), Input("u0@example.com"), Input("no address")]);
        await Test.Execute("UPDATE contacts SET status = 'Complained' WHERE address = 'u1@example.com'");
        await Test.Execute("UPDATE contacts SET status = 'MailboxFull' WHERE address = 'u2@example.com'");
        var audience = new Audience { ListIds = [one, two], Filter = new() { Text = "u3" } };

        Assert.Equal(new(10, 3), await Audiences.Count(Account, audience));
        Assert.Equal((10, 3), await Take(audience) is var taken ? (taken.Recipients, taken.Sendable) : default);
        Assert.Equal(
            ["no address 1 0", "u0@example.com 1 1", "u0@example.com 2 0", "u0@example.com 3 0", "u1@example.com 1 0",
                "u1@example.com 2 0", "u2@example.com 1 1", "u2@example.com 2 0", "u3@example.com 1 1",
                "u3@example.com 2 0"],
            await Test.Texts(
                """
                SELECT c.address, r.occurrence, r.reserved FROM recipients r JOIN contacts c ON c.id = r.contact_id
                ORDER BY c.address, r.occurrence
                """));
        Assert.Equal(new(0, 0), await Audiences.Count(Other, audience));
        Assert.Equal(["lst_none"], await Audiences.FindUnknownLists(
            Account, new() { ListIds = [one, "lst_none"] }));
    }

    [Fact]
    public async Task Whether_an_audience_is_larger_is_known_before_duplicates_are_taken_out()
    {
        var five = await List("five", 5);
        var three = await List("three", 3);
        await Lists.AddMembers(Account, three, [Input("u0@example.com"), Input("no address")]);
        var anyone = new ContactFilter();

        async Task AssertSize(int size, Audience audience, AccountId? account = null)
        {
            Assert.False(await Audiences.IsLargerThan(account ?? Account, audience, size));
            Assert.Equal(size > 0, await Audiences.IsLargerThan(account ?? Account, audience, Math.Max(0, size - 1)));
            Assert.Equal(size > 0, await Audiences.IsLargerThan(account ?? Account, audience, 0));
            Assert.False(await Audiences.IsLargerThan(account ?? Account, audience, 1_000_000));
        }

        await AssertSize(0, new());
        await AssertSize(0, new() { ListIds = ["lst_none"] });
        await AssertSize(5, new() { ListIds = [five] });
        await AssertSize(9, new() { ListIds = [five, three] });
        await AssertSize(6, new() { Filter = anyone });
        await AssertSize(1, new() { Filter = new() { Text = "u3" } });
        await AssertSize(15, new() { ListIds = [five, three], Filter = anyone });
        await AssertSize(0, new() { ListIds = [five, three], Filter = anyone }, Other);
    }

    [Fact]
    public async Task Fields_that_who_is_sent_to_lacks_are_counted()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(Account, list, [
            Input("a@example.com", "Anna", ("city", "Wien")), Input("b@example.com", null, ("city", "  ")),
            Input("c@example.com", "Cora"), Input("c@example.com"), Input("no address"),
        ]);

        var missing = await Audiences.CountMissing(
            Account, new() { ListIds = [list] }, ["address", "name", "city", "it's \"x\""]);

        Assert.Equal(
            [("address", 0L), ("city", 2L), ("it's \"x\"", 3L), ("name", 1L)],
            missing.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public async Task A_partition_reads_who_is_next_due_undecided_waiting_and_failed()
    {
        var ids = new List<ContactId>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add((await Contacts.Create(Account, Input($"u{i}@example.com", $"U{i}", ("city", "Wien")))).Value!.Id);
        }

        await Test.Recipient("c1", 0, 1, ids[0], outcome: "Sent", decided: 1);
        await Test.Recipient("c1", 0, 2, ids[1], outcome: "Deferred", nextAttemptAt: 50, decided: 1);
        await Test.Recipient("c1", 0, 3, ids[2], outcome: "SoftBounced", nextAttemptAt: 40, decided: 1);
        await Test.Recipient("c1", 0, 4, ids[3], outcome: "Bounced", decided: 1);
        await Test.Recipient("c1", 0, 5, ids[4], outcome: "Bounced", decided: 1, excluded: "MailboxFull");
        await Test.Recipient("c1", 0, 6, ids[5]);
        await Test.Recipient("c1", 0, 7, ids[6], outcome: "Deferred", nextAttemptAt: 90, decided: 1);
        await Test.Recipient("c1", 1, 1, ids[7]);

        Assert.Equal([6, 7], Seqs(await Audiences.Next(Campaign, 0, 5, 10)));
        Assert.Equal([1, 2], Seqs(await Audiences.Next(Campaign, 0, 0, 2)));
        Assert.Equal([3, 2], Seqs(await Audiences.Due(Campaign, 0, At(50), 10)));
        Assert.Equal([6], Seqs(await Audiences.Undecided(Campaign, 0, 7)));
        Assert.Empty(await Audiences.Undecided(Campaign, 0, 5));
        Assert.Equal([1, 7], Seqs(await Audiences.Find(Campaign, 0, [7, 1, 99])));
        Assert.Empty(await Audiences.Find(Campaign, 0, []));
        Assert.Equal([3, 7], Seqs(await Audiences.Waiting(Campaign, 0, 2, 10)));
        Assert.Equal([4], Seqs(await Audiences.Failed(Campaign, 0, 2, 0, 10)));
        Assert.Empty(await Audiences.Failed(Campaign, 0, 1, 0, 10));
        Assert.Equal(new(7, At(40)), await Audiences.GetState(Campaign, 0));
        Assert.Equal(new(0, null), await Audiences.GetState(Campaign, 5));

        var due = (await Audiences.Due(Campaign, 0, At(50), 1))[0];
        Assert.Equal(
            (ids[2], 1, true, "u2@example.com", "U2", "Wien", Outcome.SoftBounced, Cause.None),
            (due.Contact, due.Occurrence, due.IsReserved, due.Address, due.Name, due.Attributes["city"], due.Outcome,
                due.Cause));
        await Test.Execute("DELETE FROM contacts WHERE id = $0", ids[2].Value);
        Assert.Null((await Audiences.Find(Campaign, 0, [3]))[0].Address);
        Assert.Equal("U1", (await Audiences.FindContact(Account, ids[1]))!.Name);
        Assert.Null(await Audiences.FindContact(Other, ids[1]));
    }

    [Fact]
    public async Task What_nothing_waits_for_is_found_and_the_rest_of_a_cancelled_campaign_is_left_out()
    {
        var ids = await Make(6);
        await Test.Recipient("c1", 0, 1, ids[0], outcome: "Sent", decided: 1);
        await Test.Recipient("c1", 0, 2, ids[1], outcome: "Deferred", nextAttemptAt: 50, decided: 1);
        await Test.Recipient("c1", 0, 3, ids[2], outcome: "SoftBounced", decided: 1);
        await Test.Recipient("c1", 0, 4, ids[3]);
        await Test.Recipient("c1", 0, 5, ids[4], decided: 1, excluded: "deleted");
        await Test.Recipient("c1", 1, 1, ids[5]);

        Assert.Equal(
            [(3, true), (4, false)],
            (await Audiences.Stranded(Campaign, 0, 0, 10)).Select(known => ((int)known.Seq, known.IsDecided)));
        Assert.Equal([4], Seqs(await Audiences.Stranded(Campaign, 0, 3, 10)));
        Assert.Equal([3], Seqs(await Audiences.Stranded(Campaign, 0, 0, 1)));

        Assert.Equal(1, await Audiences.ExcludeUndecided(Campaign, 0, Exclusions.Cancelled, At(70)));
        Assert.Equal(0, await Audiences.ExcludeUndecided(Campaign, 0, Exclusions.Cancelled, At(70)));
        Assert.Equal([3], Seqs(await Audiences.Stranded(Campaign, 0, 0, 10)));
        Assert.Empty(await Audiences.Undecided(Campaign, 0, 9));
        Assert.Equal(
            ["1 NULL", "2 NULL", "3 NULL", "4 cancelled", "5 deleted", "1 NULL"],
            await Test.Texts("SELECT seq, excluded FROM recipients ORDER BY partition, seq"));
    }

    [Fact]
    public async Task Whose_contact_has_noted_something_is_not_left_out_behind_its_back()
    {
        var ids = await Make(3);
        await Test.Recipient("c1", 0, 1, ids[0]);
        await Test.Recipient("c1", 0, 2, ids[0], occurrence: 2);
        await Test.Recipient("c1", 0, 3, ids[0], occurrence: 3);
        await Test.Recipient("c1", 0, 4, ids[1]);
        await Test.Recipient("c1", 0, 5, ids[2], outcome: "Sent", decided: 1);
        await Test.Execute(
            "UPDATE recipients SET outcome = 'Duplicated', decided = 1, updated_at = 60 WHERE seq = 2");
        await Test.Execute("UPDATE recipients SET updated_at = 60 WHERE seq IN (1, 5)");

        Assert.Equal([1], Seqs(await Audiences.Noted(Campaign, 0, 0, 10)));
        Assert.Empty(await Audiences.Noted(Campaign, 0, 1, 10));
        Assert.Equal(2, await Audiences.ExcludeUndecided(Campaign, 0, Exclusions.Cancelled, At(70)));
        Assert.Equal([1], Seqs(await Audiences.Noted(Campaign, 0, 0, 10)));
        Assert.Equal(
            ["1 NULL", "2 NULL", "3 cancelled", "4 cancelled", "5 NULL"],
            await Test.Texts("SELECT seq, excluded FROM recipients ORDER BY seq"));
    }

    [Fact]
    public async Task A_recipient_is_settled_without_its_contact()
    {
        var ids = await Make(5);
        foreach (var (i, id) in ids.Index())
        {
            await Test.Recipient("c1", 0, i + 1, id);
        }

        await Test.Execute(
            "UPDATE recipients SET attempts = 1, outcome = 'Deferred', next_attempt_at = 9 WHERE seq = 2");
        AttemptReport refused = new() { Outcome = Outcome.Rejected, Cause = Cause.Policy, Reply = new(550, null, "") };
        var deferred = new AttemptReport { Outcome = Outcome.Deferred, Cause = Cause.Greylisted };
        await Audiences.Settle(Campaign, 0, [1, 2], Settlement.LeftOut, At(70));
        await Audiences.Settle(Campaign, 0, [3], Settlement.Doubtful(1), At(70));
        await Audiences.Settle(Campaign, 0, [4], Settlement.Of(1, refused), At(70));
        await Audiences.Settle(Campaign, 0, [5], Settlement.Of(2, deferred), At(70));

        Assert.Equal(
            ["1 Queued unprocessable 0 0 0 NULL", "2 Bounced NULL 1 0 0 NULL", "3 Sent NULL 1 1 1 NULL",
                "4 Rejected NULL 1 1 0 550", "5 Bounced NULL 2 1 0 NULL"],
            await Test.Texts(
                """
                SELECT seq, outcome, excluded, attempts, charged, in_doubt, reply_code FROM recipients
                WHERE decided = 1 AND next_attempt_at IS NULL ORDER BY seq
                """));
    }

    private async Task<List<ContactId>> Make(int contacts)
    {
        var ids = new List<ContactId>();
        for (var i = 0; i < contacts; i++)
        {
            ids.Add((await Contacts.Create(Account, Input($"u{i}@example.com"))).Value!.Id);
        }

        return ids;
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static IEnumerable<long> Seqs(IReadOnlyList<Recipient> recipients) =>
        recipients.Select(recipient => recipient.Seq);

    private Task<AudienceSnapshot> Take(Audience audience) =>
        Audiences.Take(Account, Campaign, audience, 50, Test.Clock.GetUtcNow());

    private async Task<string> List(string name, int members)
    {
        var list = (await Lists.CreateList(Account, name)).Value!.Id;
        await Lists.AddMembers(
            Account, list, [.. Enumerable.Range(0, members).Select(i => Input($"u{i}@example.com"))]);
        return list;
    }
}

public sealed class SqliteAudienceStoreTests() : AudienceStoreTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresAudienceStoreTests(PostgresFixture postgres) : AudienceStoreTests(postgres);
