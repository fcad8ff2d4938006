using System.Net;
using System.Net.Http.Headers;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Feedback;

public sealed class WebhookTests
{
    [Fact]
    public async Task A_request_reaches_the_providers_check_octet_by_octet_and_without_a_key()
    {
        await using var api = await TestApi.Start();
        api.Webhooks.Answer = new WebhookReceipt(1, 2, 3);
        byte[] body = [.. "[ {\"a\" : 1}\r\n]"u8, 0xFF];

        var answer = await Send(api, "sendgrid", body, ("X-Signature", "s"), ("Authorization", "Basic eDp5"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("1", "2", "3"), (answer["applied"], answer["repeated"], answer["ignored"]));
        var (provider, request) = Assert.Single(api.Webhooks.Received);
        Assert.Equal(("sendgrid", "text/plain; charset=UTF-8"), (provider, request.ContentType));
        Assert.Equal(body, request.Body.ToArray());
        Assert.Equal(("s", "Basic eDp5"), (request.Headers["x-signature"], request.Headers["AUTHORIZATION"]));
    }

    [Fact]
    public async Task Refusals_have_their_status_and_code()
    {
        await using var api = await TestApi.Start();

        api.Webhooks.Answer = Refusal.NotFound("webhook.unknown", "Not configured.");
        (await Send(api, "ses", [1])).AssertProblem(HttpStatusCode.NotFound, "webhook.unknown");
        api.Webhooks.Answer = Refusal.Forbidden("webhook.signature", "Wrong.");
        (await Send(api, "ses", [1])).AssertProblem(HttpStatusCode.Forbidden, "webhook.signature");
        api.Webhooks.Answer = Refusal.Invalid("webhook.malformed", "Unreadable.");
        (await Send(api, "ses", [1])).AssertProblem(HttpStatusCode.UnprocessableEntity, "webhook.malformed");
        (await Send(api, "ses", new byte[4 * 1024 * 1024 + 1]))
            .AssertProblem(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
    }

    [Fact]
    public async Task While_storage_is_away_the_provider_is_asked_to_come_again()
    {
        await using var api = await TestApi.Start();
        api.Webhooks.Failure = new AggregateException(new StorageUnavailableException("The disk is full."));

        (await Send(api, "ses", [1])).AssertProblem(HttpStatusCode.ServiceUnavailable, "storage.unavailable");
    }

    private static async Task<Answer> Send(
        TestApi api, string provider, byte[] body, params (string, string)?[] headers)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/plain; charset=UTF-8");

        // A client that waits for "100 Continue" reads a refusal instead of a connection cut while it still sends.
        return await api.Anonymous.Send(
            HttpMethod.Post, $"/v1/webhooks/{provider}", content, [("Expect", "100-continue"), .. headers]);
    }
}
