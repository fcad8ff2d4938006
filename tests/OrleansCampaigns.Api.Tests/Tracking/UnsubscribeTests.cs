using System.Net;
using System.Text.RegularExpressions;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Tracking;

public sealed partial class UnsubscribeTests
{
    [Fact]
    public async Task One_click_unsubscribes_at_once_without_cookie_or_redirect()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        var answer = await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(ContactStatus.Unsubscribed, tracked.Status);
        var (account, contact, happened) = Assert.Single(api.Feedback.Applied);
        Assert.Equal((AccountId.Main, tracked.Contact), (account, contact));
        Assert.Equal(
            (FeedbackSignal.Unsubscribe, tracked.Campaign, "one-click", api.Clock.GetUtcNow()),
            (happened.Signal, happened.Campaign, happened.Source, happened.At));
    }

    [Fact]
    public async Task One_click_comes_as_multipart_too_and_cookies_change_nothing()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        using var body = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };

        var answer = await api.Anonymous.Send(
            HttpMethod.Post, tracked.Unsubscribe(), body, ("Cookie", "session=1"), ("Authorization", "Bearer x"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("one-click", Assert.Single(api.Feedback.Applied).Event.Source);
    }

    [Fact]
    public async Task A_repeated_one_click_is_answered_alike_and_one_after_a_new_subscription_counts()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        var first = await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));
        var second = await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));
        await Post(api, tracked.Unsubscribe(), ("action", "resubscribe"));
        Assert.NotEqual(ContactStatus.Unsubscribed, tracked.Status);
        await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));

        Assert.Equal((first.Status, first.Text), (second.Status, second.Text));
        Assert.Equal(ContactStatus.Unsubscribed, tracked.Status);
        Assert.Equal(3, api.Feedback.Applied.Select(applied => applied.Event.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Looking_at_the_page_changes_nothing(string method)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        var list = Join(api, tracked, "News");

        foreach (var query in new[]
        {
            "", "?List-Unsubscribe=One-Click", "?action=unsubscribe", "?action=lists", "?action=resubscribe",
        })
        {
            var answer = await api.Anonymous.Send(new HttpMethod(method), tracked.Unsubscribe() + query, json: null);
            Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.Status, answer.ContentType));
        }

        Assert.Empty(api.Feedback.Tried);
        Assert.Equal(ContactStatus.Active, tracked.Status);
        Assert.Contains((list.Id, tracked.Contact), api.Lists.Members);
    }

    [Fact]
    public async Task The_page_loads_nothing_runs_nothing_and_gives_nothing_away()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        Join(api, tracked, "<script>alert(1)</script> & \"more\"");
        Join(api, tracked, "Hidden", hidden: true);

        var page = await api.Anonymous.Get(tracked.Unsubscribe());

        Assert.Contains("a…@example.org", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ann.lee", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(tracked.Contact.Value, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Text, StringComparison.Ordinal);
        Assert.All(
            Actions().Matches(page.Text), match => Assert.Equal(
                tracked.Token(TokenPurpose.Unsubscribe), match.Groups[1].Value));
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.EndsWith(
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(page.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_token_with_any_letter_altered_changes_nothing_and_tells_nothing()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        foreach (var token in Tracked.Altered(tracked.Token(TokenPurpose.Unsubscribe)).Append(
            tracked.Token(TokenPurpose.Open)).Append(tracked.Token(TokenPurpose.Click)))
        {
            var shown = await api.Anonymous.Get($"/t/u/{token}");
            var posted = await Post(api, $"/t/u/{token}", ("List-Unsubscribe", "One-Click"));
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (shown.Status, posted.Status));
            Assert.Equal(shown.Text, posted.Text);
        }

        Assert.Empty(api.Feedback.Tried);
        Assert.Equal(ContactStatus.Active, tracked.Status);
    }

    [Fact]
    public async Task Unsubscribing_one_contact_never_touches_another()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        var news = Join(api, tracked, "News");
        var others = Enumerable.Range(0, 20).Select(i => api.Contacts.Add($"other{i}@example.org").Id).ToList();
        foreach (var other in others)
        {
            api.Lists.Members.Add((news.Id, other));
            api.Grains.Contact(AccountId.Main, other).Contact = new Contact { Status = ContactStatus.Active };
        }

        await Post(api, tracked.Unsubscribe(), ("action", "lists"), ("offered", Proofs(await Page(api, tracked))[0]));
        await Post(
            api, tracked.Unsubscribe(), ("action", "unsubscribe"), ("contact", others[0].Value),
            ("token", tracked.Token(TokenPurpose.Open)));
        await Post(
            api, tracked.Unsubscribe() + $"?contact={others[1]}", ("List-Unsubscribe", "One-Click"),
            ("recipient", "other2@example.org"));

        Assert.All(api.Feedback.Applied, applied => Assert.Equal(tracked.Contact, applied.Contact));
        Assert.DoesNotContain((news.Id, tracked.Contact), api.Lists.Members);
        Assert.All(others, other => Assert.Contains((news.Id, other), api.Lists.Members));
        Assert.All(others, other => Assert.Equal(
            ContactStatus.Active, api.Grains.Contact(AccountId.Main, other).Contact.Status));
    }

    [Fact]
    public async Task The_button_unsubscribes_and_the_page_offers_the_way_back()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        Assert.Contains("Unsubscribe from everything", (await Page(api, tracked)).Text, StringComparison.Ordinal);

        var left = await Post(api, tracked.Unsubscribe(), ("action", "unsubscribe"));

        Assert.Equal("link", Assert.Single(api.Feedback.Applied).Event.Source);
        Assert.Contains("<h1>You are unsubscribed</h1>", left.Text, StringComparison.Ordinal);
        Assert.Contains("Subscribe again", left.Text, StringComparison.Ordinal);

        var back = await Post(api, tracked.Unsubscribe(), ("action", "resubscribe"));

        Assert.Contains("<h1>You are subscribed again</h1>", back.Text, StringComparison.Ordinal);
        Assert.NotEqual(ContactStatus.Unsubscribed, tracked.Status);
        var consent = api.Grains.Contact(AccountId.Main, tracked.Contact).Contact.History[^1];
        Assert.Equal("contact", consent.Actor);
        Assert.Contains(tracked.Campaign.Value, consent.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_complained_is_not_offered_a_way_back_and_gets_none()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        api.Grains.Contact(AccountId.Main, tracked.Contact).Contact = new Contact { Status = ContactStatus.Complained };

        Assert.DoesNotContain("Subscribe again", (await Page(api, tracked)).Text, StringComparison.Ordinal);
        var answer = await Post(api, tracked.Unsubscribe(), ("action", "resubscribe"));

        Assert.DoesNotContain("subscribed again", answer.Text, StringComparison.Ordinal);
        Assert.Equal(ContactStatus.Complained, tracked.Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"))).Status);
    }

    [Fact]
    public async Task Lists_are_left_and_come_back_to_with_the_same_form()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        var (news, offers) = (Join(api, tracked, "News"), Join(api, tracked, "Offers"));
        var hidden = Join(api, tracked, "Hidden", hidden: true);
        var proofs = Proofs(await Page(api, tracked)); // News before Offers.
        Assert.Equal(2, proofs.Count);

        var answer = await Post(
            api, tracked.Unsubscribe(), ("action", "lists"), ("offered", proofs[0]), ("offered", proofs[1]),
            ("keep", proofs[1]));

        Assert.Contains("<h1>Your choice is saved</h1>", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain((news.Id, tracked.Contact), api.Lists.Members);
        Assert.Contains((offers.Id, tracked.Contact), api.Lists.Members);
        Assert.Contains((hidden.Id, tracked.Contact), api.Lists.Members);
        Assert.Equal(proofs, Proofs(answer));
        Assert.Equal([proofs[1]], Proofs(answer, onlyChecked: true));
        Assert.Empty(api.Feedback.Tried);

        await Post(
            api, tracked.Unsubscribe(), ("action", "lists"), ("offered", proofs[0]), ("offered", proofs[1]),
            ("keep", proofs[0]), ("keep", proofs[1]));

        Assert.Single(api.Lists.Members, (news.Id, tracked.Contact));
        Assert.Single(api.Lists.Members, (offers.Id, tracked.Contact));
    }

    [Fact]
    public async Task Nobody_is_put_on_a_list_that_was_not_offered()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        var news = Join(api, tracked, "News");
        var secret = api.Lists.Add("Secret");
        var proof = Proofs(await Page(api, tracked))[0];
        var forOther = proof[(proof.IndexOf('.', StringComparison.Ordinal) + 1)..];
        string[] forged =
        [
            secret.Id, $"{secret.Id}.", $"{secret.Id}.{forOther}",
            $"{secret.Id}.{tracked.Token(TokenPurpose.Unsubscribe)}",
            ".", "", $"{news.Id}.{tracked.Token(TokenPurpose.Unsubscribe)}",
        ];

        foreach (var offered in forged)
        {
            await Post(
                api, tracked.Unsubscribe(), ("action", "lists"), ("offered", offered), ("keep", offered));
            await Post(api, tracked.Unsubscribe(), ("action", "lists"), ("offered", offered));
        }

        Assert.Equal([(news.Id, tracked.Contact)], api.Lists.Members);
        Assert.Equal(HttpStatusCode.NotFound, (await Post(api, $"/t/u/{forOther}", ("action", "lists"))).Status);
    }

    [Fact]
    public async Task A_proof_of_one_contact_is_void_for_another()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        var news = Join(api, tracked, "News");
        var proof = Proofs(await Page(api, tracked))[0];
        var other = api.Contacts.Add("other@example.org").Id;
        var otherPage = $"/t/u/{api.Tokens.Make(TokenPurpose.Unsubscribe, new(tracked.Campaign, other, 0))}";

        await Post(api, otherPage, ("action", "lists"), ("offered", proof), ("keep", proof));
        await Post(api, otherPage, ("action", "lists"), ("offered", proof));

        Assert.Equal([(news.Id, tracked.Contact)], api.Lists.Members);
    }

    [Theory]
    [InlineData("List-Unsubscribe=Two-Click", "application/x-www-form-urlencoded")]
    [InlineData("action=delete", "application/x-www-form-urlencoded")]
    [InlineData("", "application/x-www-form-urlencoded")]
    [InlineData("{\"List-Unsubscribe\":\"One-Click\"}", "application/json")]
    [InlineData("Please: List-Unsubscribe=One-Click", "text/plain")]
    [InlineData("List-Unsubscribe=One-Clicks", "text/plain")]
    [InlineData("List-Unsubscribe", "text/plain")]
    [InlineData("action=unsubscribe", "text/plain")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"", "multipart/form-data; boundary=b")]
    [InlineData("no boundary", "multipart/form-data")]
    [InlineData("--b\r\nbroken", "multipart/form-data; boundary=b")]
    public async Task A_body_that_says_nothing_else_changes_nothing(string body, string type)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        var answer = await api.Anonymous.Upload(tracked.Unsubscribe(), body, type);

        Assert.Equal((HttpStatusCode.BadRequest, "text/html"), (answer.Status, answer.ContentType));
        Assert.Empty(api.Feedback.Tried);
        Assert.Equal(ContactStatus.Active, tracked.Status);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_not_read()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        using var body = new StringContent("List-Unsubscribe=One-Click&more=" + new string('x', 70_000));
        body.Headers.ContentType = new("application/x-www-form-urlencoded");

        // A client that waits for "100 Continue" reads the refusal instead of a connection cut while it still sends.
        var answer = await api.Anonymous.Send(
            HttpMethod.Post, tracked.Unsubscribe(), body, ("Expect", "100-continue"));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "text/html"), (answer.Status, answer.ContentType));
        Assert.Empty(api.Feedback.Tried);
    }

    [Fact]
    public async Task While_storage_is_away_nobody_is_told_that_it_is_done()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        api.Feedback.Failure = new StorageUnavailableException("The disk is full.");

        var oneClick = await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));
        var button = await Post(api, tracked.Unsubscribe(), ("action", "unsubscribe"));

        foreach (var answer in new[] { oneClick, button })
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html"), (answer.Status, answer.ContentType));
            Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
        }

        api.Feedback.Failure = null;
        Assert.Equal(
            HttpStatusCode.OK, (await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"))).Status);
        api.Recipients.Failure = new StorageUnavailableException("The disk is full.");
        Assert.Equal(
            HttpStatusCode.OK, (await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"))).Status);
    }

    [Fact]
    public async Task The_answer_comes_after_the_event_is_durable()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.Feedback.Gate = gate.Task;

        var answer = Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));
        await TestKit.Eventually.Holds("the event is on its way", () => !api.Feedback.Tried.IsEmpty);
        api.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(answer.IsCompleted);

        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await answer).Status);
    }

    [Fact]
    public async Task Who_is_not_unsubscribed_is_not_told_so()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        api.Feedback.Forgets = true;

        var answer = await Post(api, tracked.Unsubscribe(), ("List-Unsubscribe", "One-Click"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
    }

    [Theory]
    [InlineData("ann.lee@example.org", "a…@example.org")]
    [InlineData("ä@bücher.example", "ä…@bücher.example")]
    [InlineData("\"a b\"@example.org", "…@example.org")]
    [InlineData("@example.org", "…")]
    [InlineData("nonsense", "…")]
    [InlineData(null, "…")]
    public void An_address_is_shown_as_far_as_its_owner_needs_to_know_it(string? address, string shown) =>
        Assert.Equal(shown, Api.Tracking.Subscriptions.Mask(address));

    private static Task<Answer> Page(TestApi api, Tracked tracked) => api.Anonymous.Get(tracked.Unsubscribe());

    private static ContactList Join(TestApi api, Tracked tracked, string name, bool hidden = false)
    {
        var list = api.Lists.Add(name, hidden);
        api.Lists.Members.Add((list.Id, tracked.Contact));
        return list;
    }

    private static async Task<Answer> Post(TestApi api, string path, params (string Name, string Value)[] fields)
    {
        using var body = new FormUrlEncodedContent(
            fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await api.Anonymous.Send(HttpMethod.Post, path, body);
    }

    private static List<string> Proofs(Answer page, bool onlyChecked = false) =>
        [.. Boxes().Matches(page.Text).Where(match => !onlyChecked || match.Groups[2].Success).Select(match =>
            match.Groups[1].Value)];

    [GeneratedRegex("""<input type="checkbox" name="keep" value="([^"]+)"( checked)?>""")]
    private static partial Regex Boxes();

    [GeneratedRegex("action=\"([^\"]*)\"")]
    private static partial Regex Actions();
}
