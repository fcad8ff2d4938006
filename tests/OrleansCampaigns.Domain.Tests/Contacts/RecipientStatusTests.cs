using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class RecipientStatusTests
{
    [Fact]
    public void It_only_moves_forward()
    {
        foreach (var current in Enum.GetValues<RecipientStatus>())
        {
            foreach (var signal in Enum.GetValues<RecipientStatus>())
            {
                var next = RecipientStatusRules.Advance(current, signal);
                Assert.Equal(signal > current ? signal : current, next);
                Assert.Equal(next, RecipientStatusRules.Advance(next, signal));
            }
        }
    }

    [Fact]
    public void A_click_without_a_seen_open_makes_both_true()
    {
        var clicked = RecipientStatusRules.Advance(RecipientStatus.Delivered, RecipientStatus.Clicked);

        Assert.Equal(RecipientStatus.Clicked, clicked);
        Assert.True(clicked >= RecipientStatus.Opened);
    }

    [Fact]
    public void An_open_that_comes_after_the_click_changes_nothing() =>
        Assert.Equal(
            RecipientStatus.Clicked, RecipientStatusRules.Advance(RecipientStatus.Clicked, RecipientStatus.Opened));

    [Theory]
    [InlineData(RecipientStatus.None, ContactStatus.New, "New")]
    [InlineData(RecipientStatus.None, ContactStatus.Active, "Active")]
    [InlineData(RecipientStatus.None, ContactStatus.MailboxFull, "Soft bounced")]
    [InlineData(RecipientStatus.Delivered, ContactStatus.Active, "Delivered")]
    [InlineData(RecipientStatus.Opened, ContactStatus.Active, "Opened")]
    [InlineData(RecipientStatus.Clicked, ContactStatus.Active, "Clicked")]
    [InlineData(RecipientStatus.Clicked, ContactStatus.Unsubscribed, "Unsubscribed")]
    [InlineData(RecipientStatus.Opened, ContactStatus.Complained, "Complaint")]
    [InlineData(RecipientStatus.Delivered, ContactStatus.DoesNotExist, "Hard bounced")]
    public void An_export_holds_one_of_the_eleven_system_values(
        RecipientStatus recipient, ContactStatus contact, string systemValue) =>
        Assert.Equal(systemValue, RecipientStatusRules.SystemValue(recipient, contact));
}
