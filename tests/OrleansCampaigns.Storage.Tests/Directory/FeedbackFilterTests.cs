using System.Collections.Immutable;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

/// <summary>Filters by campaigns and times, alone and combined with all others, however they are read.</summary>
public abstract class FeedbackFilterTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private ContactDirectory Contacts => new(Test.Database);

    private ListDirectory Lists => new(Test.Database);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_filter_finds_who_meets_every_condition_whatever_it_is_read_from(int seed)
    {
        var random = new Random(seed);
        var world = await Fill(random, contacts: 60);
        var found = 0;
        for (var i = 0; i < 40; i++)
        {
            var filter = RandomFilter(random, world.List);
            var expected = world.Contacts.Where(contact => contact.Meets(filter, Waits)).Select(contact => contact.Id)
                .Order(StringComparer.Ordinal).ToList();
            found += expected.Count;

            // All of them at once, sorted; none of them; whichever holds fewer than five; and looking at few.
            foreach (var (smallMax, scannedMax) in new (int, int?)[]
            {
                (Test.Database.Dialect.SmallSourceMax, null), (0, null), (5, null), (0, random.Next(5, 30)),
            })
            {
                var directory = new ContactDirectory(Test.Database) { SmallMax = smallMax, ScannedMax = scannedMax };
                Assert.Equal(expected, await Read(directory, filter, random.Next(3, 12)));
                Assert.Equal(expected.Count, await directory.Count(Account, filter));
            }

            var audience = await new AudienceStore(Test.Database).Count(Account, new() { Filter = filter });
            Assert.Equal(expected.Count, audience.Recipients);
            var view = (await Lists.CreateView(Account, $"view {i}", filter)).Value!;
            Assert.Equal(expected, await Read(Contacts, (await Lists.FindView(Account, view.Id))!.Filter, 100));
        }

        Assert.InRange(found, 100, 40 * 60);
    }

    [Fact]
    public async Task A_recipient_status_without_its_campaign_is_refused()
    {
        var filter = new ContactFilter { RecipientStatuses = [RecipientStatus.Clicked] };

        Assert.Equal("filter.campaign_missing", (await Contacts.Query(Account, filter, null, 10)).Refusal!.Code);
        Assert.Equal("filter.campaign_missing", (await Lists.CreateView(Account, "view", filter)).Refusal!.Code);
        await Assert.ThrowsAsync<ArgumentException>(() => Contacts.Count(Account, filter));
        Assert.Empty(await Read(Contacts, filter with { Campaign = TestData.Campaign("none") }, 10));
    }

    [Fact]
    public async Task A_period_holds_its_beginning_and_not_its_end_to_the_millisecond()
    {
        var id = await Make("anna@example.com", "Active", statusSince: 10, "Sent", lastStatusAt: 20);
        var uploaded = await Make("bert@example.com", "New", statusSince: null, null, null);

        Assert.Equal([id.Value], await Read(Contacts, new() { StatusFrom = At(10), StatusBefore = At(11) }, 10));
        Assert.Equal([id.Value], await Read(Contacts, new() { StatusBefore = At(10.5) }, 10));
        Assert.Empty(await Read(Contacts, new() { StatusFrom = At(10.5), StatusBefore = At(11) }, 10));
        Assert.Empty(await Read(Contacts, new() { StatusBefore = At(10) }, 10));
        Assert.Equal([id.Value], await Read(Contacts, new() { LastStatusFrom = At(20) }, 10));
        Assert.Empty(await Read(Contacts, new() { LastStatusFrom = At(21) }, 10));

        // The upload sets the first status.
        var upload = (await Contacts.Find(Account, uploaded))!.CreatedAt;
        Assert.Equal(
            [uploaded.Value],
            await Read(Contacts, new() { StatusFrom = upload, StatusBefore = upload.AddMilliseconds(1) }, 10));
    }

    [Fact]
    public async Task Who_was_left_in_the_queue_by_a_cancelled_campaign_is_found_as_it_is_shown()
    {
        var id = await Make("anna@example.com", "Active", 10, "Queued", 20);
        await Test.Campaign("c1", "Cancelled");
        await Test.Recipient("c1", 0, 1, id, decided: 1);

        Assert.Equal(Outcome.Queued, (await Contacts.Find(Account, id))!.LastStatus);
        Assert.Equal([id.Value], await Read(Contacts, new() { LastStatuses = [Outcome.Queued] }, 10));
    }

    [Theory]
    [InlineData("Queued", 77, RecipientStatus.Opened)]
    [InlineData("Queued", 76, RecipientStatus.None)]
    [InlineData("Sent", 77, RecipientStatus.None)]
    public async Task The_last_recipient_status_is_that_of_the_campaign_of_the_last_status(
        string lastStatus, long lastStatusAt, RecipientStatus expected)
    {
        var id = await Make("anna@example.com", "Active", 10, lastStatus, lastStatusAt);
        await Test.Execute("UPDATE contacts SET last_recipient_status = 'Opened'");
        Assert.Equal(RecipientStatus.Opened, (await Contacts.Find(Account, id))!.LastRecipientStatus);

        // It waits: for another attempt in that campaign, or for the first one in another.
        await Test.Campaign("c1");
        await Test.Recipient("c1", 0, 1, id, decided: 1, nextAttemptAt: 99);
        await Test.Execute("UPDATE recipients SET updated_at = 77");

        var row = Assert.Single((await Contacts.Query(Account, new(), null, 10)).Value!.Items);
        Assert.Equal((Outcome.Queued, expected), (row.LastStatus, row.LastRecipientStatus));
    }

    private static DateTimeOffset At(double milliseconds) => DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds);

    private static async Task<List<string>> Read(ContactDirectory contacts, ContactFilter filter, int limit)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await contacts.Query(Account, filter, cursor, limit)).Value!;
            ids.AddRange(page.Items.Select(row => row.Id.Value));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        return ids;
    }

    private async Task<ContactId> Make(
        string address, string status, long? statusSince, string? lastStatus, long? lastStatusAt)
    {
        var id = (await Contacts.Create(Account, Input(address))).Value!.Id;
        await Test.Execute(
            "UPDATE contacts SET status = $0, status_since = $1, last_status = $2, last_status_at = $3 WHERE id = $4",
            status, statusSince, lastStatus, lastStatusAt, id.Value);
        return id;
    }

    private static long? Waits(Known contact) => contact.Recipients
        .Where(recipient => recipient.Campaign == "running" && recipient.Outcome == "Queued" && !recipient.IsDecided)
        .Select(recipient => (long?)recipient.UpdatedAt).Max();

    private async Task<(string List, List<Known> Contacts)> Fill(Random random, int contacts)
    {
        string[] campaigns = ["running", "finished"];
        await Test.Campaign("running");
        await Test.Campaign("finished", "Finished");
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        var known = new List<Known>();
        for (var i = 0; i < contacts; i++)
        {
            Test.Clock.Move(TimeSpan.FromMilliseconds(random.Next(3)));
            var city = ("city", i % 2 == 0 ? "Wien" : "Graz");
            var input = Input($"u{i}@example.com", i % 3 == 0 ? "Anna" : "Bert", city);
            var row = (await Contacts.Create(Account, input)).Value!;
            var contact = Known.Random(row, random, campaigns, Test.Clock.GetUtcNow());
            if (contact.IsMember)
            {
                await Lists.AddMembers(Account, list, [input, input]);
            }

            await Store(contact, i);
            known.Add(contact);
        }

        return (list, known);
    }

    private async Task Store(Known contact, int seq)
    {
        await Test.Execute(
            "UPDATE contacts SET status = $0, status_since = $1, last_status = $2, last_status_at = $3 WHERE id = $4",
            contact.Status.ToString(), contact.StatusSince, contact.LastStatus?.ToString(), contact.LastStatusAt,
            contact.Id);
        foreach (var recipient in contact.Recipients)
        {
            var id = new ContactId(contact.Id);
            await Test.Recipient(
                recipient.Campaign, 0, (seq * 2) + 1, id, 1, recipient.Outcome, decided: recipient.IsDecided ? 1 : 0);
            await Test.Recipient(recipient.Campaign, 0, (seq * 2) + 2, id, 2, "Duplicated", decided: 1);
            await Test.Execute(
                """
                UPDATE recipients SET recipient_status = $0, updated_at = $1
                WHERE campaign_id = $2 AND contact_id = $3 AND occurrence = 1
                """,
                recipient.Status.ToString(), recipient.UpdatedAt, TestData.Campaign(recipient.Campaign).Value,
                contact.Id);
        }
    }

    private ContactFilter RandomFilter(Random random, string list)
    {
        T[] Some<T>()
            where T : struct, Enum => random.GetItems(Enum.GetValues<T>(), random.Next(1, 4));
        DateTimeOffset Time() => Test.Clock.GetUtcNow().AddMilliseconds(random.Next(-60, 10) / 2.0);
        bool Maybe(int of = 3) => random.Next(of) == 0;
        var word = Maybe() ? "running" : Maybe() ? "none" : "finished";
        var campaign = Maybe(2) ? TestData.Campaign(word) : (CampaignId?)null;
        Outcome[] common = Maybe(2) ? [Outcome.Sent, Outcome.Queued] : [];
        return new()
        {
            Statuses = Maybe() ? [.. Some<ContactStatus>()] : [],
            LastStatuses = Maybe() ? [.. Some<Outcome>(), .. common] : [],
            ListId = Maybe() ? list : null,
            Attributes = Maybe(5)
                ? ImmutableDictionary<string, string>.Empty.Add("city", "Wien")
                : ImmutableDictionary<string, string>.Empty,
            Text = Maybe(5) ? "anna" : null,
            Campaign = campaign,
            RecipientStatuses = campaign is not null && Maybe(2) ? [.. Some<RecipientStatus>()] : [],
            StatusFrom = Maybe() ? Time() : null,
            StatusBefore = Maybe(4) ? Time() : null,
            LastStatusFrom = Maybe() ? Time() : null,
            LastStatusBefore = Maybe(4) ? Time() : null,
        };
    }

    private sealed record Recipient(
        string Campaign, string Outcome, bool IsDecided, RecipientStatus Status, long UpdatedAt);

    private sealed record Known(string Id, string Name, string City, long CreatedAt)
    {
        public bool IsMember { get; private init; }

        public ContactStatus Status { get; private init; }

        public long? StatusSince { get; private init; }

        public Outcome? LastStatus { get; private init; }

        public long? LastStatusAt { get; private init; }

        public List<Recipient> Recipients { get; private init; } = [];

        public static Known Random(ContactRow row, Random random, string[] campaigns, DateTimeOffset now)
        {
            long Time() => now.ToUnixTimeMilliseconds() - random.Next(30);
            var isNew = random.Next(3) == 0;
            var isQueued = random.Next(4) == 0;
            return new(row.Id.Value, row.Name!, row.Attributes["city"], row.CreatedAt.ToUnixTimeMilliseconds())
            {
                IsMember = random.Next(2) == 0,
                Status = isNew ? ContactStatus.New : (ContactStatus)random.Next(8),
                StatusSince = isNew ? null : Time(),
                LastStatus = isNew ? null : (Outcome)random.Next(1, 11),
                LastStatusAt = isNew ? null : Time(),
                Recipients =
                [
                    .. campaigns.Where(_ => random.Next(3) > 0).Select(campaign => isQueued
                        ? new Recipient(campaign, "Queued", false, RecipientStatus.None, Time())
                        : new Recipient(
                            campaign, ((Outcome)random.Next(3, 11)).ToString(), true, (RecipientStatus)random.Next(4),
                            Time())),
                ],
            };
        }

        public bool Meets(ContactFilter filter, Func<Known, long?> waits)
        {
            var since = waits(this);
            var lastStatus = since is null ? LastStatus : Outcome.Queued;
            return (filter.Statuses.IsEmpty || filter.Statuses.Contains(Status))
                && (filter.LastStatuses.IsEmpty || (lastStatus is { } last && filter.LastStatuses.Contains(last)))
                && (filter.ListId is null || IsMember)
                && (filter.Attributes.IsEmpty || City == filter.Attributes["city"])
                && (filter.Text is null || Name == "Anna")
                && (filter.Campaign is not { } campaign || Recipients.Exists(
                    recipient => TestData.Campaign(recipient.Campaign) == campaign
                        && (filter.RecipientStatuses.IsEmpty || filter.RecipientStatuses.Contains(recipient.Status))))
                && IsWithin(StatusSince ?? CreatedAt, filter.StatusFrom, filter.StatusBefore)
                && IsWithin(since ?? LastStatusAt, filter.LastStatusFrom, filter.LastStatusBefore);
        }

        private static bool IsWithin(long? milliseconds, DateTimeOffset? from, DateTimeOffset? before)
        {
            if (milliseconds is not { } known)
            {
                return from is null && before is null;
            }

            var time = DateTimeOffset.FromUnixTimeMilliseconds(known);
            return (from is null || time >= from) && (before is null || time < before);
        }
    }
}

public sealed class SqliteFeedbackFilterTests() : FeedbackFilterTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresFeedbackFilterTests(PostgresFixture postgres) : FeedbackFilterTests(postgres);
