using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Tracking;

/// <summary>Machines are told from people by where they ask from and by what else is asked for then.</summary>
public sealed class MachineRequestTests
{
    private const string Google =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task The_hidden_link_tells_of_a_machine_and_shows_nothing_to_act_on(string method)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        var answer = await Send(api, new(method), Hidden(tracked));

        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.Status, answer.ContentType));
        Assert.DoesNotContain("<form", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("href", answer.Text, StringComparison.Ordinal);
        var happened = Assert.Single(api.Feedback.Applied).Event;
        Assert.Equal((FeedbackSignal.HiddenLink, true), (happened.Signal, happened.IsMachine));
    }

    [Fact]
    public async Task A_hidden_link_with_another_token_is_not_there()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/");

        foreach (var token in Tracked.Altered(tracked.Token(TokenPurpose.HiddenLink))
            .Append(tracked.Token(TokenPurpose.Open)).Append(tracked.Token(TokenPurpose.Click, 1)))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await Send(api, HttpMethod.Get, $"/t/l/{token}")).Status);
        }

        Assert.Empty(api.Feedback.Tried);
    }

    [Fact]
    public async Task A_click_tells_how_many_links_the_e_mail_has_and_an_image_proxy_that_it_is_one()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/", "https://shop.example/2");

        await Send(api, HttpMethod.Get, tracked.Click(2));
        await Send(api, HttpMethod.Get, tracked.Open(), agent: Google);

        Assert.Equal(
            [(FeedbackSignal.Click, 2, false, false), (FeedbackSignal.Open, 0, true, false)],
            api.Feedback.Applied.Select(applied => (
                applied.Event.Signal, applied.Event.Links, applied.Event.IsProxy, applied.Event.IsMachine)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_look_at_the_unsubscribe_page_together_with_a_link_is_a_machines(bool isLinkFirst)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/");
        await Send(api, HttpMethod.Get, tracked.Open());

        foreach (var path in isLinkFirst
            ? [tracked.Click(1), tracked.Unsubscribe()]
            : new[] { tracked.Unsubscribe(), tracked.Click(1) })
        {
            await Send(api, HttpMethod.Get, path);
        }

        Assert.Equal(
            ["Click of a machine", "Open of a machine"], Judged(api).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_person_who_looks_at_the_page_later_or_without_a_link_is_one()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/");

        await Send(api, HttpMethod.Get, tracked.Open());
        await Send(api, HttpMethod.Get, tracked.Unsubscribe());
        api.Clock.Advance(TimeSpan.FromSeconds(3));
        await Send(api, HttpMethod.Get, tracked.Click(1));
        api.Clock.Advance(TimeSpan.FromSeconds(3));
        await Send(api, HttpMethod.Get, tracked.Unsubscribe());

        Assert.Equal(["Click of a person", "Open of a person"], Judged(api).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(4, "person")]
    [InlineData(5, "machine")]
    public async Task One_source_that_follows_links_of_several_contacts_at_one_time_is_a_machine(
        int contacts, string who)
    {
        await using var api = await TestApi.Start();
        Trust(api, "127.0.0.0/8");
        var all = Enumerable.Range(0, contacts).Select(_ => new Tracked(api, "https://shop.example/")).ToList();

        await Send(api, HttpMethod.Get, all[0].Open(), "198.51.100.7");
        foreach (var tracked in all.Select((tracked, i) => Another(api, tracked, i)))
        {
            await Send(api, HttpMethod.Get, tracked, "198.51.100.7");
        }

        Assert.Equal(
            Enumerable.Repeat($"Click of a {who}", contacts).Append($"Open of a {who}"),
            Judged(api).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Several_sources_or_several_moments_are_several_people(bool oneSource, bool atOneTime)
    {
        await using var api = await TestApi.Start();
        Trust(api, "127.0.0.0/8");
        var tracked = new Tracked(api, "https://shop.example/");

        for (var i = 0; i < 8; i++)
        {
            await Send(api, HttpMethod.Get, Another(api, tracked, i), oneSource ? "198.51.100.7" : $"198.51.100.{i}");
            api.Clock.Advance(TimeSpan.FromSeconds(atOneTime ? 0 : 1));
        }

        Assert.Equal(Enumerable.Repeat("Click of a person", 8), Judged(api));
    }

    [Fact]
    public async Task Where_nobody_knows_who_asks_everybody_is_no_source()
    {
        // All tests come from one address of this machine, as all people do behind a proxy that nothing is known of.
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/");

        for (var i = 0; i < 8; i++)
        {
            await Send(api, HttpMethod.Get, Another(api, tracked, i), "198.51.100.7");
        }

        Assert.Equal(Enumerable.Repeat("Click of a person", 8), Judged(api));
    }

    [Theory]
    [InlineData("40.94.1.2", false)]
    [InlineData("40.92.1.2", true)]
    [InlineData("::ffff:52.101.3.4", true)]
    [InlineData("209.222.82.7:4433", true)]
    [InlineData("203.0.113.9", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("40.92.1.2, 198.51.100.7", false)]
    [InlineData("198.51.100.7, 40.92.1.2", true)]
    [InlineData("40.92.1.2, 127.0.0.9", true)]
    [InlineData("nonsense", false)]
    [InlineData("", false)]
    public async Task Networks_of_scanners_are_known_by_what_a_trusted_proxy_says(string forwarded, bool isMachine)
    {
        await using var api = await TestApi.Start();
        Trust(api, "127.0.0.0/8");
        Options(api).MachineNetworks.Add("203.0.113.0/24");
        var tracked = new Tracked(api, "https://shop.example/");

        await Send(api, HttpMethod.Get, tracked.Click(1), forwarded);

        Assert.Equal(isMachine, Assert.Single(api.Feedback.Applied).Event.IsMachine);
    }

    [Fact]
    public async Task What_is_remembered_is_bounded_and_ends_with_the_burst()
    {
        await using var api = await TestApi.Start();
        var watch = api.Services.GetRequiredService<RequestWatch>();
        var tracked = new Tracked(api);
        var recipient = api.Tokens.Read(TokenPurpose.Open, tracked.Token(TokenPurpose.Open))!.Value;

        for (var i = 0; i <= RequestWatch.RequestsMax; i++)
        {
            watch.Note(new(recipient with { Link = i % 7 }, FeedbackSignal.Open, $"{i}", $"source {i % 100}"));
        }

        Assert.Equal(RequestWatch.RequestsMax, watch.Count);
        api.Clock.Advance(TimeSpan.FromSeconds(2.1));
        watch.Note(new(recipient, FeedbackSignal.Open, "last", "source"));
        Assert.Equal(1, watch.Count);
    }

    // As contacts see it: what was retracted is a machine's.
    private static IEnumerable<string> Judged(TestApi api)
    {
        var events = api.Feedback.Applied.Select(applied => applied.Event).ToList();
        var retracted = events.Where(one => one.Signal == FeedbackSignal.Machine)
            .Select(one => (one.Retracts, one.Key)).ToHashSet();
        return events.Where(one => one.Signal != FeedbackSignal.Machine).Select(one =>
            $"{one.Signal} of a {(one.IsMachine || retracted.Contains((one.Signal, one.Key)) ? "machine" : "person")}");
    }

    private static string Another(TestApi api, Tracked tracked, int number) => "/t/c/" + api.Tokens.Make(
        TokenPurpose.Click, new(tracked.Campaign, api.Contacts.Add($"other{number}@example.org").Id, 1));

    private static string Hidden(Tracked tracked) => $"/t/l/{tracked.Token(TokenPurpose.HiddenLink)}";

    private static TrackingOptions Options(TestApi api) =>
        api.Services.GetRequiredService<IOptions<TrackingOptions>>().Value;

    private static void Trust(TestApi api, string network) => Options(api).TrustedProxies.Add(network);

    private static Task<Answer> Send(
        TestApi api, HttpMethod method, string path, string? forwarded = null, string agent = Tracked.Browser) =>
        api.Anonymous.Send(
            method, path, json: null, ("User-Agent", agent),
            forwarded is null ? null : ("X-Forwarded-For", forwarded));
}
