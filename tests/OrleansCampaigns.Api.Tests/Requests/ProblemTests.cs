using System.Net;
using System.Text;
using Orleans.Runtime;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Requests;

public sealed class ProblemTests
{
    [Theory]
    [InlineData(RefusalKind.Invalid, HttpStatusCode.UnprocessableEntity)]
    [InlineData(RefusalKind.NotFound, HttpStatusCode.NotFound)]
    [InlineData(RefusalKind.Conflict, HttpStatusCode.Conflict)]
    [InlineData(RefusalKind.Throttled, HttpStatusCode.TooManyRequests)]
    [InlineData(RefusalKind.PaymentRequired, HttpStatusCode.PaymentRequired)]
    public async Task Every_kind_of_refusal_has_its_status(RefusalKind kind, HttpStatusCode status)
    {
        await using var api = await TestApi.Start();
        var id = CampaignId.Create(api.Clock.GetUtcNow());
        api.Grains.Campaign($"cp:{id.Value[4..]}").Refused = new Refusal(
            kind, "some.code", "Some detail.", "someField");

        (await api.Client.Post($"/v1/campaigns/{id}/start")).AssertProblem(status, "some.code", "someField");
    }

    [Fact]
    public void No_kind_of_refusal_is_forgotten() =>
        Assert.All(Enum.GetValues<RefusalKind>(), kind => Problems.From(new Refusal(kind, "code", "Detail.")));

    [Fact]
    public async Task A_method_that_a_path_does_not_take_is_refused_with_those_it_takes()
    {
        await using var api = await TestApi.Start();

        using var response = await api.Client.DeleteAsync(new Uri("/v1/lists", UriKind.Relative));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Contains("GET", response.Content.Headers.Allow);
        (await api.Client.Delete("/v1/lists")).AssertProblem(HttpStatusCode.MethodNotAllowed, "request.method");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_media_type_is_refused(string contentType)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Upload("/v1/lists", """{"name":"a"}""", contentType))
            .AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
    }

    [Fact]
    public async Task A_packed_body_is_refused()
    {
        await using var api = await TestApi.Start();
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");

        (await api.Client.Send(HttpMethod.Post, "/v1/lists", content))
            .AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var api = await TestApi.Start();
        var json = $$"""{"name":"{{new string('a', 16 * 1024 * 1024)}}"}""";

        foreach (var key in new[] { null, "order-1" })
        {
            // A client that waits for "100 Continue" reads the refusal instead of a connection cut while it still
            // sends.
            var answer = await api.Client.Send(
                HttpMethod.Post, "/v1/lists", json, ("Expect", "100-continue"), key is null
                    ? null
                    : ("Idempotency-Key", key));
            answer.AssertProblem(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        }
    }

    [Theory]
    [InlineData("", "request.malformed_json", HttpStatusCode.BadRequest, null)]
    [InlineData("{", "request.malformed_json", HttpStatusCode.BadRequest, null)]
    [InlineData("""{"name":"a"} x""", "request.malformed_json", HttpStatusCode.BadRequest, null)]
    [InlineData("null", "request.wrong_type", HttpStatusCode.UnprocessableEntity, null)]
    [InlineData("[]", "request.wrong_type", HttpStatusCode.UnprocessableEntity, null)]
    [InlineData("""{"name":7}""", "request.wrong_type", HttpStatusCode.UnprocessableEntity, "name")]
    [InlineData("""{"name":"\ud800"}""", "request.wrong_type", HttpStatusCode.UnprocessableEntity, "name")]
    [InlineData("""{"nam":"a"}""", "request.unknown_field", HttpStatusCode.UnprocessableEntity, "nam")]
    [InlineData("""{"Name":"a"}""", "request.unknown_field", HttpStatusCode.UnprocessableEntity, "Name")]
    [InlineData("""{"name":"a","x.y":1}""", "request.unknown_field", HttpStatusCode.UnprocessableEntity, "['x.y']")]
    [InlineData("""{"name":"a","name":"b"}""", "request.repeated_field", HttpStatusCode.UnprocessableEntity, "name")]
    public async Task A_body_that_breaks_a_rule_of_JSON_is_refused(
        string json, string code, HttpStatusCode status, string? field)
    {
        await using var api = await TestApi.Start();

        var answer = await api.Client.Post("/v1/lists", json);

        Assert.Equal((code, status), (answer.Code, answer.Status));
        if (code != "request.malformed_json")
        {
            answer.AssertProblem(status, code, field);
        }
    }

    [Theory]
    [InlineData("""{"name":"a","audience":{"listIds":[3]}}""", "request.wrong_type", "audience.listIds[0]")]
    [InlineData("""{"name":"a","audience":{"lists":["x"]}}""", "request.unknown_field", "audience.lists")]
    [InlineData(
        """{"name":"a","audience":{"recipients":[{"mail":"x"}]}}""",
        "request.unknown_field", "audience.recipients[0].mail")]
    [InlineData(
        """{"name":"a","content":{"attachments":[{"content":"%%%"}]}}""",
        "request.wrong_type", "content.attachments[0].content")]
    [InlineData(
        """{"name":"a","content":{"fallbacks":{"a":"1","a":"2"}}}""", "request.repeated_field", "content.fallbacks.a")]
    public async Task A_field_deep_in_a_body_is_named_with_its_path(string json, string code, string field)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/campaigns", json)).AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
    }

    [Fact]
    public async Task A_byte_order_mark_does_no_harm()
    {
        await using var api = await TestApi.Start();

        Assert.Equal(HttpStatusCode.Created, (await api.Client.Post("/v1/lists", "\uFEFF{\"name\":\"a\"}")).Status);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        await using var api = await TestApi.Start();

        var answer = await api.Client.Post(
            "/v1/campaigns",
            """
            {"name":" ","sender":{"address":"nobody"},"timeZone":"Mars/Olympus",
             "content":{"subject":"a\r\nBcc: x@example.com"}}
            """);

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, answer.Code!, answer.Field);
        Assert.Equal(
            ["content.subject", "name", "sender.address", "timeZone"],
            answer.Json["problems"]!.AsArray().Select(problem => (string?)problem!["field"]).Order());
    }

    [Fact]
    public async Task A_bug_tells_nothing_of_itself()
    {
        await using var api = await TestApi.Start();
        api.Contacts.Failure = new InvalidOperationException("SELECT * FROM contacts WHERE address = 'a@example.com'");

        var answer = await api.Client.Get("/v1/contacts");

        answer.AssertProblem(HttpStatusCode.InternalServerError, "internal");
        Assert.DoesNotContain("SELECT", answer.Text, StringComparison.Ordinal);
        var line = Assert.Single(
            api.Log.Lines, line => line.Contains("InvalidOperationException", StringComparison.Ordinal));
        Assert.Contains(answer["traceId"]!, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_worth_another_try()
    {
        await using var api = await TestApi.Start();
        api.Contacts.Failure = new TimeoutException("Response did not arrive on time.");

        var answer = await api.Client.Get("/v1/contacts");

        answer.AssertProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Nothing_is_cached_on_the_way()
    {
        await using var api = await TestApi.Start();

        Assert.True((await api.Client.Get("/v1/lists")).Headers.CacheControl?.NoStore);
        Assert.True((await api.Client.Get("/v1/nothing")).Headers.CacheControl?.NoStore);
    }
}
