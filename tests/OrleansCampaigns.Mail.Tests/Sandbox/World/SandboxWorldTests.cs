using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Sandbox.World;

/// <summary>
/// The world reacts over real connections: a sender's mail server and a web server stand in for ours.
/// </summary>
public sealed class SandboxWorldTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("asyncmissing", FeedbackKind.Bounce)]
    [InlineData("asyncfull", FeedbackKind.Bounce)]
    [InlineData("delayed", FeedbackKind.Delayed)]
    [InlineData("vacation", FeedbackKind.AutoReply)]
    public async Task What_servers_and_programs_say_comes_to_the_return_path(string word, FeedbackKind kind)
    {
        await using var stage = new Stage();

        await stage.Send($"{word}-1@mail.example");

        var delivery = Assert.Single(await stage.Returned());
        Assert.Equal(("", Letters.ReturnPath), (delivery.Sender, delivery.Recipient));
        Assert.Equal(kind, FeedbackReader.Read(delivery.Content!.Value.Span).Kind);
        var signal = Assert.Single(stage.World.Signals());
        Assert.Equal((SandboxSignalFate.Acknowledged, Letters.Campaign), (signal.Fate, signal.Campaign));
        Assert.Equal(kind == FeedbackKind.Bounce, signal.Matters);
        Assert.Empty(stage.Web.Requests);
    }

    [Theory]
    [InlineData("complain")]
    [InlineData("hotmail")]
    public async Task Complaints_come_to_the_address_for_complaints(string word)
    {
        await using var stage = new Stage();

        await stage.Send($"{word}-1@mail.example");

        var delivery = Assert.Single(await stage.Returned());
        Assert.Equal("complaints@sandbox.example", delivery.Recipient);
        Assert.Equal(FeedbackKind.Complaint, FeedbackReader.Read(delivery.Content!.Value.Span).Kind);
    }

    [Fact]
    public async Task Whoever_leaves_by_mail_writes_to_the_address_that_the_message_offers()
    {
        await using var stage = new Stage();

        await stage.Send("leavermail-1@mail.example");

        var delivery = Assert.Single(await stage.Returned());
        Assert.Equal($"unsubscribe+{Letters.Token}@sandbox.example", delivery.Recipient);
        Assert.Equal("leavermail-1@mail.example", delivery.Sender);
        Assert.Equal(FeedbackKind.Unsubscribe, FeedbackReader.Read(delivery.Content!.Value.Span).Kind);
    }

    [Fact]
    public async Task Whoever_leaves_by_one_click_posts_just_that()
    {
        await using var stage = new Stage();

        await stage.Send("leaver-1@mail.example");
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        Assert.Equal([$"POST /t/u/{Letters.Token} List-Unsubscribe=One-Click"], stage.Web.Requests);
    }

    [Fact]
    public async Task A_clicker_opens_first_and_follows_only_links_of_the_message()
    {
        await using var stage = new Stage(status: 302);

        await stage.Send("clicker-1@mail.example");
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        var requests = stage.Web.Requests;
        Assert.Equal($"GET /t/o/{Letters.Token}", requests[0]);
        Assert.InRange(requests.Count, 2, 3);
        Assert.All(
            requests.Skip(1),
            request => Assert.StartsWith($"GET /t/c/{Letters.Token}", request, StringComparison.Ordinal));
        Assert.All(
            stage.World.Signals().Where(signal => signal.Kind == SandboxSignalKind.Click),
            click => Assert.Equal("https://news.example/week", click.Leads?.AbsoluteUri));
    }

    [Fact]
    public async Task Whoever_only_clicks_does_not_open()
    {
        await using var stage = new Stage();

        await stage.Send("clickonly-1@mail.example");
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        Assert.All(
            stage.Web.Requests,
            request => Assert.StartsWith($"GET /t/c/{Letters.Token}", request, StringComparison.Ordinal));
        Assert.NotEmpty(stage.Web.Requests);
    }

    [Fact]
    public async Task A_scanner_asks_for_everything_and_posts_nothing()
    {
        await using var stage = new Stage();

        await stage.Send("scanner-1@mail.example");
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        Assert.Equal(
            [
                $"GET /t/c/{Letters.Token}2", $"GET /t/c/{Letters.Token}?u=a&b=1", $"GET /t/o/{Letters.Token}",
                $"GET /t/u/{Letters.Token}", $"HEAD /t/c/{Letters.Token}2", $"HEAD /t/c/{Letters.Token}?u=a&b=1",
                $"HEAD /t/u/{Letters.Token}",
            ],
            stage.Web.Requests.Order(StringComparer.Ordinal));
        Assert.Equal(5, stage.World.Signals().Count(signal => signal.Matters));
    }

    [Fact]
    public async Task A_message_that_is_refused_for_now_comes_again()
    {
        await using var stage = new Stage();

        // The rules of the one who takes it are those of a sandbox, too: he greylists.
        await stage.Send("asyncmissing-1@mail.example", returnPath: "greylist2-bounces@sandbox.example");

        Assert.Single(await stage.Returned());
        Assert.Equal(3, stage.Inbound.Snapshot().Attempts);
        Assert.Equal(SandboxSignalFate.Acknowledged, Assert.Single(stage.World.Signals()).Fate);
    }

    [Fact]
    public async Task A_message_that_is_refused_for_good_does_not()
    {
        await using var stage = new Stage();

        await stage.Send("asyncmissing-1@mail.example", returnPath: "policy-bounces@sandbox.example");

        Assert.Empty(await stage.Returned());
        Assert.Equal(1, stage.Inbound.Snapshot().Attempts);
        Assert.Equal(SandboxSignalFate.Refused, Assert.Single(stage.World.Signals()).Fate);
    }

    [Fact]
    public async Task What_nobody_takes_is_counted_as_such()
    {
        await using var stage = new Stage(status: 503, tries: 2);
        stage.Inbound.GoDown();

        await stage.Send("asyncmissing-1@mail.example");
        await stage.Send("leaver-1@mail.example");
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        Assert.Equal(
            [SandboxSignalFate.Failed, SandboxSignalFate.Failed],
            stage.World.Signals().Select(signal => signal.Fate));
    }

    [Fact]
    public async Task It_touches_no_other_machine()
    {
        await using var stage = new Stage();
        using var elsewhere = new FakeWeb();

        await stage.Send("clicker-1@mail.example", elsewhere.Url);
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        Assert.Empty(elsewhere.Requests);
        Assert.All(stage.World.Signals(), signal => Assert.Equal(SandboxSignalFate.Failed, signal.Fate));
    }

    [Fact]
    public async Task No_more_is_under_way_at_once_than_was_said()
    {
        await using var stage = new Stage(holds: true, atOnce: 3);

        for (var i = 0; i < 12; i++)
        {
            await stage.Send($"scanner-{i}@mail.example");
        }

        await Eventually.Holds("three requests wait", () => stage.Web.Now == 3);
        Assert.Equal(12, stage.World.Pending);
        Assert.False(stage.World.WhenQuiet().IsCompleted);
        stage.Web.Release();
        await stage.World.WhenQuiet().WaitAsync(Given.Patience);

        Assert.Equal(3, stage.Web.MostAtOnce);
        Assert.Equal(12 * 7, stage.World.Signals().Count);
    }

    /// <summary>A receiving world, and what stands in for the sender's side.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly SandboxServer receiver = SandboxServer.Start();

        public Stage(int status = 200, bool holds = false, int tries = 12, int atOnce = 16)
        {
            Inbound = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
            Web = new FakeWeb(status, holds);
            World = new SandboxWorld(new SandboxWorldOptions
            {
                Seed = 7,
                InboundPort = Inbound.Port,
                PublicUrl = Web.Url,
                Minute = Minute,
                RepeatShare = 0,
                MessageTriesMax = tries,
                AtOnceMax = atOnce,
            });
            receiver.World = World;
        }

        public SandboxServer Inbound { get; }

        public FakeWeb Web { get; }

        public SandboxWorld World { get; }

        public async Task Send(string recipient, Uri? publicUrl = null, string? returnPath = null)
        {
            using var stream = new MemoryStream(Letters.To(recipient, publicUrl ?? Web.Url));
            using var message = await MimeMessage.LoadAsync(stream);
            using var client = new SmtpClient();
            await client.ConnectAsync(SandboxServer.Host, receiver.Port, SecureSocketOptions.None);
            await client.SendAsync(
                message, new MailboxAddress("", returnPath ?? Letters.ReturnPath), [new MailboxAddress("", recipient)]);
            await client.DisconnectAsync(quit: true);
        }

        public async Task<IReadOnlyList<SandboxDelivery>> Returned()
        {
            await World.WhenQuiet().WaitAsync(Given.Patience);
            return Inbound.Deliveries();
        }

        public async ValueTask DisposeAsync()
        {
            Web.Release();
            await World.DisposeAsync();
            await receiver.DisposeAsync();
            await Inbound.DisposeAsync();
            Web.Dispose();
        }
    }
}
