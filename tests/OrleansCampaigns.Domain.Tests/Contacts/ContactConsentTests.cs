using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactConsentTests
{
    public static TheoryData<ContactStatus, string> Commands
    {
        get
        {
            var data = new TheoryData<ContactStatus, string>();
            foreach (var status in Enum.GetValues<ContactStatus>())
            {
                string[] commands = ["UnsubscribeByUs", "Resubscribe", "Reinstate"];
                foreach (var command in commands)
                {
                    data.Add(status, command);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_follows_the_table_and_counts_once(ContactStatus status, string command)
    {
        var contact = Given.Contact(status);
        var expected = ContactStatusTable.Next(status, TriggerOf(command), hasReceived: false);

        var after = Apply(contact, command);

        Assert.Equal(expected, after.Status);
        Assert.Same(after, Apply(after, command));
        if (expected == status)
        {
            Assert.Same(contact, after);
            return;
        }

        Assert.Equal(Given.Now, after.StatusSince);
        var entry = Assert.Single(after.History);
        Assert.Equal(
            (HistoryKind.StatusChange, expected, Given.Now, (Outcome?)null),
            (entry.Kind, entry.Status!.Value, entry.At, entry.Outcome));
        Assert.Null(after.LastOutcome);
        Assert.Equal(("op", "because"), (entry.Actor, entry.Reason));
    }

    [Theory]
    [InlineData(false, ContactStatus.New)]
    [InlineData(true, ContactStatus.Active)]
    public void Coming_back_is_to_new_or_active_by_the_history(bool hasReceived, ContactStatus expected)
    {
        var contact = new Contact { HasReceived = hasReceived };

        var complaint = Given.Event(FeedbackSignal.Complaint) with { QueuedAt = Given.QueuedAt };
        var complained = contact.Learn(complaint).Contact;

        Assert.Equal(expected, contact.Unsubscribed().Resubscribe("op", "consent", Given.Now).Status);
        Assert.Equal(expected, complained.Reinstate("op", "error", Given.Now).Status);
    }

    [Fact]
    public void An_operator_does_not_overwrite_the_contacts_own_word()
    {
        var unsubscribed = new Contact().Unsubscribed();

        Assert.Same(unsubscribed, unsubscribed.UnsubscribeByUs("op", "because", Given.Now));
        Assert.Equal(
            ContactStatus.Unsubscribed,
            new Contact().UnsubscribeByUs("op", "because", Given.Now).Unsubscribed().Status);
    }

    private static ContactTrigger TriggerOf(string command) => command switch
    {
        "UnsubscribeByUs" => ContactTrigger.UnsubscribedByUs,
        "Resubscribe" => ContactTrigger.Resubscribed,
        _ => ContactTrigger.Reinstated,
    };

    private static Contact Apply(Contact contact, string command) => command switch
    {
        "UnsubscribeByUs" => contact.UnsubscribeByUs("op", "because", Given.Now),
        "Resubscribe" => contact.Resubscribe("op", "because", Given.Now),
        _ => contact.Reinstate("op", "because", Given.Now),
    };

    [Fact]
    public void A_link_brings_a_contact_back_a_few_times_a_day_and_lets_it_leave_always()
    {
        var contact = new Contact { Status = ContactStatus.Active };
        var now = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 50; i++)
        {
            contact = contact.UnsubscribeByUs("somebody", "asked", now);
            Assert.Equal(ContactStatus.UnsubscribedByUs, contact.Status);
            contact = contact.Resubscribe(Contact.Itself, "by the link", now);
        }

        Assert.Equal(ContactStatus.UnsubscribedByUs, contact.Status);
        Assert.Equal(
            Contact.ReturnsPerDayMax,
            contact.History.Count(entry => entry.Actor == Contact.Itself));
        Assert.NotEqual(
            ContactStatus.UnsubscribedByUs,
            contact.Resubscribe(Contact.Itself, "by the link", now.AddDays(1).AddSeconds(1)).Status);
        Assert.NotEqual(ContactStatus.UnsubscribedByUs, contact.Resubscribe("an operator", "by phone", now).Status);
    }
}
