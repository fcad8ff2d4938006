using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactPageTests
{
    private static CampaignId Campaign(int number) => new($"cmp_{number:x32}");

    private static Turn Turn(int campaign, int attempt = 1) => new()
    {
        Campaign = Campaign(campaign),
        QueuedAt = Given.QueuedAt.AddDays(campaign),
        Attempt = attempt,
    };

    private static Contact Received(Contact contact, int campaign) => contact.Record(
        Turn(campaign), Given.Sent, Given.Rules, jitterSeed: 1, Given.Now.AddDays(campaign));

    [Fact]
    public void What_fits_stays()
    {
        var contact = Enumerable.Range(0, Contact.HistoryMax / 2).Aggregate(new Contact(), Received);

        Assert.Equal(Contact.HistoryMax, contact.History.Count);
        Assert.Null(contact.TakePage());
    }

    [Fact]
    public void Pages_bound_the_state_and_lose_nothing()
    {
        var whole = new Contact();
        var kept = new Contact();
        var pages = new List<ContactPage>();
        for (var campaign = 0; campaign < 500; campaign++)
        {
            whole = Received(whole, campaign);
            kept = Received(kept, campaign);
            if (kept.TakePage() is { } taken)
            {
                pages.Add(taken.Page);
                kept = taken.Remainder;
            }

            Assert.Equal(pages.Count, kept.PageCount);
            Assert.True(kept.History.Count <= Contact.HistoryMax, $"{kept.History.Count} entries are at hand.");
            Assert.True(
                kept.Deliveries.Count <= Contact.DeliveriesMax, $"{kept.Deliveries.Count} campaigns are at hand.");
        }

        Assert.Equal(whole.History, pages.SelectMany(page => page.Entries).Concat(kept.History));
        Assert.Equal(
            whole.Deliveries.Select(delivery => delivery.Campaign.Value),
            pages.SelectMany(page => page.Deliveries).Concat(kept.Deliveries)
                .Select(delivery => delivery.Campaign.Value).Order());
        Assert.Equal(
            pages.SelectMany(page => page.Deliveries).Max(delivery => delivery.QueuedAt), kept.DeliveriesMovedUpTo);
    }

    [Fact]
    public void Whatever_still_waits_stays_at_hand()
    {
        var waiting = new Contact().Record(Turn(0), Given.Deferred, Given.Rules, 1, Given.Now);
        var contact = Enumerable.Range(1, 100).Aggregate(waiting, (known, campaign) => Kept(Received(known, campaign)));

        Assert.Equal(Outcome.Deferred, contact.DeliveryOf(Campaign(0))?.Outcome);
        Assert.NotNull(contact.DeliveryOf(Campaign(100)));
    }

    [Fact]
    public void Campaigns_that_were_cancelled_do_not_pile_up()
    {
        var contact = Enumerable.Range(0, 100).Aggregate(new Contact(), (known, campaign) => Kept(known
            .Record(Turn(campaign), Given.Deferred, Given.Rules, 1, Given.Now.AddDays(campaign))
            .Abandon(Campaign(campaign), Given.Now.AddDays(campaign))));

        Assert.InRange(contact.Deliveries.Count, 1, Contact.DeliveriesMax);
    }

    [Fact]
    public void An_address_that_is_a_thousand_times_in_an_audience_does_not_pile_up()
    {
        var contact = new Contact().Duplicate(Given.Campaign, Given.QueuedAt, 1000, Given.Now);

        var (page, remainder) = contact.TakePage()!.Value;

        Assert.True(remainder.History.Count <= Contact.HistoryMax, $"{remainder.History.Count} entries are at hand.");
        Assert.Equal(contact.History, page.Entries.Concat(remainder.History));
        Assert.Null(remainder.TakePage());
    }

    [Fact]
    public void The_oldest_campaigns_go_first()
    {
        var contact = Enumerable.Range(0, Contact.DeliveriesMax + 1).Aggregate(new Contact(), Received);

        var (page, remainder) = contact.TakePage()!.Value;

        Assert.True(page.Deliveries.Max(moved => moved.UpdatedAt) < remainder.Deliveries.Min(kept => kept.UpdatedAt));
    }

    private static Contact Kept(Contact contact) => contact.TakePage()?.Remainder ?? contact;
}
