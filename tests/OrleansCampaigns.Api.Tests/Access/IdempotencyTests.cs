using System.Net;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests.Access;

public sealed class IdempotencyTests
{
    private const string Campaign = """{"name":"Spring"}""";

    [Fact]
    public async Task The_same_request_again_gets_the_first_answer()
    {
        await using var api = await TestApi.Start();

        var first = await api.Client.Post("/v1/campaigns", Campaign, "order-1");
        var second = await api.Client.Post("/v1/campaigns", Campaign, "order-1");

        Assert.Equal(HttpStatusCode.Created, second.Status);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.ContentType, second.ContentType);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.NotNull(second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotent-Replay"));
        Assert.Equal("true", second.Headers.GetValues("Idempotent-Replay").Single());
        Assert.Single(api.Grains.Keys, key => key.StartsWith("cp:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_is_an_answer_too()
    {
        await using var api = await TestApi.Start();

        await api.Client.Post("/v1/lists", """{"name":""}""", "order-1");
        var second = await api.Client.Post("/v1/lists", """{"name":""}""", "order-1");

        second.AssertProblem(HttpStatusCode.UnprocessableEntity, "field.required", "name");
        Assert.True(second.Headers.Contains("Idempotent-Replay"));
    }

    [Theory]
    [InlineData("/v1/campaigns", """{"name":"Summer"}""")]
    [InlineData("/v1/lists", Campaign)]
    public async Task Another_request_under_the_same_key_is_refused(string path, string json)
    {
        await using var api = await TestApi.Start();
        await api.Client.Post("/v1/campaigns", Campaign, "order-1");

        var answer = await api.Client.Post(path, json, "order-1");

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, "idempotency.mismatch", "Idempotency-Key");
    }

    [Fact]
    public async Task Two_accounts_may_use_the_same_key()
    {
        await using var api = await TestApi.Start();
        await api.Access.CreateKey(new AccountId("other"), "theirs", ApiRole.Client);

        await api.Administrator.Post("/v1/lists", """{"name":"ours"}""", "order-1");
        var other = await api.Administrator.Send(
            HttpMethod.Post, "/v1/lists", """{"name":"theirs"}""", ("Idempotency-Key", "order-1"), (
                "X-Account", "other"));

        Assert.Equal(HttpStatusCode.Created, other.Status);
    }

    [Fact]
    public async Task While_the_first_is_not_answered_the_second_waits_its_turn()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        var gate = new TaskCompletionSource();
        grain.Gate = gate.Task;

        var first = api.Client.Post($"{path}/start", null, "order-1");
        await grain.Arrived.Task;
        var second = await api.Client.Post($"{path}/start", null, "order-1");
        gate.SetResult();

        second.AssertProblem(HttpStatusCode.Conflict, "idempotency.in_progress");
        Assert.Equal(HttpStatusCode.Accepted, (await first).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.Post($"{path}/start", null, "order-1")).Status);
        Assert.Equal(1, grain.Commands);
    }

    [Fact]
    public async Task A_request_that_takes_long_keeps_its_claim()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        var gate = new TaskCompletionSource();
        grain.Gate = gate.Task;

        var first = api.Client.Post($"{path}/start", null, "order-1");
        await grain.Arrived.Task;
        api.Clock.Advance(TimeSpan.FromSeconds(59));
        await Eventually.Holds("the claim is renewed within its minute", () => api.Access.Renewals > 0);
        gate.SetResult();
        Assert.Equal(HttpStatusCode.Accepted, (await first).Status);

        var renewals = api.Access.Renewals;
        api.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(renewals, api.Access.Renewals);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_file_of_the_same_length_is_another_request(bool isChunked)
    {
        await using var api = await TestApi.Start();
        var path = $"/v1/lists/{api.Lists.Add("a").Id}/imports";

        var first = await Upload(api, path, "address\na@example.com\n", isChunked);
        var other = await Upload(api, path, "address\nb@example.com\n", isChunked);
        var longer = await Upload(api, path, "address\na@example.com\nb@example.com\n", isChunked);
        var again = await Upload(api, path, "address\na@example.com\n", isChunked);

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        other.AssertProblem(HttpStatusCode.UnprocessableEntity, "idempotency.mismatch", "Idempotency-Key");
        longer.AssertProblem(HttpStatusCode.UnprocessableEntity, "idempotency.mismatch", "Idempotency-Key");
        Assert.Equal((HttpStatusCode.Accepted, first.Text), (again.Status, again.Text));
        Assert.True(again.Headers.Contains("Idempotent-Replay"));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Single(api.Importer.Imports);
    }

    [Fact]
    public async Task A_refusal_that_left_an_upload_unread_is_an_answer_too()
    {
        await using var api = await TestApi.Start();

        var first = await Upload(api, "/v1/lists/lst_nothing/imports", "address\na@example.com\n", isChunked: false);
        var again = await Upload(api, "/v1/lists/lst_nothing/imports", "address\na@example.com\n", isChunked: false);

        first.AssertProblem(HttpStatusCode.NotFound, "list.unknown");
        Assert.Equal((first.Text, true), (again.Text, again.Headers.Contains("Idempotent-Replay")));
    }

    private static Task<Answer> Upload(TestApi api, string path, string csv, bool isChunked)
    {
        HttpContent content = isChunked
            ? new PushedContent(Encoding.UTF8.GetBytes(csv))
            : new ByteArrayContent(Encoding.UTF8.GetBytes(csv));
        content.Headers.ContentType = new("text/csv");
        return api.Client.Send(HttpMethod.Post, path, content, ("Idempotency-Key", "upload-1"));
    }

    /// <summary>Content that does not say how long it is.</summary>
    private sealed class PushedContent(byte[] octets) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(octets).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    [Fact]
    public async Task A_failure_releases_the_key()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        grain.Failure = new IOException("The disk is full.");

        var failed = await api.Client.Post($"{path}/start", null, "order-1");
        grain.Failure = null;
        var again = await api.Client.Post($"{path}/start", null, "order-1");

        failed.AssertProblem(HttpStatusCode.InternalServerError, "internal");
        Assert.Equal(HttpStatusCode.Accepted, again.Status);
        Assert.False(again.Headers.Contains("Idempotent-Replay"));
    }

    [Fact]
    public async Task A_grant_that_was_made_and_not_answered_counts_once()
    {
        const string Order = """{"amount":2000,"reason":"Order 7"}""";
        await using var api = await TestApi.Start();
        api.Grains.Account("ac:main").LosesAnswer = true;

        var lost = await api.Administrator.Post("/v1/licences/grants", Order, "order-1");
        var again = await api.Administrator.Post("/v1/licences/grants", Order, "order-1");

        Assert.InRange((int)lost.Status, 500, 599);
        Assert.Equal((HttpStatusCode.OK, "2000"), (again.Status, again["balance"]));
        Assert.Equal(2_000, api.Grains.Account("ac:main").Ledger.Balance);
    }

    [Fact]
    public async Task A_start_that_was_made_and_not_answered_is_no_refusal_when_it_is_asked_for_again()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        grain.LosesAnswer = true;

        var lost = await api.Client.Post($"{path}/start", null, "order-1");
        var again = await api.Client.Post($"{path}/start", null, "order-1");

        Assert.InRange((int)lost.Status, 500, 599);
        Assert.Equal(HttpStatusCode.Accepted, again.Status);
        Assert.Equal(HttpStatusCode.Conflict, (await api.Client.Post($"{path}/start", null, "order-2")).Status);
    }

    [Fact]
    public async Task A_campaign_that_was_named_and_not_answered_is_made_once()
    {
        await using var api = await TestApi.Start();
        api.Grains.Account("ac:main").LosesAnswer = true;

        var lost = await api.Client.Post("/v1/campaigns", Campaign, "order-1");
        api.Grains.Account("ac:main").LosesAnswer = false;
        var again = await api.Client.Post("/v1/campaigns", Campaign, "order-1");

        Assert.InRange((int)lost.Status, 500, 599);
        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Single(api.Grains.Keys, key => key.StartsWith("cp:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_much_at_once_releases_the_key()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        grain.Refused = new Refusal(RefusalKind.Throttled, "campaign.throttled", "Too many at once.");

        (await api.Client.Post($"{path}/start", null, "order-1")).AssertProblem(
            HttpStatusCode.TooManyRequests, "campaign.throttled");
        grain.Refused = null;

        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.Post($"{path}/start", null, "order-1")).Status);
    }

    [Fact]
    public async Task A_caller_that_goes_away_finds_the_answer_when_it_asks_again()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        var gate = new TaskCompletionSource();
        grain.Gate = gate.Task;
        using var impatient = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/start");
        request.Headers.Add("Idempotency-Key", "order-1");

        var first = api.Client.SendAsync(request, impatient.Token);
        await grain.Arrived.Task;
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        // The first request ends at its own pace; until then the key is in progress.
        Answer answer;
        do
        {
            answer = await api.Client.Post($"{path}/start", null, "order-1");
        }
        while (answer.Status == HttpStatusCode.Conflict && answer.Code == "idempotency.in_progress");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(1, grain.Commands);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_kept_is_given_all_the_same_and_done_once()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = await Draft(api);
        api.Access.KeepingFails = true;

        var first = await api.Client.Post($"{path}/start", null, "order-1");
        var second = await api.Client.Post($"{path}/start", null, "order-1");

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        second.AssertProblem(HttpStatusCode.Conflict, "idempotency.in_progress");
        Assert.Equal(1, grain.Commands);
    }

    [Theory]
    [InlineData("with blank")]
    [InlineData("käse")]
    public async Task A_key_of_other_characters_is_refused(string key)
    {
        await using var api = await TestApi.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/lists")
        {
            Content = new StringContent("""{"name":"a"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = api.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = api.Client.DefaultRequestHeaders.Authorization;

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("idempotency.key", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        await using var api = await TestApi.Start();

        var longest = await api.Client.Post("/v1/lists", """{"name":"a"}""", new string('k', 255));
        var tooLong = await api.Client.Post("/v1/lists", """{"name":"b"}""", new string('k', 256));

        Assert.Equal(HttpStatusCode.Created, longest.Status);
        tooLong.AssertProblem(HttpStatusCode.UnprocessableEntity, "idempotency.key", "Idempotency-Key");
    }

    [Fact]
    public async Task A_secret_is_never_kept()
    {
        await using var api = await TestApi.Start();

        var answer = await api.Administrator.Post("/v1/api-keys", """{"name":"shop"}""", "order-1");

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, "idempotency.not_here", "Idempotency-Key");
        Assert.Empty(api.Access.Kept);
    }

    [Fact]
    public async Task A_question_is_asked_anew()
    {
        await using var api = await TestApi.Start();
        await api.Client.Post("/v1/contacts/query", "{}", "order-1");
        api.Contacts.Add("new@example.com");

        var again = await api.Client.Post("/v1/contacts/query", "{}", "order-1");

        Assert.Single(again.Items);
        Assert.Empty(api.Access.Kept);
    }

    [Fact]
    public async Task An_upload_is_told_by_its_length()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        async Task<Answer> Upload(string csv) => await api.Client.Send(
            HttpMethod.Post, $"/v1/lists/{list.Id}/imports", new StringContent(csv, Encoding.UTF8, "text/csv"), (
                "Idempotency-Key", "order-1"));

        var first = await Upload("address\na@example.com\n");
        var second = await Upload("address\na@example.com\n");
        var other = await Upload("address\nlonger@example.com\n");

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal("/v1/imports/imp_1", second.Headers.Location?.ToString());
        other.AssertProblem(HttpStatusCode.UnprocessableEntity, "idempotency.mismatch", "Idempotency-Key");
        Assert.Single(api.Importer.Imports);
    }

    private static async Task<(string Path, Fakes.FakeCampaignGrain Grain)> Draft(TestApi api)
    {
        var id = CampaignId.Create(api.Clock.GetUtcNow());
        var grain = api.Grains.Campaign($"cp:{id.Value[4..]}");
        grain.Campaign = new Campaign { Id = id, Account = AccountId.Main };
        await Task.CompletedTask;
        return ($"/v1/campaigns/{id}", grain);
    }
}
