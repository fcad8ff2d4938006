using System.Net;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests.Tracking;

public sealed class ClickTests
{
    private const string Template = "https://shop.example/{{city}}?id={{number}}";
    private const string Bound = "https://shop.example/Graz?id=7";

    [Fact]
    public async Task A_click_leads_where_the_link_of_that_number_leads_and_counts()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a", "http://shop.example/b?c=%7Ed&e=f#g");

        var answer = await Follow(api, tracked.Click(2));

        AssertLeadsTo("http://shop.example/b?c=%7Ed&e=f#g", answer);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var (account, contact, happened) = Assert.Single(api.Feedback.Applied);
        Assert.Equal((AccountId.Main, tracked.Contact), (account, contact));
        Assert.Equal(
            (FeedbackSignal.Click, tracked.Campaign, "link", 2, false),
            (happened.Signal, happened.Campaign, happened.Source, happened.Link, happened.IsMachine));
    }

    [Fact]
    public async Task A_link_that_differs_by_recipient_leads_to_the_URL_that_its_token_is_bound_to()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, Template);

        AssertLeadsTo(Bound, await Follow(api, tracked.Click(1, Bound)));
        Assert.Equal(1, Assert.Single(api.Feedback.Applied).Event.Link);
    }

    [Theory]
    [InlineData("https://bücher.example/über?q=ä b", "https://xn--bcher-kva.example/%C3%BCber?q=%C3%A4%20b")]
    [InlineData("https://ann@shop.example:8443/ü", "https://ann@shop.example:8443/%C3%BC")]
    [InlineData(" https://shop.example/a ", "https://shop.example/a")]
    [InlineData("https://shop.example/a\r\nSet-Cookie: b=c", "https://shop.example/a%0D%0ASet-Cookie:%20b=c")]
    [InlineData("HTTPS://SHOP.example/%7Ea/../b", "HTTPS://SHOP.example/%7Ea/../b")]
    public async Task A_target_is_left_as_written_unless_a_header_cannot_hold_it(string link, string location)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, link, Template);

        AssertLeadsTo(location, await Follow(api, tracked.Click(1)));
        AssertLeadsTo(location, await Follow(api, tracked.Click(2, link)));
    }

    [Fact]
    public async Task A_token_with_any_letter_altered_leads_nowhere()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a", Template);

        foreach (var token in Tracked.Altered(tracked.Token(TokenPurpose.Click, 1)))
        {
            AssertNowhere(await Follow(api, $"/t/c/{token}"));
        }

        foreach (var token in Tracked.Altered(tracked.Token(TokenPurpose.Click, 2, Bound)))
        {
            AssertNowhere(await Follow(api, $"/t/c/{token}?u={Tracked.Encoded(Bound)}"));
        }

        AssertNowhere(await Follow(api, $"/t/c/{tracked.Token(TokenPurpose.Open, 1)}"));
        AssertNowhere(await Follow(api, $"/t/c/{tracked.Token(TokenPurpose.Unsubscribe, 1)}"));
        Assert.Empty(api.Feedback.Tried);
    }

    [Fact]
    public async Task No_request_leads_to_a_foreign_URL()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a", Template, "javascript:alert(1)", "/relative", "//evil");
        var evil = Tracked.Encoded("https://evil.example/");
        var (plain, bound) = (tracked.Token(TokenPurpose.Click, 1), tracked.Token(TokenPurpose.Click, 2, Bound));
        string[] paths =
        [
            $"/t/c/{plain}?u={evil}",
            $"/t/c/{plain}?u=https://evil.example/",
            $"/t/c/{plain}?u=",
            $"/t/c/{plain}?u={Tracked.Encoded("")}",
            $"/t/c/{bound}",
            $"/t/c/{bound}?u={evil}",
            $"/t/c/{bound}?u={Tracked.Encoded(Bound)}&u={evil}",
            $"/t/c/{bound}?u={evil}&u={Tracked.Encoded(Bound)}",
            $"/t/c/{bound}?u={Tracked.Encoded(Bound)}%20",
            $"/t/c/{bound}?u={Tracked.Encoded(Bound + "8")}",
            $"/t/c/{bound}?U={Tracked.Encoded(Bound)}&u={evil}",
            tracked.Click(1, Bound), // Made by us, and still no link of that number differs by recipient.
            tracked.Click(2), // And this one does.
            tracked.Click(3),
            tracked.Click(4),
            tracked.Click(5),
            tracked.Click(6),
            tracked.Click(0),
            tracked.Click(2, "javascript:alert(1)"),
            tracked.Click(2, "data:text/html,x"),
            tracked.Click(2, "//evil.example/"),
            tracked.Click(2, "https:///evil.example"),
        ];

        foreach (var path in paths)
        {
            AssertNowhere(await Follow(api, path));
        }

        Assert.Empty(api.Feedback.Tried);
    }

    [Fact]
    public async Task A_click_of_a_campaign_that_nobody_knows_leads_nowhere()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a", Template);
        api.Recipients.Campaigns.Clear();

        AssertNowhere(await Follow(api, tracked.Click(1)));
        AssertNowhere(await Follow(api, tracked.Click(2, Bound)));
    }

    [Fact]
    public async Task Other_parameters_are_of_no_consequence()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a", Template);

        AssertLeadsTo("https://shop.example/a", await Follow(api, tracked.Click(1) + "?fbclid=x&next=https://evil"));
        AssertLeadsTo(Bound, await Follow(api, tracked.Click(2, Bound) + "&utm_source=x"));
    }

    [Fact]
    public async Task Asking_for_the_headers_alone_is_a_machines_click()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a");

        var answer = await api.Anonymous.Send(
            HttpMethod.Head, tracked.Click(1), json: null, ("User-Agent", Tracked.Browser));

        AssertLeadsTo("https://shop.example/a", answer);
        Assert.True(Assert.Single(api.Feedback.Applied).Event.IsMachine);
    }

    [Fact]
    public async Task A_click_leads_on_while_storage_is_away_and_is_kept()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a");
        await Follow(api, tracked.Click(1));
        api.Recipients.Failure = api.Feedback.Failure = new StorageUnavailableException("The disk is full.");

        var click = Follow(api, tracked.Click(1));
        await Eventually.Holds("the click waits to be tried again", () => api.Clock.Timers > 1);
        api.Clock.Advance(TimeSpan.FromSeconds(2));

        AssertLeadsTo("https://shop.example/a", await click);
        Assert.Single(api.Feedback.Applied);
        api.Feedback.Failure = null;
        await Eventually.Holds("the click is applied", () =>
        {
            api.Clock.Advance(TimeSpan.FromSeconds(30));
            return api.Feedback.Applied.Count == 2;
        });
    }

    [Fact]
    public async Task A_bound_URL_is_followed_before_its_campaign_was_ever_found()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, Template);
        api.Recipients.Failure = new StorageUnavailableException("The disk is full.");

        var click = Follow(api, tracked.Click(1, Bound));
        await Eventually.Holds("the click waits to be tried again", () => api.Clock.Timers > 1);
        api.Clock.Advance(TimeSpan.FromSeconds(2));

        AssertLeadsTo(Bound, await click);
    }

    [Fact]
    public async Task A_link_that_cannot_be_looked_up_is_a_page_that_says_try_again()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a");
        api.Recipients.Failure = new StorageUnavailableException("The disk is full.");

        var answer = await Follow(api, tracked.Click(1));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html"), (answer.Status, answer.ContentType));
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
        Assert.Empty(api.Feedback.Tried);
        api.Recipients.Failure = null;
        AssertLeadsTo("https://shop.example/a", await Follow(api, tracked.Click(1)));
    }

    [Fact]
    public async Task A_look_up_that_hangs_is_not_waited_for_without_end()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.Recipients.Gate = gate.Task;

        var click = Follow(api, tracked.Click(1));
        await Eventually.Holds("the link is looked up", () => api.Recipients.Looks > 0 && api.Clock.Timers > 0);
        api.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await click).Status);
        gate.SetResult();
    }

    private static Task<Answer> Follow(TestApi api, string path) =>
        api.Anonymous.Send(HttpMethod.Get, path, json: null, ("User-Agent", Tracked.Browser));

    private static void AssertLeadsTo(string target, Answer answer)
    {
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.Equal(target, answer.Headers.NonValidated["Location"].ToString());
    }

    private static void AssertNowhere(Answer answer)
    {
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (answer.Status, answer.ContentType));
        Assert.False(answer.Headers.Contains("Location"));
        Assert.DoesNotContain("evil", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("shop", answer.Text, StringComparison.Ordinal);
    }
}
