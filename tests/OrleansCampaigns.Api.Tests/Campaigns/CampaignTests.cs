using System.Net;
using System.Text.Json.Nodes;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Tests.Campaigns;

public sealed class CampaignTests
{
    [Fact]
    public async Task Everything_that_an_author_decides_is_kept()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        var made = await api.Client.Post("/v1/campaigns", $$$"""
            {
              "name": "Spring",
              "sender": {"address": "news@example.com", "name": "News", "replyTo": "office@example.com"},
              "content": {
                "subject": "Hello {{first_name}}", "html": "<p>{{city}}</p>\n", "text": "{{city}}",
                "fallbacks": {"city": "your city"},
                "attachments": [{"fileName": "a.pdf", "contentType": "application/pdf", "content": "aGVsbG8="}]
              },
              "audience": {"listIds": ["{{{list.Id}}}"], "filter": {"statuses": ["New"]}, "under": "account"},
              "relay": "second", "inDoubt": "Resend", "timeZone": "Europe/Vienna"
            }
            """);

        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        Assert.Equal($"/v1/campaigns/{made["id"]}", made.Headers.Location?.ToString());
        Assert.Equal(made.Text, (await api.Client.Get($"/v1/campaigns/{made["id"]}")).Text);
        Assert.Equal("Draft", made["status"]);
        Assert.Equal(5, (int)made.Json["content"]!["attachments"]![0]!["bytes"]!);
        var definition = Definition(api, made);
        Assert.Equal(new Sender("news@example.com", "News", "office@example.com"), definition.Sender);
        Assert.Equal(
            ("Hello {{first_name}}", "<p>{{city}}</p>\n"), (definition.Content.Subject, definition.Content.Html));
        Assert.Equal("hello"u8, definition.Content.Attachments[0].Content);
        Assert.Equal([list.Id], definition.Audience.ListIds);
        Assert.Equal([ContactStatus.New], definition.Audience.Filter!.Statuses);
        Assert.Equal(("second", InDoubtPolicy.Resend, "Europe/Vienna"), (
            definition.Relay, definition.InDoubt, definition.TimeZone));
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData(""","trackOpens":false""", false, true)]
    [InlineData(""","trackClicks":false""", true, false)]
    [InlineData(""","trackOpens":false,"trackClicks":false""", false, false)]
    [InlineData(""","trackOpens":null,"trackClicks":true""", true, true)]
    public async Task What_is_tracked_is_kept_and_shown(string json, bool opens, bool clicks)
    {
        await using var api = await TestApi.Start();

        var made = await api.Client.Post("/v1/campaigns", $$"""{"name":"Spring"{{json}}}""");
        var (definition, shown) = (Definition(api, made), await api.Client.Get($"/v1/campaigns/{made["id"]}"));

        Assert.Equal((opens, clicks), (definition.TrackOpens, definition.TrackClicks));
        Assert.Equal((opens, clicks), ((bool)shown.Json["trackOpens"]!, (bool)shown.Json["trackClicks"]!));

        // A change tells the whole definition: what is absent is tracked again.
        await api.Client.Put($"/v1/campaigns/{made["id"]}", """{"name":"Spring"}""");
        Assert.Equal((true, true), (Definition(api, made).TrackOpens, Definition(api, made).TrackClicks));
    }

    [Fact]
    public async Task A_draft_may_be_incomplete()
    {
        await using var api = await TestApi.Start();

        var made = await api.Client.Post("/v1/campaigns", """{"name":"Spring"}""");

        Assert.Equal((HttpStatusCode.Created, "UTC", "AssumeSent"), (made.Status, made["timeZone"], made["inDoubt"]));
    }

    [Theory]
    [InlineData("""{}""", "field.required", "name")]
    [InlineData("""{"name":"a","sender":{"address":"nobody"}}""", "field.address", "sender.address")]
    [InlineData("""{"name":"a","sender":{"name":"x"}}""", "field.required", "sender.address")]
    [InlineData(
        """{"name":"a","sender":{"address":"a@example.com","name":"x\r\nBcc: b@example.com"}}""",
        "field.control_characters", "sender.name")]
    [InlineData(
        """{"name":"a","sender":{"address":"a@example.com","replyTo":"nobody"}}""", "field.address", "sender.replyTo")]
    [InlineData(
        """{"name":"a","content":{"subject":"x\r\nBcc: b@example.com"}}""",
        "field.control_characters", "content.subject")]
    [InlineData("""{"name":"a","content":{"html":"\u0000"}}""", "field.control_characters", "content.html")]
    [InlineData("""{"name":"a","content":{"fallbacks":{"city":null}}}""", "field.required", "content.fallbacks.city")]
    [InlineData(
        """{"name":"a","content":{"attachments":[null]}}""", "field.required", "content.attachments[0].fileName")]
    [InlineData(
        """{"name":"a","content":{"attachments":[{"fileName":"../a","content":""}]}}""",
        "field.format", "content.attachments[0].fileName")]
    [InlineData(
        """{"name":"a","content":{"attachments":[{"fileName":"a","contentType":"pdf","content":""}]}}""",
        "field.format", "content.attachments[0].contentType")]
    [InlineData(
        """{"name":"a","content":{"attachments":[{"fileName":"a"}]}}""",
        "field.required", "content.attachments[0].content")]
    [InlineData("""{"name":"a","inDoubt":"Forget"}""", "field.unknown_value", "inDoubt")]
    [InlineData("""{"name":"a","inDoubt":"0"}""", "field.unknown_value", "inDoubt")]
    [InlineData("""{"name":"a","timeZone":"W. Europe Standard Time"}""", "field.unknown_value", "timeZone")]
    [InlineData("""{"name":"a","timeZone":"../../etc/passwd"}""", "field.unknown_value", "timeZone")]
    [InlineData(
        """{"name":"a","audience":{"listIds":["lst_9"]}}""", "campaign.audience.unknown_list", "audience.listIds[0]")]
    [InlineData("""{"name":"a","audience":{"listIds":[null]}}""", "field.required", "audience.listIds[0]")]
    [InlineData(
        """{"name":"a","audience":{"filter":{"listId":"lst_9"},"under":"account"}}""",
        "campaign.audience.unknown_list", "audience.filter.listId")]
    [InlineData(
        """{"name":"a","audience":{"filter":{"statuses":["Odd"]}}}""",
        "field.unknown_value", "audience.filter.statuses")]
    [InlineData(
        """{"name":"a","audience":{"viewId":"viw_9","under":"account"}}""",
        "campaign.audience.unknown_view", "audience.viewId")]
    [InlineData("""{"name":"a","audience":{"filter":{}}}""", "field.required", "audience.under")]
    [InlineData(
        """{"name":"a","audience":{"filter":{},"under":"lst_9"}}""",
        "campaign.audience.unknown_list", "audience.under")]
    [InlineData(
        """{"name":"a","audience":{"under":"account"}}""",
        "campaign.audience.under_without_filter", "audience.under")]
    [InlineData(
        """{"name":"a","audience":{"viewId":"viw_9","filter":{}}}""", "filter.view_and_filter", "audience.viewId")]
    [InlineData("""{"name":"a","audience":{"recipients":[{}]}}""", "field.required", "audience.recipients[0].address")]
    public async Task A_campaign_that_breaks_a_rule_is_not_made(string json, string code, string field)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/campaigns", json)).AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Empty(api.Grains.Keys);
        Assert.Empty(api.Lists.Lists);
    }

    [Fact]
    public async Task Attachments_have_a_limit_together()
    {
        await using var api = await TestApi.Start();
        var half = Convert.ToBase64String(new byte[(5 * 1024 * 1024) + 1]);

        var answer = await api.Client.Post(
            "/v1/campaigns",
            $$$"""
            {"name":"a","content":{"attachments":[
              {"fileName":"a","content":"{{{half}}}"},{"fileName":"b","content":"{{{half}}}"}]}}
            """);

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, "field.too_long", "content.attachments");
    }

    [Fact]
    public async Task A_view_becomes_its_filter()
    {
        await using var api = await TestApi.Start();
        var view = api.Lists.AddView("new ones", new ContactFilter { Statuses = [ContactStatus.New] });

        var made = await api.Client.Post("/v1/campaigns", $$$"""{"name":"a","audience":{"viewId":"{{{view.Id}}}","under":"account"}}""");

        Assert.Equal([ContactStatus.New], Definition(api, made).Audience.Filter!.Statuses);
        Assert.Equal("New", (string?)made.Json["audience"]!["filter"]!["statuses"]![0]);
    }

    [Fact]
    public async Task Recipients_become_the_members_of_a_hidden_list()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        var made = await api.Client.Post(
            "/v1/campaigns",
            $$$"""
            {"name":"a","audience":{"listIds":["{{{list.Id}}}"],
             "recipients":[{"address":"a@example.com","name":"A"},{"address":"oops"}]}}
            """);

        var ids = Definition(api, made).Audience.ListIds;
        Assert.Equal(list.Id, ids[0]);
        var hidden = Assert.Single(api.Lists.Lists, known => known.List.Id == ids[1]).List;
        Assert.Equal((true, 2), (hidden.IsHidden, hidden.Members));
    }

    [Fact]
    public async Task What_is_read_can_be_written_back()
    {
        await using var api = await TestApi.Start();
        var made = await api.Client.Post(
            "/v1/campaigns",
            """
            {"name":"a","sender":{"address":"a@example.com"},
             "content":{"attachments":[{"fileName":"a.txt","contentType":"text/plain","content":"aGVsbG8="}]},
             "audience":{"recipients":[{"address":"a@example.com"}]}}
            """);
        var before = Definition(api, made);

        var body = made.Json.AsObject();
        var file = body["content"]!["attachments"]![0]!.AsObject();
        file.Remove("bytes");
        var fields = new[] { "name", "sender", "content", "audience", "relay", "inDoubt", "timeZone" };
        var request = new JsonObject(fields.Select(field => KeyValuePair.Create(field, body[field]?.DeepClone())));
        var changed = await api.Client.Put($"/v1/campaigns/{made["id"]}", request.ToJsonString());

        Assert.True(changed.Status == HttpStatusCode.OK, changed.Text);
        var after = Definition(api, made);
        Assert.Equal(before.Audience.ListIds, after.Audience.ListIds);
        Assert.Equal("hello"u8, after.Content.Attachments[0].Content);
        Assert.Equal(before.Sender, after.Sender);
    }

    [Fact]
    public async Task A_hidden_list_is_taken_back_when_the_campaign_is_refused()
    {
        await using var api = await TestApi.Start();
        var made = await api.Client.Post("/v1/campaigns", """{"name":"a"}""");
        await api.Client.Post($"/v1/campaigns/{made["id"]}/start");

        var changed = await api.Client.Put(
            $"/v1/campaigns/{made["id"]}", """{"name":"b","audience":{"recipients":[{"address":"a@example.com"}]}}""");

        changed.AssertProblem(HttpStatusCode.Conflict, "campaign.not_draft");
        Assert.Empty(api.Lists.Lists);
    }

    [Fact]
    public async Task A_hidden_list_is_taken_back_when_its_members_are_refused()
    {
        await using var api = await TestApi.Start();
        api.Lists.MembersRefused = Refusal.Invalid("contact.name", "No.", "contacts[0].name");

        var made = await api.Client.Post(
            "/v1/campaigns", """{"name":"b","audience":{"recipients":[{"address":"a@example.com"}]}}""");

        made.AssertProblem(HttpStatusCode.UnprocessableEntity, "contact.name", "contacts[0].name");
        Assert.Empty(api.Lists.Lists);
    }

    [Fact]
    public async Task Campaigns_are_listed_by_status()
    {
        await using var api = await TestApi.Start();
        foreach (var status in new[] { CampaignStatus.Draft, CampaignStatus.Running })
        {
            var id = CampaignId.Create(api.Clock.GetUtcNow());
            api.Campaigns.Campaigns.Add(new(id, "a", status, api.Clock.GetUtcNow(), null, null));
        }

        var running = await api.Client.Get("/v1/campaigns?status=Running");

        Assert.Equal("Running", (string?)Assert.Single(running.Items)["status"]);
        Assert.Equal(2, (await api.Client.Get("/v1/campaigns")).Items.Count());
        (await api.Client.Get("/v1/campaigns?status=Walking"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.unknown_value", "status");
    }

    private static CampaignDefinition Definition(TestApi api, Answer made) =>
        api.Grains.Campaign($"cp:{made["id"]![4..]}").Campaign.Definition;
}
