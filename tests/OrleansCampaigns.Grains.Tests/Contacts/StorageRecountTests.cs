using Npgsql;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Tests.Feedback;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Grains.Tests.Contacts;

/// <summary>The recount that scenarios end with, of contacts whose history has moved to pages.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class StorageRecountTests(Databases databases)
{
    private const string Anna = "anna@mail.example";
    private const string Bert = "bert@mail.example";

    [Fact]
    public async Task What_has_moved_to_pages_is_recounted()
    {
        var connectionString = await databases.CreateDatabase();
        await using var engine = await Databases.StartEngineOn(connectionString);
        var id = await SentAndMovedAway(engine);

        var recount = await StorageRecount.Read(connectionString, id.Value);

        Assert.Empty(recount.Differences);
        Assert.All(recount.Recipients, recipient => Assert.Null(recipient.HistoryFault));
        Assert.Equal(
            [(Anna, "Sent", 2), (Bert, "Sent", 1)],
            recount.Recipients.Select(recipient => (recipient.Address, recipient.Outcome, recipient.Attempts)).Order());
    }

    [Theory]
    [InlineData(
        "UPDATE recipients SET attempts = attempts + 1 WHERE attempts = 2", "the state says Sent")]
    [InlineData(
        "UPDATE contacts SET last_recipient_status = 'Opened' WHERE address = 'anna@mail.example'", "Contact number")]
    [InlineData(
        "DELETE FROM OrleansStorage WHERE GrainTypeString = 'contact-page' AND GrainIdExtensionString LIKE '%:0:%'",
        "lacks a page")]
    public async Task What_differs_from_pages_is_told(string spoil, string told)
    {
        var connectionString = await databases.CreateDatabase();
        await using var engine = await Databases.StartEngineOn(connectionString);
        var id = await SentAndMovedAway(engine);
        await using (var source = NpgsqlDataSource.Create(connectionString))
        await using (var command = source.CreateCommand(spoil))
        {
            Assert.InRange(await command.ExecuteNonQueryAsync(), 1, 2);
        }

        var recount = await StorageRecount.Read(connectionString, id.Value);

        Assert.Contains(recount.Differences, difference => difference.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_attempt_that_no_page_tells_of_is_a_fault()
    {
        var connectionString = await databases.CreateDatabase();
        await using var engine = await Databases.StartEngineOn(connectionString);
        var id = await SentAndMovedAway(engine);
        await using (var source = NpgsqlDataSource.Create(connectionString))
        await using (var command = source.CreateCommand(
            """
            UPDATE OrleansStorage SET PayloadBinary = convert_to(json_build_object('page', translate(encode(
                convert_to(replace(convert_from(decode(convert_from(PayloadBinary, 'UTF8')::json ->> 'page', 'base64'),
                    'UTF8'), '"attempt":1,', '"attempt":0,'), 'UTF8'), 'base64'), E'\n', ''))::text, 'UTF8')
            WHERE GrainTypeString = 'contact-page' AND GrainIdExtensionString LIKE '%:0:%'
            """))
        {
            Assert.Equal(2, await command.ExecuteNonQueryAsync());
        }

        var recount = await StorageRecount.Read(connectionString, id.Value);

        Assert.Contains(recount.Recipients, recipient => recipient.HistoryFault is not null);
    }

    /// <summary>
    /// A campaign to two, of whom one bounced softly long after and was sent to again; both know so many others since
    /// that nothing of it is at hand.
    /// </summary>
    private static async Task<CampaignId> SentAndMovedAway(Engine engine)
    {
        var (campaign, id, _) = await BounceTests.Sent(engine, Anna, Bert);
        await PagedBounceTests.FillUp(engine, Contact.DeliveriesMax);
        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        await Engine.Ended(campaign);
        foreach (var address in new[] { Anna, Bert })
        {
            await PagedBounceTests.FillUp(engine, Contact.DeliveriesMax, address);
            Assert.DoesNotContain(
                (await engine.Contact(address).Describe()).Deliveries, delivery => delivery.Campaign == id);
        }

        return id;
    }
}
