using System.Globalization;
using System.Net;
using OrleansCampaigns.Api.Tests.Campaigns;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Tests.Contacts;

public sealed class ContactFilterTests
{
    [Fact]
    public async Task Every_condition_of_a_query_string_reaches_the_directory()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        var answer = await api.Client.Get(
            $"/v1/contacts?status=New&status=Mailbox%20full&lastStatus=SoftBounced&listId={list.Id}"
            + "&attribute.city=Graz&attribute.a.b=1&text=ann");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var asked = api.Contacts.Asked!;
        Assert.Equal([ContactStatus.New, ContactStatus.MailboxFull], asked.Statuses);
        Assert.Equal([Outcome.SoftBounced], asked.LastStatuses);
        Assert.Equal(list.Id, asked.ListId);
        Assert.Equal([("a.b", "1"), ("city", "Graz")], asked.Attributes.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal("ann", asked.Text);
    }

    [Fact]
    public async Task A_filter_by_campaign_and_time_reaches_the_directory_from_everywhere()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Finished);
        var campaign = path.Split('/')[^1];
        var query = $"campaign={campaign}&recipientStatus=opened&recipientStatus=Clicked"
            + "&statusFrom=2030-01-01T00:00:00Z&statusBefore=2030-02-01T00:00:00%2B01:00"
            + "&lastStatusFrom=2030-03-01T00:00:00.5Z&lastStatusBefore=2030-04-01T00:00:00-05:00";
        var json =
            $$"""
            {"campaign":"{{campaign}}","recipientStatuses":["Opened","clicked"],
             "statusFrom":"2030-01-01T00:00:00Z","statusBefore":"2030-02-01T00:00:00+01:00",
             "lastStatusFrom":"2030-03-01T00:00:00.5Z","lastStatusBefore":"2030-04-01T00:00:00-05:00"}
            """;

        await api.Client.Get($"/v1/contacts?{query}");
        AssertAsked();
        await api.Client.Get($"/v1/contacts/export?{query}");
        AssertAsked();
        await api.Client.Post("/v1/contacts/query", json);
        AssertAsked();
        var view = await api.Client.Post("/v1/views", "{\"name\":\"v\",\"filter\":" + json + "}");
        await api.Client.Get($"/v1/views/{view["id"]}/contacts");
        AssertAsked();

        // What a view shows can be given back as it is.
        await api.Client.Post("/v1/contacts/query", view.Json["filter"]!.ToJsonString());
        AssertAsked();

        void AssertAsked()
        {
            var asked = api.Contacts.TakeAsked();
            Assert.Equal(campaign, asked.Campaign!.Value.Value);
            Assert.Equal([RecipientStatus.Opened, RecipientStatus.Clicked], asked.RecipientStatuses);
            Assert.Equal(
                [
                    "2030-01-01T00:00:00.0000000+00:00", "2030-01-31T23:00:00.0000000+00:00",
                    "2030-03-01T00:00:00.5000000+00:00", "2030-04-01T05:00:00.0000000+00:00",
                ],
                new[] { asked.StatusFrom, asked.StatusBefore, asked.LastStatusFrom, asked.LastStatusBefore }.Select(
                    time => time!.Value.ToString("O", CultureInfo.InvariantCulture)));
        }
    }

    [Theory]
    [InlineData("campaign=x", "filter.unknown_campaign", "campaign")]
    [InlineData("campaign=", "filter.unknown_campaign", "campaign")]
    [InlineData("campaign=cmp_0192f5aa000070008000000000000001", "filter.unknown_campaign", "campaign")]
    [InlineData("recipientStatus=Opened", "filter.campaign_missing", "recipientStatus")]
    [InlineData("statusFrom=2030-01-01", "field.format", "statusFrom")]
    [InlineData("statusBefore=2030-01-01T00:00:00", "field.format", "statusBefore")]
    [InlineData("lastStatusFrom=yesterday", "field.format", "lastStatusFrom")]
    [InlineData("lastStatusBefore=", "field.format", "lastStatusBefore")]
    public async Task A_condition_that_finds_nobody_by_mistake_is_refused(string query, string code, string field)
    {
        await using var api = await TestApi.Start();

        foreach (var path in new[] { "/v1/contacts", "/v1/contacts/export" })
        {
            (await api.Client.Get($"{path}?{query}")).AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
        }

        Assert.Null(api.Contacts.Asked);
    }

    [Fact]
    public async Task A_campaigns_audience_by_a_campaign_that_is_not_there_is_refused()
    {
        await using var api = await TestApi.Start();
        const string filter = """{"campaign":"cmp_0192f5aa000070008000000000000001"}""";

        (await api.Client.Post("/v1/views", "{\"name\":\"v\",\"filter\":" + filter + "}"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "filter.unknown_campaign", "filter.campaign");
        (await api.Client.Post("/v1/campaigns", "{\"name\":\"c\",\"audience\":{\"under\":\"account\",\"filter\":" + filter + "}}"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "filter.unknown_campaign", "audience.filter.campaign");
    }

    [Fact]
    public async Task A_filter_in_JSON_says_the_same()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        await api.Client.Post(
            "/v1/contacts/query",
            $$"""
            {"statuses":["New","Mailbox full"],"lastStatuses":["Soft Bounced"],"listId":"{{list.Id}}",
             "attributes":{"city":"Graz"},"text":"ann"}
            """);

        var asked = api.Contacts.Asked!;
        Assert.Equal([ContactStatus.New, ContactStatus.MailboxFull], asked.Statuses);
        Assert.Equal([Outcome.SoftBounced], asked.LastStatuses);
        Assert.Equal((list.Id, "ann", "Graz"), (asked.ListId, asked.Text, asked.Attributes["city"]));
    }

    [Fact]
    public async Task Every_status_is_known_by_all_its_names()
    {
        await using var api = await TestApi.Start();

        foreach (var row in ContactStatusTable.Rows)
        {
            string[] names =
                [row.Status.ToString(), row.DisplayName, row.SystemValue, row.DisplayName.ToUpperInvariant()];
            foreach (var name in names)
            {
                await api.Client.Get($"/v1/contacts?status={Uri.EscapeDataString(name)}");
                Assert.Equal([row.Status], api.Contacts.Asked!.Statuses);
            }
        }
    }

    [Fact]
    public async Task Every_outcome_is_known_by_all_its_names()
    {
        await using var api = await TestApi.Start();

        foreach (var row in OutcomeTable.Rows)
        {
            foreach (var name in new[] { row.Outcome.ToString(), row.Name, row.DisplayName })
            {
                await api.Client.Get($"/v1/contacts?lastStatus={Uri.EscapeDataString(name)}");
                Assert.Equal([row.Outcome], api.Contacts.Asked!.LastStatuses);
            }
        }
    }

    [Theory]
    [InlineData("status=Newish", "field.unknown_value", "status")]
    [InlineData("status=0", "field.unknown_value", "status")]
    [InlineData("lastStatus=Opened", "field.unknown_value", "lastStatus")]
    [InlineData("listId=lst_unknown", "filter.unknown_list", "listId")]
    [InlineData("listId=", "field.required", "listId")]
    [InlineData("text=", "field.required", "text")]
    [InlineData("text=a%00b", "field.control_characters", "text")]
    [InlineData("attribute.city=a&attribute.city=b", "request.repeated_parameter", "attribute.city")]
    [InlineData("attribute.=a", "request.unknown_parameter", "attribute.")]
    [InlineData("satus=New", "request.unknown_parameter", "satus")]
    [InlineData("attributecity=Graz", "request.unknown_parameter", "attributecity")]
    public async Task A_condition_that_cannot_be_meant_is_refused(string query, string code, string field)
    {
        await using var api = await TestApi.Start();

        foreach (var path in new[] { "/v1/contacts", "/v1/contacts/export" })
        {
            (await api.Client.Get($"{path}?{query}")).AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
        }

        Assert.Null(api.Contacts.Asked);
    }

    [Theory]
    [InlineData("""{"statuses":["Newish"]}""", "field.unknown_value", "statuses")]
    [InlineData("""{"statuses":[null]}""", "field.unknown_value", "statuses")]
    [InlineData("""{"statuses":[]}""", "field.required", "statuses")]
    [InlineData("""{"status":["New"]}""", "request.unknown_field", "status")]
    [InlineData("""{"listId":"lst_unknown"}""", "filter.unknown_list", "listId")]
    public async Task A_filter_in_JSON_that_cannot_be_meant_is_refused(string json, string code, string field)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/contacts/query", json)).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Null(api.Contacts.Asked);
    }

    [Fact]
    public async Task A_filter_that_is_saved_finds_what_it_found()
    {
        await using var api = await TestApi.Start();
        api.Contacts.Add("new@example.com");
        var full = api.Contacts.Add("full@example.com", status: ContactStatus.MailboxFull);

        var view = await api.Client.Post("/v1/views", """{"name":"full","filter":{"statuses":["Mailbox full"]}}""");
        var found = await api.Client.Get($"/v1/views/{view["id"]}/contacts");

        Assert.Equal(HttpStatusCode.Created, view.Status);
        Assert.Equal("MailboxFull", (string?)view.Json["filter"]!["statuses"]![0]);
        Assert.Equal(full.Id.Value, (string?)Assert.Single(found.Items)["id"]);
        Assert.Equal(view.Text, (await api.Client.Get($"/v1/views/{view["id"]}")).Text);
        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.Delete($"/v1/views/{view["id"]}")).Status);
        (await api.Client.Get($"/v1/views/{view["id"]}")).AssertProblem(HttpStatusCode.NotFound, "view.unknown");
        (await api.Client.Get($"/v1/views/{view["id"]}/contacts")).AssertProblem(
            HttpStatusCode.NotFound, "view.unknown");
        (await api.Client.Delete($"/v1/views/{view["id"]}")).AssertProblem(HttpStatusCode.NotFound, "view.unknown");
    }

    [Theory]
    [InlineData("""{"filter":{}}""", HttpStatusCode.UnprocessableEntity, "field.required", "name")]
    [InlineData("""{"name":"x"}""", HttpStatusCode.UnprocessableEntity, "field.required", "filter")]
    [InlineData(
        """{"name":"x","filter":{"listId":"lst_9"}}""",
        HttpStatusCode.UnprocessableEntity, "filter.unknown_list", "filter.listId")]
    [InlineData(
        """{"name":"x","filter":{"text":""}}""", HttpStatusCode.UnprocessableEntity, "field.required", "filter.text")]
    [InlineData("""{"name":"taken","filter":{}}""", HttpStatusCode.Conflict, "view.exists", null)]
    public async Task A_view_that_breaks_a_rule_is_not_saved(
        string json, HttpStatusCode status, string code, string? field)
    {
        await using var api = await TestApi.Start();
        await api.Client.Post("/v1/views", """{"name":"taken","filter":{}}""");

        (await api.Client.Post("/v1/views", json)).AssertProblem(status, code, field);
    }
}
