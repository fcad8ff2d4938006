using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Api.Tests.Feedback;

public sealed class FeedbackMessageTests
{
    // Line ends and octets that are no UTF-8 must arrive as they were sent.
    private static readonly byte[] Message = [.. "Subject: failure\r\n\r\nb\rc\nd\r\n"u8, 0xFF, 0xFE, 0x00];

    [Theory]
    [InlineData("message/rfc822")]
    [InlineData("Message/RFC822; charset=us-ascii")]
    [InlineData("message/global")]
    public async Task A_message_is_taken_octet_by_octet_and_answered_with_what_it_came_to(string type)
    {
        await using var api = await TestApi.Start();
        api.Messages.Receipt = new FeedbackReceipt("complaint", 1, 2, 3, IsSetAside: true);

        var answer = await Send(
            api, "/v1/feedback/messages?recipient=bounces%2Btoken@example.org", Message, type);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            ("complaint", "1", "2", "3", "true"),
            (answer["kind"], answer["applied"], answer["repeated"], answer["ignored"], answer["isSetAside"]));
        var (message, recipient, source) = Assert.Single(api.Messages.Received);
        Assert.Equal(Message, message);
        Assert.Equal(("bounces+token@example.org", "api"), (recipient, source));
    }

    [Fact]
    public async Task Nobody_has_to_know_where_a_message_was_delivered()
    {
        await using var api = await TestApi.Start();

        await Send(api, "/v1/feedback/messages", Message);

        Assert.Null(Assert.Single(api.Messages.Received).Recipient);
    }

    [Fact]
    public async Task What_is_no_message_is_refused()
    {
        await using var api = await TestApi.Start();

        (await Send(api, "/v1/feedback/messages", Message, "text/plain"))
            .AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        (await Send(api, "/v1/feedback/messages", []))
            .AssertProblem(HttpStatusCode.BadRequest, "request.malformed");
        (await Send(api, "/v1/feedback/messages", new byte[30 * 1024 * 1024 + 1]))
            .AssertProblem(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        (await Send(api, "/v1/feedback/messages?recipient=a%0Ab", Message))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.control_characters", "recipient");
        (await Send(api, "/v1/feedback/messages?recipient=a&recipient=b", Message))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "request.repeated_parameter", "recipient");
        Assert.Empty(api.Messages.Received);
    }

    [Fact]
    public async Task While_storage_is_away_the_message_stays_the_callers()
    {
        await using var api = await TestApi.Start();
        api.Messages.Failure = new StorageUnavailableException("The disk is full.");

        var answer = await Send(api, "/v1/feedback/messages", Message);

        answer.AssertProblem(HttpStatusCode.ServiceUnavailable, "storage.unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Messages_that_were_set_aside_are_an_administrators_to_list_read_and_delete()
    {
        await using var api = await TestApi.Start();
        Keep(api, "sam_2", "unmatched", "Subject: two\r\n\r\nb");
        Keep(api, "sam_1", "unreadable", "Subject: one\r\n\r\nb");

        var first = await api.Administrator.Get("/v1/feedback/set-aside?limit=1");
        var second = await api.Administrator.Get($"/v1/feedback/set-aside?limit=1&cursor={first["nextCursor"]}");
        var raw = await api.Administrator.Get("/v1/feedback/set-aside/sam_2/raw");

        var item = first.Items.Single();
        Assert.Equal(
            ("sam_2", "smtp", "unmatched", "bounce", 17, true),
            ((string?)item["id"], (string?)item["source"], (string?)item["reason"], (string?)item["kind"],
                (int)item["octets"]!, (bool)item["isTruncated"]!));
        Assert.Equal("sam_1", (string?)second.Items.Single()["id"]);
        Assert.Equal(("message/rfc822", "Subject: two\r\n\r\nb"), (raw.ContentType, raw.Text));
        Assert.Equal("nosniff", raw.Headers.GetValues("X-Content-Type-Options").Single());

        Assert.Equal(HttpStatusCode.NoContent, (await api.Administrator.Delete("/v1/feedback/set-aside/sam_2")).Status);
        Assert.Equal("sam_1", Assert.Single(api.SetAside.Messages).Message.Id);
        (await api.Administrator.Delete("/v1/feedback/set-aside/sam_2"))
            .AssertProblem(HttpStatusCode.NotFound, "feedback.unknown");
        (await api.Administrator.Get("/v1/feedback/set-aside/sam_2/raw"))
            .AssertProblem(HttpStatusCode.NotFound, "feedback.unknown");
    }

    [Fact]
    public async Task A_clients_key_does_not_open_what_was_set_aside()
    {
        await using var api = await TestApi.Start();
        Keep(api, "sam_1", "unmatched", "Subject: one\r\n\r\nb");

        foreach (var answer in new[]
        {
            await api.Client.Get("/v1/feedback/set-aside"),
            await api.Client.Get("/v1/feedback/set-aside/sam_1/raw"),
            await api.Client.Delete("/v1/feedback/set-aside/sam_1"),
        })
        {
            answer.AssertProblem(HttpStatusCode.Forbidden, "access.forbidden");
        }

        Assert.Single(api.SetAside.Messages);
    }

    private static void Keep(TestApi api, string id, string reason, string text) => api.SetAside.Messages.Add((
        new(id, api.Clock.GetUtcNow(), "smtp", reason, "bounce", Encoding.UTF8.GetByteCount(text), IsTruncated: true),
        text));

    private static async Task<Answer> Send(
        TestApi api, string path, byte[] message, string type = "message/rfc822")
    {
        using var content = new ByteArrayContent(message);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        // A client that waits for "100 Continue" reads a refusal instead of a connection cut while it still sends.
        return await api.Client.Send(HttpMethod.Post, path, content, ("Expect", "100-continue"));
    }
}
