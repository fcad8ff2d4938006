using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MimeKit;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;
using static OrleansCampaigns.Scenarios.OpenApi.Contract;

namespace OrleansCampaigns.Scenarios.OpenApi;

/// <summary>Every operation of the document, asked of a server: one request that succeeds, others that are refused.
/// </summary>
/// <remarks>An operation that comes to the document tomorrow fails this test until a request for it stands here.
/// </remarks>
[Trait("Speed", "slow")]
public sealed partial class ContractTests(ServedApi served) : IClassFixture<ServedApi>
{
    // Nothing about these can be refused: the pixel is shown to everybody, and a process that answers is alive. That it
    // is not ready, other tests see, which take its database away.
    private static readonly string[] NeverRefused = ["getLiveness", "getReadiness", "takeOpen", "takeOpenHead"];

    private readonly Dictionary<string, string> _known = [];

    [Fact]
    public async Task Every_operation_answers_as_the_document_says()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(served.Server.Url),
            Timeout = Eventually.Patience,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", served.Server.Key);
        var contract = new Contract(served.Document, http);
        contract.AssertExamples();

        await ListsAndContacts(contract);
        await ImportsAndSuppressions(contract);
        await Campaigns(contract);
        await Recipients(contract);
        await Feedback(contract);
        await AccountsAndKeys(contract);
        await EverythingAgainInOtherWays(contract, http);
        await Removals(contract);

        var succeeded = contract.Seen.Where(seen => seen.Status < 400).Select(seen => seen.Operation).ToHashSet();
        var refused = contract.Seen.Where(seen => seen.Status >= 400).Select(seen => seen.Operation).ToHashSet();
        Assert.Empty(contract.Operations.Except(succeeded));
        Assert.Empty(contract.Operations.Except(refused).Except(NeverRefused));
    }

    private async Task ListsAndContacts(Contract api)
    {
        _known["list"] = Id(await api.Succeed("createList", [], body: Json("""{"name": "Readers"}""")));
        await api.Refuse(HttpStatusCode.Conflict, "createList", [], body: Json("""{"name": "Readers"}"""));
        await api.Succeed("getLists", [], "?limit=1");
        await api.Succeed("getList", [_known["list"]]);
        await api.Succeed("changeList", [_known["list"]], body: Json("""{"publicName": "Letter", "hidden": false}"""));
        await api.Succeed("addListMembers", [_known["list"]], body: Json("""
            {"contacts": [{"address": "ok-ann@mail.example", "name": "Ann", "attributes": {"city": "Graz"}},
                          {"address": "missing-bob@mail.example"}, {"address": "blocked-fay@mail.example"},
                          {"address": "policy-gus@mail.example"}, {"address": "no address"}]}
            """));
        _known["contact"] = Id(await api.Succeed("createContact", [], body: Json(
            """{"address": "ok-cleo@mail.example", "attributes": {"city": "Linz"}}""")));
        await api.Refuse(
            HttpStatusCode.Conflict, "createContact", [], body: Json("""{"address": "ok-cleo@mail.example"}"""));
        await api.Succeed("getContacts", [], "?status=New&attribute[city]=Linz&statusFrom=2020-01-01T00:00:00+02:00");
        await api.Succeed("queryContacts", [], body: Json("""{"statuses": ["New"], "text": "cleo"}"""));
        await api.Succeed("findContactByAddress", [], "?address=ok-cleo@mail.example");
        await api.Succeed("getContact", [_known["contact"]]);
        await api.Succeed(
            "changeContact", [_known["contact"]], body: Json("""{"name": "Cleo", "attributes": {"city": null}}"""));
        await api.Succeed("exportContacts", [], "?bom=true&attributes=city");
        _known["view"] = Id(await api.Succeed(
            "createView", [], body: Json("""{"name": "Graz", "filter": {"attributes": {"city": "Graz"}}}""")));
        await api.Succeed("getViews", []);
        await api.Succeed("getView", [_known["view"]]);
        await api.Succeed("getViewContacts", [_known["view"]]);
        var again = await api.Succeed("changeView", [_known["view"]], body: Json(
            """{"name": "Linz", "filter": {"attributes": {"city": "Linz"}}}"""));
        Assert.Equal("Linz", (string?)again["filter"]!["attributes"]!["city"]);
        await api.Refuse(
            HttpStatusCode.NotFound, "changeView", [], "", Json("""{"name": "None", "filter": {}}"""));
    }

    private async Task ImportsAndSuppressions(Contract api)
    {
        const string csv = "address,name\r\nok-dora@mail.example,Dora\r\nok-ed@mail.example,Ed,too many\r\n";
        var import = Id(await api.Succeed("startImport", [_known["list"]], body: Text(csv, "text/csv")));
        await api.Refuse(
            HttpStatusCode.UnprocessableEntity,
            "startImport",
            [_known["list"]],
            "?delimiter=dash",
            Text(csv, "text/csv"));
        await Eventually.Holds(
            "the import ends",
            async () => (string)(await api.Succeed("getImport", [import]))["status"]! == "Finished");
        await api.Succeed("getImports", []);
        await api.Succeed("getImportErrors", [import]);
        await api.Succeed("exportImportErrors", [import]);
        await api.Succeed("startImport", [_known["list"]], "?dryRun=true", Text(csv, "text/csv"));
        await api.Succeed("addSuppressions", [], body: Json("""
            {"addresses": ["never@mail.example"], "domains": ["blocked.example"], "expiresAt": "2099-01-01T00:00:00Z"}
            """));
        await api.Succeed(
            "importSuppressions", [], "?actor=jo", Text("address\r\nalso@mail.example\r\nno address\r\n", "text/csv"));
        await api.Succeed("getSuppressions", []);
        await api.Succeed("exportSuppressions", []);
        await api.Succeed("getSuppression", ["blocked.example"]);
    }

    private async Task Campaigns(Contract api)
    {
        var draft = $$$"""
            {"name": "Spring", "sender": {"address": "news@sender.example", "name": "News"}, "inDoubt": "Resend",
             "content": {"subject": "Hello", "html": "<p>Hello <a href='https://example.com/a'>there</a></p>",
                         "attachments": [{"fileName": "a.txt", "contentType": "text/plain", "content": "YQ=="}]},
             "audience": {"listIds": ["{{{_known["list"]}}}"]}}
            """;
        var id = _known["campaign"] = Id(await api.Succeed("createCampaign", [], body: Json(draft)));
        var written = await api.Succeed("getCampaign", [id]);
        await api.Succeed("getCampaigns", [], "?status=Draft");
        await api.Succeed("changeCampaign", [id], body: Json(written.ToJsonString()));
        await api.Refuse(HttpStatusCode.PaymentRequired, "startCampaign", [id]);
        await api.Succeed("grantLicences", [], body: Json("""{"amount": 100, "reason": "first order"}"""));
        await api.Refuse(
            HttpStatusCode.Conflict, "grantLicences", [], body: Json("""{"amount": -1000, "reason": "too much"}"""));
        await api.Succeed("getLicences", []);
        await api.Succeed("validateCampaign", [id]);
        await api.Succeed("previewCampaign", [id], $"?contact={_known["contact"]}");
        const string test = """{"address": "ok-me@mail.example"}""";
        await api.Succeed("sendTestMessage", [id], body: Json(test));
        await api.Refuse(HttpStatusCode.TooManyRequests, "sendTestMessage", [id], body: Json(test));
        await api.Succeed("scheduleCampaign", [id], body: Json("""{"scheduledAt": "2099-05-01T09:00:00+02:00"}"""));
        await api.Succeed("unscheduleCampaign", [id]);
        foreach (var early in (string[])["pauseCampaign", "resumeCampaign", "retryFailedRecipients"])
        {
            await api.Refuse(HttpStatusCode.Conflict, early, [id]);
        }

        await api.Succeed("startCampaign", [id]);
        await Ended(api, id);
        await api.Succeed("retryFailedRecipients", [id]);
        await Ended(api, id);

        // One that is never done by itself: nobody answers for its recipients while it is paused.
        var slow = Id(await api.Succeed("createCampaign", [], body: Json(draft)));
        await api.Succeed("startCampaign", [slow]);
        await Eventually.Holds(
            "it runs or has ended",
            async () => (string)(await api.Succeed("getCampaign", [slow]))["status"]! is not "Starting");
        served.Sink.GoDown();
        var held = Id(await api.Succeed("createCampaign", [], body: Json(draft)));
        await api.Succeed("startCampaign", [held]);
        await Eventually.Holds(
            "it runs", async () => (string)(await api.Succeed("getCampaign", [held]))["status"]! == "Running");
        await api.Succeed("pauseCampaign", [held]);
        await api.Succeed("resumeCampaign", [held]);
        await api.Succeed("cancelCampaign", [held]);
        served.Sink.ComeUp();
        await Ended(api, slow);
        await api.Refuse(HttpStatusCode.Conflict, "cancelCampaign", [id]);
    }

    private async Task Recipients(Contract api)
    {
        var id = _known["campaign"];
        await api.Succeed("getCampaignStatistics", [id]);
        await api.Succeed("getRecipients", [id], "?outcome=Sent&fault=mailbox&inDoubt=false");
        await api.Succeed("getRecipients", [id], "?limit=500");
        await api.Succeed("exportRecipients", [id], "?excluded=false");

        var delivery = served.Sink.Deliveries().First(
            one => one.Recipient == "ok-ann@mail.example" && one.Content is not null);
        var letter = ReceivedMail.Read(delivery.Sender, delivery.Recipient, 1, delivery.Content!.Value.ToArray());
        var mime = await MimeMessage.LoadAsync(new MemoryStream(delivery.Content!.Value.ToArray()));
        var hidden = new Uri(HiddenLink().Match(mime.HtmlBody!).Value);
        foreach (var (operation, uri) in (List<(string, Uri?)>)
        [
            ("takeOpen", letter.Pixel),
            ("followLink", letter.Links.First(link => link.AbsolutePath.StartsWith("/t/c/", StringComparison.Ordinal))),
            ("followHiddenLink", hidden),
            ("showUnsubscribePage", letter.UnsubscribeUrl),
        ])
        {
            Assert.True(uri is not null, $"There is no link for {operation}.");
            var token = Uri.UnescapeDataString(uri.Segments[^1]);
            await api.Succeed(operation, [token], uri.Query);
            await api.Succeed($"{operation}Head", [token], uri.Query);
            if (!NeverRefused.Contains(operation))
            {
                await api.Refuse(HttpStatusCode.NotFound, operation, ["none"]);
                await api.Refuse(HttpStatusCode.NotFound, $"{operation}Head", ["none"]);
            }
        }

        await Eventually.Holds(
            "the click is known",
            async () => (await api.Succeed("getCampaignEngagement", [id]))["links"]!.AsArray().Count > 0);
        await api.Succeed(
            "unsubscribeByLink",
            [letter.UnsubscribeUrl!.Segments[^1]],
            body: Text("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"));
        await api.Refuse(HttpStatusCode.NotFound, "unsubscribeByLink", ["none"]);
        var contact = Id(await api.Succeed("findContactByAddress", [], "?address=ok-ann@mail.example"));
        await api.Succeed("getContactState", [contact]);
        await api.Succeed("getContactHistory", [contact], "?limit=500");
        await api.Succeed("getContactActivity", [contact]);
        await api.Succeed("getContactSubscriptions", [contact]);
        await api.Succeed(
            "resubscribeContact", [contact], body: Json("""{"actor": "Jo", "consent": "Signed up again."}"""));
        await api.Succeed("unsubscribeContact", [contact], body: Json("""{"actor": "Jo", "reason": "Asked to."}"""));
        var bob = Id(await api.Succeed("findContactByAddress", [], "?address=missing-bob@mail.example"));
        await api.Succeed("reinstateContact", [bob], body: Json("""{"actor": "Jo", "reason": "It exists."}"""));
        await api.Refuse(HttpStatusCode.UnprocessableEntity, "reinstateContact", [bob], body: Json("{}"));
    }

    private async Task Feedback(Contract api)
    {
        const string message =
            "From: a@b.example\r\nTo: c@d.example\r\nSubject: Undeliverable\r\n\r\n550 5.1.1 No such user\r\n";
        await api.Succeed("receiveFeedbackMessage", [], body: Text(message, "message/rfc822"));
        var aside = await api.Succeed("getSetAsideMessages", []);
        _known["message"] = Id(aside["items"]!.AsArray()[0]!);
        await api.Succeed("getSetAsideMessage", [_known["message"]]);
        var body = """{"RecordType": "Delivery", "MessageID": "none", "Recipient": "ok-ann@mail.example"}""";
        await api.Refuse(HttpStatusCode.Forbidden, "receiveProviderEvents", ["postmark"], "", Json(body));
        await api.Refuse(HttpStatusCode.NotFound, "receiveProviderEvents", ["pigeon"], "", Json(body));
        var proven = Json(body);
        proven.Headers.Add("X-Webhook-Secret", ServedApi.WebhookSecret);
        await api.Succeed("receiveProviderEvents", ["postmark"], body: proven);
    }

    private async Task AccountsAndKeys(Contract api)
    {
        await api.Succeed("getLiveness", []);
        await api.Succeed("getReadiness", []);
        await api.Succeed("changeAccount", [], body: Json("""{"publicName": "The Garden Club"}"""));
        await api.Succeed("getAccount", []);
        _known["key"] = Id(await api.Succeed("createApiKey", [], body: Json("""{"name": "shop", "role": "Client"}""")));
        await api.Succeed("getApiKeys", [], "?account=main");
    }

    private async Task Removals(Contract api)
    {
        await api.Succeed("removeListMember", [_known["list"], Id(
            await api.Succeed("findContactByAddress", [], "?address=ok-dora@mail.example"))], "?actor=jo&reason=asked");
        await api.Succeed("deleteSetAsideMessage", [_known["message"]]);
        await api.Succeed("removeSuppression", ["blocked.example"]);
        await api.Succeed("deleteView", [_known["view"]]);
        await api.Succeed("deleteList", [_known["list"]]);
        await api.Succeed("revokeApiKey", [_known["key"]]);
        await api.Refuse(HttpStatusCode.NotFound, "revokeApiKey", [_known["key"]]);
    }

    /// <summary>What the kind of an operation makes it refuse, without a thought of what it does.</summary>
    private static async Task EverythingAgainInOtherWays(Contract api, HttpClient http)
    {
        foreach (var operation in api.Operations.Where(operation => api.PathOf(operation).StartsWith("/v1/", default)))
        {
            var types = api.BodiesOf(operation);
            HttpContent? Body() => types.Count == 0 ? null : Text("{}", types[0] == "*/*" ? "text/plain" : types[0]);
            await api.Refuse(HttpStatusCode.UnprocessableEntity, operation, [], "?nothing=1", Body());
            if (api.NeedsKey(operation))
            {
                await api.Refuse(
                    HttpStatusCode.Unauthorized, operation, [], "", Body(), ("Authorization", "Bearer oc_wrong"));
                await api.Refuse(HttpStatusCode.NotFound, operation, [], "", Body(), ("X-Account", "nobody"));
            }

            if (types.Count > 0 && types[0] != "*/*")
            {
                await api.Refuse(HttpStatusCode.UnsupportedMediaType, operation, [], "", Text("a", "text/sgml"));
            }

            if (types.Contains("application/json"))
            {
                await api.Refuse(HttpStatusCode.BadRequest, operation, [], "", Json("{"));
            }

            if (api.IsRead(operation))
            {
                using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, api.PathOf(operation)));
                using var get = await http.GetAsync(new Uri(api.PathOf(operation), UriKind.Relative));
                Assert.True(head.StatusCode == get.StatusCode, $"{operation}: {head.StatusCode}, {get.StatusCode}");
                Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            }
        }
    }

    private static async Task Ended(Contract api, string campaign) => await Eventually.Holds(
        "the campaign ends",
        async () => (string)(await api.Succeed("getCampaign", [campaign]))["status"]!
            is "Finished" or "FinishedWithFailures" or "Cancelled");

    private static string Id(JsonNode answer) => (string)answer["id"]!;

    // No reader of a message sees it.
    [GeneratedRegex("http://[^\"'<> ]+/t/l/[^\"'<> ]+", RegexOptions.NonBacktracking)]
    private static partial Regex HiddenLink();
}
