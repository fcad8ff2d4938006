using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>Machines that pose as people: what they did is found by what else they do, and taken back.</summary>
public class MachineTests
{
    private static readonly DateTimeOffset Later = Given.Now.AddHours(2);

    private static readonly Contact Sent = new Contact().Attempted(1, Given.Sent);

    // Each inner list is one way of looking at everything: seconds, and the link; 0 is the pixel, -1 the hidden link.
    public static TheoryData<string, (double At, int Link)[], int> Scans => new()
    {
        { "all within a moment", [(0, 0), (0.03, 1), (0.06, 2)], 2 },
        { "links first", [(0, 1), (0.05, 2), (0.1, 0)], 2 },
        { "one link and the hidden one", [(0, 0), (0.1, 1), (0.2, -1)], 1 },
        { "the pixel and the hidden link", [(0, 0), (20, -1)], 9 },
        { "link after link, all of three", [(0, 0), (1, 1), (6, 2), (12, 3)], 3 },
        { "five of many, slowly", [(0, 4), (6, 9), (12, 1), (18, 30), (24, 2)], 40 },
        { "thirty of them", [.. Enumerable.Range(1, 30).Select(link => (link / 20.0, link))], 30 },
    };

    [Theory]
    [MemberData(nameof(Scans))]
    public void What_a_scanner_does_counts_for_nothing_in_whatever_order_it_comes(
        string name, (double At, int Link)[] scan, int links)
    {
        Assert.NotEmpty(name);
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var scanned = scan.Aggregate(Sent, (known, one) => Seen(known, one.At, one.Link, links));

            var delivery = scanned.Delivery();
            Assert.Equal((0, 0), (delivery.Engagement!.Opens, delivery.Engagement.Clicks));
            Assert.Equal((null, null), (delivery.Engagement.FirstOpenAt, delivery.Engagement.FirstClickAt));
            Assert.Equal(
                (scan.Count(one => one.Link == 0), scan.Count(one => one.Link > 0)),
                (delivery.Engagement.MachineOpens, delivery.Engagement.MachineClicks));
            Assert.All(delivery.Engagement.Links, link => Assert.Null(link.FirstClickAt));
            Assert.Equal(RecipientStatus.Delivered, delivery.RecipientStatus);
            Assert.True(delivery.Engagement.Sights.Count <= Engagement.SightsMax);
            Assert.Equal(
                scanned.History.Count(entry => entry.Kind is HistoryKind.Open or HistoryKind.Click),
                scanned.History.Count(entry => entry.Kind == HistoryKind.Machine));
            random.Shuffle(scan);
        }
    }

    public static TheoryData<string, (double At, int Link)[], int> Readers => new()
    {
        { "opens and clicks", [(0, 0), (1, 1)], 2 },
        { "clicks a link twice", [(0, 0), (4, 1), (4.2, 1)], 2 },
        { "reads both articles", [(0, 0), (5, 1), (25, 2)], 2 },
        { "reads four of many", [(0, 0), (5, 1), (12, 2), (20, 3), (28, 4)], 20 },
        { "reads all of three in a minute", [(0, 0), (5, 1), (25, 2), (50, 3)], 3 },
    };

    [Theory]
    [MemberData(nameof(Readers))]
    public void What_a_person_does_counts(string name, (double At, int Link)[] reading, int links)
    {
        Assert.NotEmpty(name);
        var read = reading.Aggregate(Sent, (known, one) => Seen(known, one.At, one.Link, links));

        var engagement = read.Delivery().Engagement!;
        Assert.Equal((0, 0), (engagement.MachineOpens, engagement.MachineClicks));
        Assert.Equal(reading.Count(one => one.Link > 0), engagement.Clicks);
        Assert.Equal(RecipientStatus.Clicked, read.Delivery().RecipientStatus);
    }

    [Fact]
    public void Only_what_happened_with_the_burst_is_taken_back()
    {
        var read = Seen(Seen(Sent, 0, 0, 9), 60, 3, 9);

        var scanned = Seen(Seen(Seen(read, 600, 0, 9), 600.1, 3, 9), 600.2, 4, 9);

        var engagement = scanned.Delivery().Engagement!;
        Assert.Equal((1, 1, 1, 2), (
            engagement.Opens, engagement.MachineOpens, engagement.Clicks, engagement.MachineClicks));
        Assert.Equal((Later, Later.AddSeconds(60)), (engagement.FirstOpenAt, engagement.FirstClickAt));
        Assert.Equal(Later.AddSeconds(60), engagement.LinkOf(3).FirstClickAt);
        Assert.Equal(RecipientStatus.Clicked, scanned.Delivery().RecipientStatus);
    }

    [Fact]
    public void A_first_time_that_is_taken_back_gives_way_to_the_next_one()
    {
        var scanned = Seen(Seen(Seen(Sent, 0, 0, 9), 0.1, 1, 9), 40, 0, 9);
        Assert.Equal(Later, scanned.Delivery().Engagement!.FirstOpenAt);

        var known = Seen(scanned, 0.2, 2, 9).Delivery();

        Assert.Equal((Later.AddSeconds(40), null), (known.Engagement!.FirstOpenAt, known.Engagement.FirstClickAt));
        Assert.Equal(RecipientStatus.Opened, known.RecipientStatus);
    }

    [Fact]
    public void An_image_proxy_fetches_in_advance_at_first_and_for_a_person_afterwards_and_follows_no_links()
    {
        var early = Sent.Learn(Open("1", Given.Now.AddSeconds(59)) with { IsProxy = true }, Later).Contact;
        var late = early.Learn(Open("2", Given.Now.AddSeconds(60)) with { IsProxy = true }, Later).Contact;
        var clicked = late.Learn(Click("3", 1, Later, 5) with { IsProxy = true }, Later).Contact;

        var engagement = clicked.Delivery().Engagement!;
        Assert.Equal((1, 1, 0, 1), (
            engagement.Opens, engagement.MachineOpens, engagement.Clicks, engagement.MachineClicks));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_another_process_finds_to_be_a_machines_is_taken_back_before_and_after_it_came(bool isBefore)
    {
        var click = Click("1", 1, Later, 5);
        var machine = click with { Signal = FeedbackSignal.Machine, Retracts = FeedbackSignal.Click };

        var (known, effect) = isBefore
            ? Sent.Learn(machine, Later).Contact.Learn(click, Later)
            : Sent.Learn(click, Later).Contact.Learn(machine, Later);

        Assert.Equal(FeedbackEffect.Applied, effect);
        var delivery = known.Delivery();
        Assert.Equal((0, 1), (delivery.Engagement!.Clicks, delivery.Engagement.MachineClicks));
        Assert.Equal(RecipientStatus.Delivered, delivery.RecipientStatus);
        Assert.Equal(FeedbackEffect.Repeated, known.Learn(machine, Later).Effect);
        Assert.Same(known, known.Learn(machine, Later).Contact);
        Assert.Equal(FeedbackEffect.Repeated, known.Learn(click, Later).Effect);
    }

    [Fact]
    public void A_recipient_whose_e_mail_came_back_is_nowhere_when_its_open_is_taken_back()
    {
        var open = Open("1", Later);
        var bounced = Sent.Learn(open, Later).Contact.Learn(
            Given.Bounce(1, Outcome.Bounced, Cause.NoSuchMailbox), Later).Contact;
        Assert.Equal(RecipientStatus.Opened, bounced.Delivery().RecipientStatus);

        var machine = open with { Signal = FeedbackSignal.Machine, Retracts = FeedbackSignal.Open };

        Assert.Equal(RecipientStatus.None, bounced.Learn(machine, Later).Contact.Delivery().RecipientStatus);
    }

    [Fact]
    public void What_is_settled_stays_and_its_first_times_with_it()
    {
        var read = Enumerable.Range(0, 100).Aggregate(Sent, (known, i) => Seen(known, i * 20, 0, 9));
        Assert.True(read.Delivery().Engagement!.Sights.Count <= Engagement.SightsMax);

        var scanned = Seen(Seen(read, 1980.1, 1, 9), 1980.2, 2, 9).Delivery().Engagement!;

        // The last open was with the scanner, and the first one long before.
        Assert.Equal((99, 1, 0), (scanned.Opens, scanned.MachineOpens, scanned.Clicks));
        Assert.Equal(Later, scanned.FirstOpenAt);
    }

    private static Contact Seen(Contact known, double seconds, int link, int links)
    {
        var at = Later.AddSeconds(seconds);
        var key = $"{seconds} {link}";
        var happened = link switch
        {
            0 => Open(key, at),
            < 0 => Given.Event(FeedbackSignal.HiddenLink, key) with { At = at },
            _ => Click(key, link, at, links),
        };
        var now = at.AddDays(1); // None of them is told of in time.
        return known.Learn(happened, now).Contact;
    }

    private static FeedbackEvent Open(string key, DateTimeOffset at) =>
        Given.Event(FeedbackSignal.Open, key) with { At = at };

    private static FeedbackEvent Click(string key, int link, DateTimeOffset at, int links) =>
        Given.Event(FeedbackSignal.Click, key) with { At = at, Link = link, Links = links };
}
