using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>A column that says whether a contact may be written to is understood, or its rows stay out.</summary>
public abstract class ImportStatusTests(ITestDatabases databases) : ImportContract(databases)
{
    [Theory]
    [InlineData("status", "subscribed", ContactStatus.New)]
    [InlineData("Status", "UNSUBSCRIBED", ContactStatus.Unsubscribed)]
    [InlineData("MEMBER_STATUS", "cleaned", ContactStatus.DoesNotExist)]
    [InlineData("Subscription Status", "Opted out", ContactStatus.Unsubscribed)]
    [InlineData("email status", "Do not mail", ContactStatus.UnsubscribedByUs)]
    [InlineData("Email Marketing Consent", "UNSUBSCRIBED", ContactStatus.Unsubscribed)]
    [InlineData("state", "blocklisted", ContactStatus.UnsubscribedByUs)]
    [InlineData("state", "enabled", ContactStatus.New)]
    [InlineData("status", "Hard bounced", ContactStatus.DoesNotExist)]
    [InlineData("status", "soft-bounced", ContactStatus.MailboxFull)]
    [InlineData("status", "Spam Report", ContactStatus.Complained)]
    [InlineData("status", " complained ", ContactStatus.Complained)]
    [InlineData("status", "suppressed", ContactStatus.UnsubscribedByUs)]
    [InlineData("status", "active", ContactStatus.New)]
    [InlineData("status", "Abgemeldet", ContactStatus.Unsubscribed)]
    [InlineData("status", "Отписан", ContactStatus.Unsubscribed)]
    [InlineData("unsubscribed", "yes", ContactStatus.Unsubscribed)]
    [InlineData("Unsubscribed from all email", "false", ContactStatus.New)]
    [InlineData("UNSUB_TIME", "2024-05-06 07:08:09", ContactStatus.Unsubscribed)]
    [InlineData("blocklisted", "1", ContactStatus.UnsubscribedByUs)]
    public async Task A_word_of_a_well_known_tool_makes_the_contact_what_it_says(
        string header, string word, ContactStatus status)
    {
        var import = await Imports.Import($"email,{header},city\na@example.com,{word},Graz\nb@example.com,,Linz");

        var members = (await Imports.Members(import)).ToDictionary(row => row.Address);
        Assert.Equal((2L, 0L), (import.Created, import.Rejected));
        Assert.Equal(status == ContactStatus.New ? 0 : 1, import.OptedOut);
        Assert.Equal(["city"], members["a@example.com"].Attributes.Keys);
        var contact = Imports.Standings[members["a@example.com"].Id];
        Assert.Equal(status, contact.Status);
        Assert.Equal(ContactStatus.New, Imports.Standings[members["b@example.com"].Id].Status);
        Assert.All(contact.History, entry => Assert.Equal(("import", status), (entry.Source, entry.Status)));
        Assert.All(contact.History, entry => Assert.Contains(import.Id, entry.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gone fishing", "import.status_unknown")]
    [InlineData("42", "import.status_unknown")]
    [InlineData("pending", "import.status_unconfirmed")]
    [InlineData("Unconfirmed", "import.status_unconfirmed")]
    [InlineData("Never Subscribed", "import.status_unconfirmed")]
    [InlineData("non-subscribed", "import.status_unconfirmed")]
    public async Task A_word_that_is_not_known_or_tells_of_no_consent_leaves_the_row_out(string word, string code)
    {
        var import = await Imports.Import($"email,Status\na@example.com,{word}\nb@example.com,subscribed");

        Assert.Equal((1L, 1L), (import.Created, import.Rejected));
        Assert.Equal(
            [(2L, code, "Status")],
            (await Imports.Errors(import)).Select(error => (error.Line, error.Code, error.Column ?? "")));
        Assert.DoesNotContain(word, (await Imports.Errors(import))[0].Detail, StringComparison.Ordinal);
        Assert.Equal("b@example.com", Assert.Single(await Imports.Members(import)).Address);
    }

    [Fact]
    public async Task A_part_of_a_country_is_an_attribute_and_so_is_a_column_that_the_request_maps()
    {
        var import = await Imports.Import("email,state\na@example.com,Texas\nb@example.com,Ohio");
        Assert.Equal(
            ["Texas", "Ohio"],
            (await Imports.Members(import)).OrderBy(row => row.Address).Select(row => row.Attributes["state"]));

        var mapped = await Imports.Import(
            "email,status\nc@example.com,gold",
            new ImportOptions { AttributeColumns = new Dictionary<string, string> { ["status"] = "tier" } });
        Assert.Equal("gold", Assert.Single(await Imports.Members(mapped)).Attributes["tier"]);

        var named = await Imports.Import(
            "email,Kundenstand,status\nd@example.com,abgemeldet,gold",
            new ImportOptions { StatusColumn = "kundenstand" });
        var row = Assert.Single(await Imports.Members(named));
        Assert.Equal("gold", row.Attributes["status"]);
        Assert.Equal(ContactStatus.Unsubscribed, Imports.Standings[row.Id].Status);
    }

    [Fact]
    public async Task A_file_never_brings_back_who_has_left_and_the_strictest_word_holds()
    {
        var list = await Imports.List();
        const string Left = "email,status\na@example.com,unsubscribed\nb@example.com,complained\nc@example.com,bounced";
        var import = await Imports.Import(Left, list: list);
        await Imports.Import(
            "email,status\na@example.com,subscribed\nb@example.com,unsubscribed\nc@example.com,active", list: list);
        await Imports.Import("email,status,unsubscribed\nd@example.com,subscribed,1\nd@example.com,subscribed,0",
            list: list);

        var members = (await Imports.Members(import)).ToDictionary(row => row.Address);
        Assert.Equal(
            [
                ContactStatus.Unsubscribed, ContactStatus.Complained, ContactStatus.DoesNotExist,
                ContactStatus.Unsubscribed,
            ],
            "abcd".Select(name => Imports.Standings[members[$"{name}@example.com"].Id].Status));

        var entries = Imports.Standings[members["a@example.com"].Id].History.Count;
        await Imports.Import(Left, list: list);
        Assert.Equal(entries, Imports.Standings[members["a@example.com"].Id].History.Count);
    }

    [Fact]
    public async Task A_silo_that_is_away_holds_the_import_up_and_a_contact_that_fails_keeps_its_own_row_out()
    {
        var list = await Imports.List();
        Imports.Standings.Broken.Add(
            (await Imports.Contacts.Create(Account, Input("broken@example.com"))).Value!.Id);
        Imports.Standings.AwayFor = 1;
        using var csv = new MemoryStream(
            "email,status\na@example.com,bounced\nbroken@example.com,unsubscribed"u8.ToArray());
        var started = (await Imports.Importer.Start(Account, list, new(), csv)).Value!;

        Assert.False(await Imports.Worker.ReadAll(default));
        Assert.Equal(ImportStatus.Running, (await Imports.Importer.Find(Account, started.Id))!.Status);
        Assert.Equal(0, (await Imports.Lists.FindList(Account, list))!.Members);
        Assert.True(await Imports.Worker.ReadAll(default));

        var import = await Imports.Ended(started.Id);
        Assert.Equal((1L, 1L), (import.OptedOut, import.Rejected));
        Assert.Equal("import.status_untold", Assert.Single(await Imports.Errors(import)).Code);
        Assert.Equal("a@example.com", Assert.Single(await Imports.Members(import)).Address);
    }

    [Fact]
    public async Task An_export_of_ours_comes_back_as_what_it_was()
    {
        var import = await Imports.Import(
            """
            address,name,status,last status,last status at,attributes
            new@example.com,New,New,,,
            open@example.com,A,Opened,Email Sender: Sent,2026-01-02T03:04:05Z,"{""city"":""Graz"",""status"":""gold""}"
            act@example.com,,Active,Email Sender: Deferred,2026-01-02T03:04:05Z,
            hard@example.com,'=Bob,Hard bounced,Email Sender: Bounced,2026-01-02T03:04:05Z,
            soft@example.com,,Soft bounced,Email Sender: Bounced,2026-01-02T03:04:05Z,
            err@example.com,,Error,Email Sender: Rejected,2026-01-02T03:04:05Z,
            left@example.com,,Unsubscribed,Email Sender: Unsubscribed,2026-01-02T03:04:05Z,
            us@example.com,,Unsubscribed by us,Email Sender: Queued,2026-01-02T03:04:05Z,
            angry@example.com,,Complaint,Email Sender: Sent,2026-01-02T03:04:05Z,
            """);

        Assert.Equal((9L, 9L, 6L, 0L), (import.Rows, import.Created, import.OptedOut, import.Rejected));
        var members = (await Imports.Members(import)).ToDictionary(row => row.Address.Split('@')[0]);
        Assert.Equal("Graz gold", $"{members["open"].Attributes["city"]} {members["open"].Attributes["status"]}");
        Assert.Equal("=Bob", members["hard"].Name);
        Assert.All(members.Values.Where(row => row.Address != "open@example.com"), row => Assert.Empty(row.Attributes));
        var expected = new (string Who, ContactStatus Status, Outcome? Last)[]
        {
            ("new", ContactStatus.New, null), ("open", ContactStatus.Active, Outcome.Sent),
            ("act", ContactStatus.Active, Outcome.Deferred), ("hard", ContactStatus.DoesNotExist, Outcome.Bounced),
            ("soft", ContactStatus.MailboxFull, Outcome.Bounced),
            ("err", ContactStatus.Unavailable, Outcome.Rejected),
            ("left", ContactStatus.Unsubscribed, Outcome.Unsubscribed), ("us", ContactStatus.UnsubscribedByUs, null),
            ("angry", ContactStatus.Complained, Outcome.Sent),
        };
        foreach (var (who, status, last) in expected)
        {
            var contact = Imports.Standings[members[who].Id];
            Assert.Equal((who, status, last), (who, contact.Status, contact.LastOutcome));
            Assert.Equal(
                last is null ? null : new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), contact.LastOutcomeAt);
        }
    }
}

public sealed class SqliteImportStatusTests() : ImportStatusTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresImportStatusTests(PostgresFixture postgres) : ImportStatusTests(postgres);
