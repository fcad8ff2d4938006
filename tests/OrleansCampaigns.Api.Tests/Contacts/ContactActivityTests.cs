using System.Net;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Contacts;

public sealed class ContactActivityTests
{
    [Fact]
    public async Task Activity_tells_campaign_by_campaign_what_the_contact_did()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");
        var now = api.Clock.GetUtcNow();
        var (spring, lost) = (await Create(api, "Spring"), CampaignId.Create(now));
        api.Grains.Contact(AccountId.Main, contact.Id).Contact = new Contact
        {
            Deliveries =
            [
                new CampaignDelivery { Campaign = lost, QueuedAt = now.AddDays(-1), Excluded = "mailbox-full" },
                new CampaignDelivery
                {
                    Campaign = spring,
                    QueuedAt = now,
                    Outcome = Outcome.Sent,
                    RecipientStatus = RecipientStatus.Clicked,
                    SentAt = now.AddMinutes(1),
                    UnsubscribedAt = now.AddMinutes(9),
                    Engagement = new Engagement
                    {
                        Opens = 3,
                        MachineOpens = 2,
                        FirstOpenAt = now.AddMinutes(5),
                        FirstClickAt = now.AddMinutes(6),
                        Links = [new(1, 1, 4, now.AddMinutes(6)), new(3, 1, 0, now.AddMinutes(7))],
                    },
                },
            ],
        };

        api.Recipients.Campaigns[spring] = new(AccountId.Main, ["https://x.example/1", "https://x.example/2"]);
        var items = (await api.Client.Get($"/v1/contacts/{contact.Id}/activity")).Items.ToList();

        // The third link is not known (any more).
        Assert.Equal(
            [(1, "https://x.example/1", 1, 4), (3, null, 1, 0)],
            items[0]["links"]!.AsArray().Select(link => (
                (int)link!["link"]!, (string?)link["url"], (int)link["clicks"]!, (int)link["machineClicks"]!)));
        Assert.Equal(now.AddMinutes(6), (DateTimeOffset)items[0]["links"]![0]!["firstClickAt"]!);
        Assert.Empty(items[1]["links"]!.AsArray());
        Assert.Equal([spring.Value, lost.Value], items.Select(item => (string?)item["campaignId"]));
        Assert.Equal(
            ("Spring", "Sent", "Email Sender: Sent", "Clicked"),
            ((string?)items[0]["campaignName"], (string?)items[0]["outcome"], (string?)items[0]["outcomeName"],
                (string?)items[0]["recipientStatus"]));
        Assert.Equal(
            (3, 2, 2, 4),
            ((int)items[0]["opens"]!, (int)items[0]["machineOpens"]!, (int)items[0]["clicks"]!,
                (int)items[0]["machineClicks"]!));
        Assert.Equal(
            (now.AddMinutes(1), now.AddMinutes(5), now.AddMinutes(6), now.AddMinutes(9)),
            ((DateTimeOffset)items[0]["sentAt"]!, (DateTimeOffset)items[0]["firstOpenAt"]!,
                (DateTimeOffset)items[0]["firstClickAt"]!, (DateTimeOffset)items[0]["unsubscribedAt"]!));
        Assert.Equal(
            (null, null, "mailbox-full", 0),
            ((string?)items[1]["campaignName"], (string?)items[1]["outcome"], (string?)items[1]["excluded"],
                (int)items[1]["opens"]!));
    }

    [Fact]
    public async Task Activity_comes_page_by_page()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");
        var path = $"/v1/contacts/{contact.Id}/activity";
        api.Grains.Contact(AccountId.Main, contact.Id).Contact = new Contact
        {
            Deliveries = [.. Enumerable.Range(0, 5).Select(day => new CampaignDelivery
            {
                Campaign = CampaignId.Create(api.Clock.GetUtcNow().AddDays(day)),
                QueuedAt = api.Clock.GetUtcNow().AddDays(day),
            })],
        };

        var first = await api.Client.Get($"{path}?limit=3");
        var second = await api.Client.Get($"{path}?limit=3&cursor={first["nextCursor"]}");

        Assert.Equal((3, 2, null), (first.Items.Count(), second.Items.Count(), second["nextCursor"]));
        var days = first.Items.Concat(second.Items).Select(item => (DateTimeOffset)item["queuedAt"]!).ToList();
        Assert.Equal(days.OrderDescending().Distinct(), days);
        (await api.Client.Get($"{path}?cursor=x")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, "request.cursor", "cursor");
    }

    [Fact]
    public async Task Activity_of_nobody_is_not_found()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");
        api.Contacts.Rows.Clear();

        (await api.Client.Get($"/v1/contacts/{contact.Id}/activity")).AssertProblem(
            HttpStatusCode.NotFound, "contact.unknown");
    }

    private static async Task<CampaignId> Create(TestApi api, string name)
    {
        var id = CampaignId.Create(api.Clock.GetUtcNow().AddDays(-9));
        await api.Grains.Campaign($"cp:{id.Value[4..]}").Create(AccountId.Main, new CampaignDefinition { Name = name });
        return id;
    }
}
