using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Tracking;

/// <summary>The preference page speaks its reader's language and says who writes.</summary>
public sealed partial class PageLanguageTests
{
    private static readonly PropertyInfo[] Keys =
        [.. typeof(PageTexts).GetProperties().Where(property => property.PropertyType == typeof(string))];

    [Fact]
    public void Every_catalogue_has_every_text_in_its_own_words_and_with_the_same_places()
    {
        Assert.Equal(["en", "de", "fr", "es", "it", "ru"], PageLanguages.All.Select(texts => texts.Language));
        Assert.True(Keys.Length > 20);
        foreach (var key in Keys)
        {
            var texts = PageLanguages.All.Select(language => (string)key.GetValue(language)!).ToList();
            Assert.All(texts, text => Assert.False(string.IsNullOrWhiteSpace(text), key.Name));
            Assert.True(texts.Distinct().Count() == texts.Count, $"{key.Name} is the same in two languages.");
            Assert.All(texts, text => Assert.Equal(PlacesOf(texts[0]), PlacesOf(text)));
            Assert.All(texts, text => Assert.DoesNotContain('<', text));
        }
    }

    [Theory]
    [InlineData("de", null, "Von allem abmelden", "de")]
    [InlineData("de-AT", "fr", "Von allem abmelden", "de")]
    [InlineData(" Deutsch ", "fr", "Von allem abmelden", "de")]
    [InlineData("ru_RU", null, "Отписаться от всех рассылок", "ru")]
    [InlineData(null, "it-IT,it;q=0.9,en;q=0.5", "Cancellami da tutto", "it")]
    [InlineData(null, "nl, es;q=0.4, fr;q=0.8", "Me désabonner de tout", "fr")]
    [InlineData(null, "de;q=0, es", "Darme de baja de todo", "es")]
    [InlineData("nl", "fr", "Me désabonner de tout", "fr")]
    [InlineData(null, "nl", "Unsubscribe from everything", "en")]
    [InlineData(null, "\u0001;;q=x", "Unsubscribe from everything", "en")]
    [InlineData(null, null, "Unsubscribe from everything", "en")]
    public async Task The_contacts_language_comes_before_the_browsers_and_English_last(
        string? ofContact, string? accept, string button, string language)
    {
        await using var api = await TestApi.Start();
        var tracked = Ann(api, ofContact is null ? [] : [("Language", ofContact)]);

        var page = await Get(api, tracked.Unsubscribe(), accept);

        Assert.Contains(button, page.Text, StringComparison.Ordinal);
        Assert.Contains($"<html lang=\"{language}\">", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de", "Sie sind abgemeldet", "Wieder anmelden", "Sie sind wieder angemeldet")]
    [InlineData("fr", "Vous êtes désabonné", "Me réabonner", "Vous êtes de nouveau abonné")]
    [InlineData("es", "Se ha dado de baja", "Volver a suscribirme", "Se ha suscrito de nuevo")]
    [InlineData(
        "it", "La sua iscrizione è stata annullata", "Iscrivimi di nuovo", "La sua iscrizione è di nuovo attiva")]
    [InlineData("ru", "Вы отписались от рассылки", "Подписаться снова", "Вы снова подписаны")]
    public async Task What_was_done_and_what_went_wrong_is_said_in_the_language_too(
        string language, string done, string button, string back)
    {
        await using var api = await TestApi.Start();
        var tracked = Ann(api, ("language", language));
        var texts = PageLanguages.All.Single(texts => texts.Language == language);

        var left = await Post(api, tracked.Unsubscribe(), "action=unsubscribe");
        Assert.Contains($"<h1>{done}</h1>", left.Text, StringComparison.Ordinal);
        Assert.Contains(button, left.Text, StringComparison.Ordinal);
        var returned = await Post(api, tracked.Unsubscribe(), "action=resubscribe");
        Assert.Contains($"<h1>{back}</h1>", returned.Text, StringComparison.Ordinal);
        Assert.All(new[] { left, returned }, page => Assert.Contains(
            $"<html lang=\"{language}\">", page.Text, StringComparison.Ordinal));

        var missing = await Get(api, "/t/u/nothing", language);
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Contains($"<h1>{texts.NotFoundTitle}</h1>", missing.Text, StringComparison.Ordinal);
        var unreadable = await Post(api, tracked.Unsubscribe(), "action=nonsense", language);
        Assert.Contains($"<h1>{texts.UnreadableTitle}</h1>", unreadable.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_shows_who_writes_and_the_lists_as_contacts_know_them()
    {
        await using var api = await TestApi.Start();
        var tracked = Ann(api);
        foreach (var (name, change) in new[]
        {
            ("q3-leads-final", new ListChange(null, "The <weekly> letter", "News & views, each Friday")),
            ("plain", new ListChange()),
            ("segment 7", new ListChange(null, "Seven", null, true)),
        })
        {
            var list = (await api.Lists.CreateList(AccountId.Main, name, description: change)).Value!;
            api.Lists.Members.Add((list.Id, tracked.Contact));
        }

        var anonymous = await Get(api, tracked.Unsubscribe(), null);
        Assert.Contains("E-mail from us goes to", anonymous.Text, StringComparison.Ordinal);
        var saved = await api.Client.Put("/v1/account", """{"publicName": "Ann & Bob's \"Garden\""}""");
        Assert.Equal("Ann & Bob's \"Garden\"", saved["publicName"]);

        var page = (await Get(api, tracked.Unsubscribe(), null)).Text;

        Assert.Contains(
            "E-mail from <bdi>Ann &amp; Bob&#x27;s &quot;Garden&quot;</bdi> goes to", page, StringComparison.Ordinal);
        Assert.Contains("The &lt;weekly&gt; letter", page, StringComparison.Ordinal);
        Assert.Contains("News &amp; views, each Friday", page, StringComparison.Ordinal);
        Assert.Contains(">plain<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("q3-leads-final", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Seven", page, StringComparison.Ordinal);
        Assert.DoesNotContain("segment 7", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_says_what_contacts_read_of_it()
    {
        await using var api = await TestApi.Start();
        var made = await api.Client.Post(
            "/v1/lists", """{"name": "a", "publicName": "Alpha", "description": "About", "hidden": true}""");
        Assert.Equal(("Alpha", "About", "true"), (made["publicName"], made["description"], made["hidden"]));

        var changed = await api.Client.Patch(made.Headers.Location!.ToString(), """{"hidden": false}""");

        Assert.Equal(
            ("a", "Alpha", "false"), (changed["name"], changed["publicName"], changed["hidden"]));
        (await api.Client.Patch(made.Headers.Location!.ToString(), """{"description": "a\u0000"}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.control_characters", "description");
    }

    [Fact]
    public async Task A_link_that_brought_its_contact_back_too_often_says_so_and_nobody_else_calls_itself_contact()
    {
        await using var api = await TestApi.Start();
        var tracked = Ann(api, ("language", "de"));
        var pages = new List<string>();
        for (var i = 0; i <= Contact.ReturnsPerDayMax; i++)
        {
            await Post(api, tracked.Unsubscribe(), "action=unsubscribe");
            pages.Add((await Post(api, tracked.Unsubscribe(), "action=resubscribe")).Text);
        }

        Assert.All(pages[..^1], page => Assert.Contains("Sie sind wieder angemeldet", page, StringComparison.Ordinal));
        Assert.Contains(
            "<h1>Nichts wurde geändert: Es wurde zu oft geändert</h1>", pages[^1], StringComparison.Ordinal);
        Assert.Equal(ContactStatus.Unsubscribed, tracked.Status);
        Assert.All(
            api.Grains.Contact(AccountId.Main, tracked.Contact).Contact.History
                .Where(entry => entry.Actor == Contact.Itself),
            entry => Assert.Equal("page", entry.Source));
        (await api.Client.Post(
            $"/v1/contacts/{tracked.Contact}/resubscribe", """{"actor": "contact", "consent": "by mail"}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.unknown_value", "actor");
    }

    [Theory]
    [InlineData(")")]
    [InlineData(").")]
    [InlineData(".")]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("!")]
    [InlineData("'")]
    [InlineData("*")]
    [InlineData("_")]
    [InlineData("]")]
    [InlineData("%22")]
    [InlineData("%3E")]
    [InlineData("%3E.")]
    [InlineData("&gt;")]
    [InlineData("%E2%80%9D")]
    [InlineData("%C2%BB")]
    [InlineData("%E3%80%82")]
    [InlineData("%E2%80%8B")]
    [InlineData(")%20or%20write")]
    public async Task What_a_mail_program_takes_for_a_part_of_a_link_is_no_part_of_it(string more)
    {
        const string template = "https://shop.example/{{city}}";
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api, "https://shop.example/a", template);

        Assert.Equal(HttpStatusCode.Redirect, (await api.Anonymous.Get(tracked.Click(1) + more)).Status);
        var bound = await api.Anonymous.Get(tracked.Click(2, "https://shop.example/Graz") + more);
        Assert.Equal("https://shop.example/Graz", bound.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.OK, (await api.Anonymous.Get(tracked.Open() + more)).Status);
        var page = await api.Anonymous.Get(tracked.Unsubscribe() + more);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(
            $"action=\"{tracked.Token(TokenPurpose.Unsubscribe)}\"", page.Text, StringComparison.Ordinal);
        var left = await Post(api, tracked.Unsubscribe() + more, "List-Unsubscribe=One-Click");
        Assert.Equal((HttpStatusCode.OK, ContactStatus.Unsubscribed), (left.Status, tracked.Status));
    }

    private static Tracked Ann(TestApi api, params (string Name, string Value)[] attributes)
    {
        var tracked = new Tracked(api);
        api.Contacts.Describe(tracked.Contact, attributes);
        return tracked;
    }

    private static Task<Answer> Get(TestApi api, string path, string? accept) => api.Anonymous.Send(
        HttpMethod.Get, path, json: null, accept is null ? null : ("Accept-Language", accept));

    private static Task<Answer> Post(TestApi api, string path, string form, string? accept = null) =>
        api.Anonymous.Send(
            HttpMethod.Post,
            path,
            new StringContent(form, null, "application/x-www-form-urlencoded"),
            accept is null ? null : ("Accept-Language", accept));

    private static IEnumerable<string> PlacesOf(string text) =>
        Places().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Places();
}
