using Orleans.Runtime;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.States;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>The tables that people query follow the states in the transaction that writes them.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class PostgresProjectionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private PostgresTestDatabase _given = null!;
    private PostgresContactStateStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _given = await postgres.CreateDatabase();
        _storage = new(_given.Database.Contacts, new PostgresStateSerializer(new NoteSerializer()), "test");
    }

    public ValueTask DisposeAsync() => _given.DisposeAsync();

    [Fact]
    public async Task Only_writes_that_land_are_projected_whatever_else_is_in_the_statement()
    {
        await Contacts(300);
        await Recipients(300);

        var writes = Enumerable.Range(1, 300).Select(
            i => Write(i, i % 3 == 0 ? "9" : null, Outcome.Sent, RecipientStatus.Delivered));
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(
            ["Active Sent 200", "New NULL 100"],
            await _given.Texts(
                "SELECT status, last_status, count(*) FROM contacts GROUP BY status, last_status ORDER BY status"));
        Assert.Equal(
            ["Queued None 0 NULL 100", "Sent Delivered 1 ok 200"],
            await _given.Texts(
                """
                SELECT outcome, recipient_status, charged, reply_text, count(*) FROM recipients
                GROUP BY outcome, recipient_status, charged, reply_text ORDER BY outcome
                """));
        Assert.Equal(0, await _given.Number(
            "SELECT count(*) FROM contacts WHERE (status = 'New') <> (hash % 3 = 0)"));
    }

    [Fact]
    public async Task Further_occurrences_of_an_address_are_duplicates_and_cost_nothing()
    {
        await Contacts(1);
        foreach (var occurrence in (int[])[1, 2, 3])
        {
            await Recipient(1, occurrence, seq: occurrence);
        }

        await Write(1, null, Outcome.Sent, RecipientStatus.Delivered, duplicatesUpTo: 2);

        Assert.Equal(
            ["1 Sent None 1 1 Delivered", "2 Duplicated DuplicateAddress 0 0 None", "3 Queued None 0 0 None"],
            await _given.Texts(
                """
                SELECT occurrence, outcome, cause, attempts, charged, recipient_status FROM recipients
                ORDER BY occurrence
                """));
    }

    [Fact]
    public async Task An_update_is_projected_as_an_insert_is()
    {
        await Contacts(1);
        await Recipient(1, 1, 1);
        await Write(1, null, Outcome.Deferred, RecipientStatus.None, nextAttemptAt: 5_000);
        await Write(1, "1", Outcome.Sent, RecipientStatus.Delivered);

        Assert.Equal(
            ["Sent NULL 1"],
            await _given.Texts("SELECT outcome, next_attempt_at, decided FROM recipients"));
    }

    [Fact]
    public async Task A_reply_with_a_NUL_in_it_is_stored_and_projected()
    {
        await Contacts(1);
        await Recipient(1, 1, 1);

        await Write(1, null, Outcome.Rejected, RecipientStatus.None, reply: "no \0 thanks \\u0000");

        Assert.Equal(["no \ufffd thanks \\u0000"], await _given.Texts("SELECT reply_text FROM recipients"));
    }

    [Fact]
    public async Task What_cannot_be_projected_is_not_stored_either()
    {
        await Contacts(1);
        await _given.Execute("ALTER TABLE contacts ADD CONSTRAINT poison CHECK (status <> 'Active')");

        await Assert.ThrowsAnyAsync<Exception>(() => Write(1, null, Outcome.Sent, RecipientStatus.Delivered));

        Assert.Equal(0, await _given.Number("SELECT count(*) FROM OrleansStorage"));
    }

    /// <summary>While a cluster is upgraded, its old silos go on.</summary>
    [Fact]
    public async Task What_silos_of_the_first_version_write_is_projected_as_well()
    {
        await Contacts(3);
        foreach (var contact in (int[])[1, 2])
        {
            await Recipient(contact, 1, contact);
            await Recipient(contact, 2, 10 + contact);
        }

        const string Delivery = """
            {"campaign": "cmp_1", "outcome": "Sent", "cause": "None", "decided": 1, "inDoubt": 0, "attempts": 1,
            "pass": 1, "charged": 1, "replyCode": 250, "replyText": "ok", "recipientStatus": "Clicked",
            "duplicatesUpTo": 2,
            "updatedAt": 1000, "clicks": 2, "links": [{"link": 1, "clicks": 2, "machineClicks": 0, "firstAt": 5}]}
            """;
        string[] projections =
        [
            .. Enumerable.Range(1, 2).Select(i => $$$"""
                {"projection": {"account": "main", "contact": "con_{{{i}}}", "status": "Active", "lastStatus": "Sent",
                "lastStatusAt": 1000, "lastRecipientStatus": "Clicked", "deliveries": [{{{Delivery}}}]} }
                """),
            """{"contact": {}}""",
        ];
        await using var write = _given.Database.Contacts.CreateCommand(
            "SELECT count(*) FROM write_contact_states('test', $1, $2, $3)");
        write.Parameters.Add(new() { Value = new[] { "ct:main:1", "ct:main:2", "ct:main:3" } });
        write.Parameters.Add(new() { Value = new int?[] { null, 9, null } });
        write.Parameters.Add(new() { Value = Array.ConvertAll(projections, System.Text.Encoding.UTF8.GetBytes) });

        Assert.Equal(2L, await write.ExecuteScalarAsync()); // The second has no version 9.
        Assert.Equal(
            ["1 1 Sent Clicked 2", "1 2 Duplicated None 0", "2 1 Queued None 0", "2 2 Queued None 0"],
            await _given.Texts(
                """
                SELECT substr(contact_id, 5), occurrence, outcome, recipient_status, clicks FROM recipients
                ORDER BY contact_id, occurrence
                """));
        Assert.Equal(["con_1 1 2"], await _given.Texts("SELECT contact_id, link, clicks FROM link_clicks"));
        Assert.Equal(
            ["Active Sent", "New NULL", "New NULL"],
            await _given.Texts("SELECT status, last_status FROM contacts ORDER BY id"));
    }

    private static GrainId Id(int i) => GrainId.Create("contact", $"ct:main:{i}");

    private Task<int> Contacts(int count) => _given.Execute(
        """
        INSERT INTO contacts (account, id, hash, address, address_valid, search, created_at, updated_at)
        SELECT 'main', 'con_' || i, i, i || '@example.com', 1, '', 1, 1 FROM generate_series(1, $0) AS i
        """,
        count);

    private async Task Recipients(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await Recipient(i, 1, i);
        }
    }

    private Task<int> Recipient(int contact, int occurrence, long seq) => _given.Execute(
        """
        INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved)
        VALUES ('cmp_1', 0, $2, 'main', $0, $1, 1)
        """,
        $"con_{contact}", occurrence, seq);

    private Task Write(
        int contact,
        string? etag,
        Outcome outcome,
        RecipientStatus recipientStatus,
        int duplicatesUpTo = 1,
        long? nextAttemptAt = null,
        string reply = "ok")
    {
        var delivery = new DeliveryProjection(
            "cmp_1",
            outcome,
            Cause.None,
            Excluded: null,
            Decided: 1,
            InDoubt: 0,
            Attempts: 1,
            Pass: 1,
            Charged: 1,
            nextAttemptAt,
            ReplyCode: 250,
            EnhancedCode: null,
            reply,
            recipientStatus,
            duplicatesUpTo,
            UpdatedAt: 1_000);
        var projection = new ContactProjection(
            "main", $"con_{contact}", ContactStatus.Active, 1_000, outcome, 1_000, recipientStatus, [delivery]);
        return _storage.WriteStateAsync(
            "contact", Id(contact), new GrainState<ProjectedNote> { State = new("x", projection), ETag = etag });
    }
}
