using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>What a file says of a contact, and what becomes of it.</summary>
public sealed class ContactImportTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_word_that_this_software_writes_is_understood()
    {
        foreach (var row in ContactStatusTable.Rows)
        {
            foreach (var word in new[] { row.Status.ToString(), row.DisplayName, row.SystemValue })
            {
                Assert.Equal(row.Status, StatusWords.Find(word.ToUpperInvariant())!.Value.Status);
            }
        }

        Assert.All(OutcomeTable.Rows, row => Assert.NotNull(StatusWords.Find(row.DisplayName)));
        Assert.All(OutcomeTable.Rows, row => Assert.NotNull(StatusWords.Find(row.Name)));
        Assert.All(
            ["Delivered", "Opened", "Clicked"],
            word => Assert.Equal(ContactStatus.Active, StatusWords.Find(word)!.Value.Status));
    }

    [Theory]
    [InlineData("gone fishing")]
    [InlineData("")]
    [InlineData("unsubscribed?maybe")]
    [InlineData("12")]
    public void A_word_that_is_not_known_is_not_guessed_at(string word) => Assert.Null(StatusWords.Find(word));

    [Fact]
    public void A_file_never_makes_a_contact_available_that_is_not()
    {
        foreach (var status in Enum.GetValues<ContactStatus>())
        {
            foreach (var said in Enum.GetValues<ContactStatus>())
            {
                var before = new Contact { Status = status, StatusSince = Now.AddDays(-1), HasReceived = true };
                var after = before.TakeStanding(new() { Status = said, Reason = "imp_1: \"x\"" }, Now);
                Assert.True(
                    !ContactStatusTable.Of(after.Status).AvailableForSending
                    || ContactStatusTable.Of(status).AvailableForSending,
                    $"{status}, said to be {said}, is {after.Status}.");
                Assert.False(status.IsOptedOut() && !after.Status.IsOptedOut());
                Assert.Same(after, after.TakeStanding(new() { Status = said, Reason = "imp_2" }, Now.AddDays(1)));
                Assert.Equal(after.Status == status ? 0 : 1, after.History.Count);
            }
        }
    }

    [Fact]
    public void A_link_brings_a_contact_back_so_often_and_no_more()
    {
        var contact = new Contact { Status = ContactStatus.Unsubscribed };
        for (var day = 0; day < 40; day++)
        {
            for (var i = 0; i < 10; i++)
            {
                contact = contact.Resubscribe(Contact.Itself, "By the button.", Now.AddDays(2 * day)) with
                {
                    Status = ContactStatus.Unsubscribed,
                };
            }

            Assert.InRange(contact.Returns, 0, (day + 1) * Contact.ReturnsPerDayMax);
        }

        Assert.Equal((Contact.ReturnsMax, Contact.ReturnsMax), (contact.Returns, contact.History.Count));
        Assert.All(contact.History, entry => Assert.Equal("page", entry.Source));
        Assert.Equal(ContactStatus.New, contact.Resubscribe("Jo", "by telephone", Now.AddDays(90)).Status);
    }
}
