using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Mail.Tests.Sandbox;

public sealed class SandboxInboxTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_oldest_messages_go_first()
    {
        var inbox = new SandboxInbox(messagesMax: 3);
        for (var i = 1; i <= 5; i++)
        {
            inbox.Add("", $"r{i}@mail.example", At, new byte[10]);
        }

        Assert.Equal(5, inbox.Count);
        Assert.Equal([5, 4, 3], inbox.Query(null, null, 10).Select(mail => mail.Number));
        Assert.Null(inbox.Find(2));
        Assert.Equal("r3@mail.example", inbox.Find(3)!.Recipient);
    }

    [Fact]
    public void It_holds_no_more_octets_than_it_may_but_always_the_last_message()
    {
        var inbox = new SandboxInbox(octetsMax: 25);
        inbox.Add("", "a@mail.example", At, new byte[10]);
        inbox.Add("", "b@mail.example", At, new byte[10]);
        inbox.Add("", "c@mail.example", At, new byte[10]);
        Assert.Equal([3, 2], inbox.Query(null, null, 10).Select(mail => mail.Number));

        inbox.Add("", "d@mail.example", At, new byte[100]);
        Assert.Equal([4], inbox.Query(null, null, 10).Select(mail => mail.Number));
    }

    [Fact]
    public void A_page_begins_below_a_number_and_holds_those_of_a_recipient()
    {
        var inbox = new SandboxInbox();
        for (var i = 1; i <= 9; i++)
        {
            inbox.Add("", i % 2 == 0 ? "Even@mail.example" : "odd@mail.example", At, new byte[1]);
        }

        Assert.Equal([6, 4], inbox.Query("even", 8, 2).Select(mail => mail.Number));
        Assert.Empty(inbox.Query("nobody", null, 2));
    }
}
