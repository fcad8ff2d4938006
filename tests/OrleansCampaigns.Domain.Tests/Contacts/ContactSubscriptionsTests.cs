using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactSubscriptionsTests
{
    private static readonly SubscriptionChange Left =
        new(SubscriptionState.Left, Given.Now.AddMinutes(1), "page", "contact", null);

    private static readonly Turn Turn =
        new() { Campaign = CampaignId.Parse($"cmp_{new string('1', 32)}")!.Value, QueuedAt = Given.Now, Attempt = 1 };

    [Fact]
    public void A_contact_that_left_the_campaigns_list_after_the_audience_was_taken_gets_nothing()
    {
        var contact = new Contact().EndSubscription("lst_a", ["lst_c"], Left);

        var decision = contact.Begin(Turn, new() { Lists = ["lst_a", "lst_b"] }, Given.Now.AddMinutes(2));

        Assert.False(decision.MayBegin);
        var delivery = decision.Contact.DeliveryOf(Turn.Campaign)!;
        Assert.Equal(
            (Outcome.Unsubscribed, Cause.LeftList, false), (delivery.Outcome, delivery.Cause, delivery.Charged));
        Assert.Equal(contact.Status, decision.Contact.Status);
    }

    [Theory]
    [InlineData("lst_b")] // Another list.
    [InlineData("lst_a lst_c")] // One of the campaign's lists was kept.
    [InlineData("")] // The account-wide consent.
    public void A_contact_that_is_still_reached_by_a_list_of_the_campaign_is_sent_to(string lists)
    {
        var contact = new Contact().EndSubscription("lst_a", ["lst_c"], Left);

        Assert.True(contact.Begin(
            Turn, new() { Lists = [.. lists.Split(' ', StringSplitOptions.RemoveEmptyEntries)] }, Given.Now).MayBegin);
    }

    [Fact]
    public void A_departure_before_the_audience_was_taken_says_nothing_about_it()
    {
        var contact = new Contact().EndSubscription("lst_a", [], Left);

        Assert.True(contact.Begin(
            Turn with { QueuedAt = Given.Now.AddHours(1) }, new() { Lists = ["lst_a"] }, Given.Now).MayBegin);
    }

    [Fact]
    public void Who_left_every_list_one_after_the_other_is_reached_by_none()
    {
        var contact = new Contact()
            .EndSubscription("lst_a", ["lst_b"], Left)
            .EndSubscription("lst_b", [], Left with { At = Left.At.AddSeconds(1) });

        Assert.False(contact.Begin(Turn, new() { Lists = ["lst_a", "lst_b"] }, Given.Now).MayBegin);
    }

    [Fact]
    public void The_same_change_counts_once_and_stands_in_the_history()
    {
        var contact = new Contact().EndSubscription("lst_a", [], Left);

        Assert.Same(contact, contact.EndSubscription("lst_a", [], Left));
        var entry = Assert.Single(contact.History);
        Assert.Equal(
            (HistoryKind.Subscription, "lst_a", SubscriptionState.Left, "page"),
            (entry.Kind, entry.List, entry.Subscription, entry.Source));

        var back = new SubscriptionChange(SubscriptionState.Subscribed, Left.At.AddDays(1), "page", "contact", null);
        var renewed = contact.RenewSubscription("lst_a", back);
        Assert.True(renewed.Begin(Turn, new() { Lists = ["lst_a"] }, Given.Now).MayBegin);
        Assert.Equal(2, renewed.History.Count);
        Assert.Same(renewed, renewed.RenewSubscription("lst_a", back));
    }

    [Fact]
    public void A_contact_keeps_a_bounded_number_of_departures()
    {
        var contact = Enumerable.Range(0, 200).Aggregate(new Contact(), (known, i) =>
            known.EndSubscription($"lst_{i}", [], Left with { At = Left.At.AddSeconds(i) }));

        Assert.Equal(Contact.DeparturesMax, contact.Departures.Count);
        Assert.Equal("lst_199", contact.Departures[^1].ListId);
    }
}
