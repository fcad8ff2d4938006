using System.Collections.Immutable;
using System.Net;
using OrleansCampaigns.Api.Tests.Fakes;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Tests.Contacts;

public sealed class ContactTests
{
    [Fact]
    public async Task A_new_contact_is_found_by_its_identifier_and_its_address()
    {
        await using var api = await TestApi.Start();

        var made = await api.Client.Post(
            "/v1/contacts", """{"address":"ann+x@example.com","name":"Ann","attributes":{"city":"Graz"}}""");
        var found = await api.Client.Get("/v1/contacts/by-address?address=ann%2Bx@example.com");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal($"/v1/contacts/{made["id"]}", made.Headers.Location?.ToString());
        Assert.Equal(made.Text, (await api.Client.Get($"/v1/contacts/{made["id"]}")).Text);
        Assert.Equal(made.Text, found.Text);
        Assert.Equal(("New", "New", "New"), (made["status"], made["statusName"], made["systemValue"]));
    }

    [Fact]
    public async Task A_contact_carries_the_names_that_people_and_exports_see()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com", status: ContactStatus.MailboxFull);
        api.Contacts.Add(contact with { LastStatus = Outcome.SoftBounced, LastStatusAt = api.Clock.GetUtcNow() });

        var answer = await api.Client.Get($"/v1/contacts/{contact.Id}");

        Assert.Equal(
            ("MailboxFull", "Mailbox full", "Soft bounced"), (
                answer["status"], answer["statusName"], answer["systemValue"]));
        Assert.Equal(("SoftBounced", "Email Sender: Soft Bounced"), (answer["lastStatus"], answer["lastStatusName"]));
    }

    [Theory]
    [InlineData("""{}""", "field.required", "address")]
    [InlineData("""{"address":"nobody"}""", "contact.address", "address")]
    [InlineData("""{"address":"a@example.com\nBcc: b@example.com"}""", "field.control_characters", "address")]
    [InlineData("""{"address":"a@example.com","name":"A\r\nBcc: b@example.com"}""", "field.control_characters", "name")]
    [InlineData("""{"address":"a@example.com","name":"A\u2028B"}""", "field.control_characters", "name")]
    [InlineData("""{"address":"a@example.com","attributes":{"":"x"}}""", "field.attribute_name", "attributes")]
    [InlineData("""{"address":"a@example.com","attributes":{"a\nb":"x"}}""", "field.attribute_name", "attributes")]
    [InlineData("""{"address":"a@example.com","attributes":{"city":null}}""", "field.required", "attributes.city")]
    [InlineData(
        """{"address":"a@example.com","attributes":{"city":"\u0000"}}""",
        "field.control_characters", "attributes.city")]
    [InlineData("""{"address":"a@example.com","attributes":{"city":7}}""", "request.wrong_type", "attributes.city")]
    public async Task A_contact_that_breaks_a_rule_is_not_made(string json, string code, string field)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/contacts", json)).AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Empty(api.Contacts.Rows);
    }

    [Fact]
    public async Task What_is_too_long_is_refused()
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/contacts", $$"""{"address":"a@example.com","name":"{{new string('x', 201)}}"}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.too_long", "name");
        var attributes = string.Join(",", Enumerable.Range(0, 101).Select(i => $"\"a{i}\":\"\""));
        (await api.Client.Post("/v1/contacts", $$"""{"address":"a@example.com","attributes":{ {{attributes}} } }"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.too_many", "attributes");
    }

    [Fact]
    public async Task A_contact_is_made_once()
    {
        await using var api = await TestApi.Start();
        api.Contacts.Add("ann@example.com");

        (await api.Client.Post("/v1/contacts", """{"address":"ann@EXAMPLE.com"}"""))
            .AssertProblem(HttpStatusCode.Conflict, "contact.exists");
    }

    [Fact]
    public async Task A_change_touches_what_it_names_and_removes_what_is_null()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com", "Ann");
        api.Contacts.Add(contact with
        {
            Attributes = ImmutableDictionary<string, string>.Empty.Add("city", "Graz").Add("age", "7"),
        });

        var changed = await api.Client.Patch(
            $"/v1/contacts/{contact.Id}", """{"attributes":{"city":null,"colour":"red"}}""");

        Assert.Equal("Ann", changed["name"]);
        Assert.Equal(
            [("age", "7"), ("colour", "red")],
            changed.Json["attributes"]!.AsObject().Select(pair => (pair.Key, (string)pair.Value!)).Order());
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("GET", "/state")]
    [InlineData("GET", "/history")]
    [InlineData("POST", "/unsubscribe")]
    [InlineData("POST", "/resubscribe")]
    [InlineData("POST", "/reinstate")]
    public async Task An_unknown_contact_is_not_found_and_does_not_come_to_be(string method, string path)
    {
        await using var api = await TestApi.Start();
        var unknown = FakeContacts.IdOf(AccountId.Main, "nobody@example.com");
        var body = (method, path) switch
        {
            ("PATCH", _) => "{}",
            ("POST", "/resubscribe") => """{"actor":"Eve","consent":"By telephone."}""",
            ("POST", _) => """{"actor":"Eve","reason":"Because."}""",
            _ => null,
        };

        foreach (var id in new[] { unknown.Value, "con_nothing" })
        {
            (await api.Client.Send(new HttpMethod(method), $"/v1/contacts/{id}{path}", body))
                .AssertProblem(HttpStatusCode.NotFound, "contact.unknown");
        }

        Assert.Empty(api.Grains.Keys);
    }

    [Fact]
    public async Task An_operator_unsubscribes_and_a_recorded_consent_undoes_it()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");

        var out1 = await api.Client.Post(
            $"/v1/contacts/{contact.Id}/unsubscribe", """{"actor":"Eve","reason":"Asked by telephone."}""");
        var back = await api.Client.Post(
            $"/v1/contacts/{contact.Id}/resubscribe", """{"actor":"Eve","consent":"Signed form of 1 January."}""");
        var history = await api.Client.Get($"/v1/contacts/{contact.Id}/history");

        Assert.Equal(("UnsubscribedByUs", "Unsubscribed by us"), (out1["status"], out1["statusName"]));
        Assert.Equal("New", back["status"]);
        Assert.Equal(
            [("Eve", "Asked by telephone."), ("Eve", "Signed form of 1 January.")],
            history.Items.Select(entry => ((string?)entry["actor"], (string?)entry["reason"])));
    }

    [Fact]
    public async Task What_the_status_does_not_allow_is_a_conflict()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");

        (await api.Client.Post($"/v1/contacts/{contact.Id}/reinstate", """{"actor":"Eve","reason":"Asked."}"""))
            .AssertProblem(HttpStatusCode.Conflict, "contact.status");
    }

    [Theory]
    [InlineData("unsubscribe", """{"reason":"Asked."}""", "field.required", "actor")]
    [InlineData("unsubscribe", """{"actor":"Eve"}""", "field.required", "reason")]
    [InlineData("unsubscribe", """{"actor":"Eve","reason":"  "}""", "field.required", "reason")]
    [InlineData("unsubscribe", """{"actor":"Eve","reason":"a\nb"}""", "field.control_characters", "reason")]
    [InlineData("resubscribe", """{"actor":"Eve","reason":"Asked."}""", "request.unknown_field", "reason")]
    [InlineData("resubscribe", """{"actor":"Eve"}""", "field.required", "consent")]
    [InlineData("reinstate", """{"actor":"E\u0007","reason":"Asked."}""", "field.control_characters", "actor")]
    public async Task Who_decides_says_who_and_why(string command, string json, string code, string field)
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");

        (await api.Client.Post($"/v1/contacts/{contact.Id}/{command}", json))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
    }

    [Theory]
    [InlineData(ContactStatus.Active, RecipientStatus.Clicked, "Clicked")]
    [InlineData(ContactStatus.Active, RecipientStatus.None, "Active")]
    [InlineData(ContactStatus.New, RecipientStatus.None, "New")]
    [InlineData(ContactStatus.Unsubscribed, RecipientStatus.Opened, "Unsubscribed")]
    [InlineData(ContactStatus.MailboxFull, RecipientStatus.Delivered, "Soft bounced")]
    public async Task The_system_value_of_a_contact_is_the_same_wherever_it_stands(
        ContactStatus status, RecipientStatus reached, string value)
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add(
            api.Contacts.Add("ann@example.com", status: status) with { LastRecipientStatus = reached });
        api.Grains.Contact($"ct:main:{contact.Id.Value[4..]}").Contact = new Contact { Status = status };

        var path = $"/v1/contacts/{contact.Id}";
        Assert.Equal((value, value), (
            (await api.Client.Get(path))["systemValue"], (await api.Client.Get($"{path}/state"))["systemValue"]));

        var decided = status == ContactStatus.Unsubscribed
            ? await api.Client.Post($"{path}/resubscribe", """{"actor":"Eve","consent":"Asked."}""")
            : await api.Client.Post($"{path}/unsubscribe", """{"actor":"Eve","reason":"Asked."}""");
        Assert.Equal(status == ContactStatus.Unsubscribed ? "Opened" : "Unsubscribed by us", decided["systemValue"]);
    }

    [Fact]
    public async Task The_state_tells_where_each_campaign_stands()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com");
        var now = api.Clock.GetUtcNow();
        var campaign = CampaignId.Create(now);
        var turn = new Turn { Campaign = campaign, QueuedAt = now, Attempt = 1 };
        var grain = api.Grains.Contact($"ct:main:{contact.Id.Value[4..]}");
        grain.Contact = new Contact().Record(
            turn,
            new AttemptReport
            {
                Outcome = Outcome.Deferred,
                Cause = Cause.Greylisted,
                Reply = new SmtpReply(451, "4.7.1", "Later"),
            },
            new DeliveryRules(),
            jitterSeed: 1,
            now);

        var state = await api.Client.Get($"/v1/contacts/{contact.Id}/state");
        var history = await api.Client.Get($"/v1/contacts/{contact.Id}/history");

        var delivery = Assert.Single(state.Json["deliveries"]!.AsArray())!;
        Assert.Equal(campaign.Value, (string?)delivery["campaignId"]);
        Assert.Equal(("Deferred", "greylisted"), ((string?)delivery["outcome"], (string?)delivery["cause"]));
        Assert.Equal((451, "4.7.1"), ((int)delivery["reply"]!["code"]!, (string?)delivery["reply"]!["enhancedCode"]));
        Assert.NotNull((string?)delivery["nextAttemptAt"]);
        Assert.Equal(["Queued", "Attempt"], history.Items.Select(entry => (string?)entry["kind"]));
    }
}
