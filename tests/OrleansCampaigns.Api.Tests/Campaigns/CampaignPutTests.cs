using System.Net;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Api.Tests.Campaigns;

/// <summary>What was got can be put, and what is kept stays what it was.</summary>
public sealed class CampaignPutTests
{
    [Fact]
    public async Task A_campaign_that_was_got_can_be_put_and_nothing_changes()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("News");
        var made = await api.Client.Post("/v1/campaigns", $$$"""
            {
              "name": "Spring",
              "sender": {
                "address": "news@example.com", "name": "News", "replyTo": "Office <o@example.com>, p@example.com"
              },
              "headers": {"X-B": "{{name}}", "Precedence": "bulk", "List-Id": "Spring <spring.example.com>"},
              "content": {
                "subject": "Hello {{name}}", "html": "<p>x</p>", "fallbacks": {"city": "your city"},
                "attachments": [{"fileName": "a.pdf", "contentType": "application/pdf", "content": "aGVsbG8="},
                  {"fileName": "b.png", "contentType": "image/png", "content": "aGk=", "contentId": "<b@example.com>"},
                  {"fileName": "c.png", "contentType": "image/png", "content": "aGk=", "inline": false}]
              },
              "audience": {
                "listIds": ["{{{list.Id}}}"], "filter": {"statuses": ["New"]}, "under": "account",
                "recipients": [{"address": "ann@example.com"}]
              },
              "inDoubt": "Resend", "timeZone": "Europe/Vienna", "trackOpens": false
            }
            """);
        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        var path = $"/v1/campaigns/{made["id"]}";
        var got = await api.Client.Get(path);

        var put = await api.Client.Put(path, got.Text);

        Assert.True(put.Status == HttpStatusCode.OK, put.Text);
        Assert.Equal(got.Text, put.Text);
        Assert.Equal(got.Text, (await api.Client.Get(path)).Text);
        var content = Definition(api, made).Content;
        Assert.Equal("hello"u8, content.Attachments[0].Content);
        Assert.Equal(
            [(null, null), ("b@example.com", null), (null, false)],
            content.Attachments.Select(file => (file.ContentId, file.Inline)));
        Assert.Equal(["X-B", "Precedence", "List-Id"], content.Headers.Select(header => header.Name));
    }

    [Fact]
    public async Task What_only_GET_gives_changes_nothing()
    {
        await using var api = await TestApi.Start();
        var made = await api.Client.Post("/v1/campaigns", """{"name":"a"}""");

        var put = await api.Client.Put($"/v1/campaigns/{made["id"]}", """
            {
              "name": "b", "id": "cmp_x", "status": "Finished", "createdAt": "2001-01-01T00:00:00Z", "scheduledAt": 7,
              "startedAt": null, "endedAt": [], "audienceSize": 9, "pass": 4, "startRefusal": {"code": "x"},
              "pauseReason": "y"
            }
            """);

        Assert.Equal((HttpStatusCode.OK, "b", made["id"], "Draft", "1", "0", made["createdAt"]), (
            put.Status, put["name"], put["id"], put["status"], put["pass"], put["audienceSize"], put["createdAt"]));
        (await api.Client.Put($"/v1/campaigns/{made["id"]}", """{"name":"b","statuss":"Finished"}""")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, "request.unknown_field", "statuss");
    }

    [Theory]
    [InlineData("""{"fileName":"a.pdf"}""", "application/pdf", "hello")]
    [InlineData("""{"fileName":"a.pdf","bytes":5}""", "application/pdf", "hello")]
    [InlineData("""{"fileName":"a.pdf","contentType":"text/plain"}""", "text/plain", "hello")]
    [InlineData("""{"fileName":"a.pdf","content":"aGk="}""", "application/octet-stream", "hi")]
    public async Task An_attachment_that_is_kept_keeps_its_type(string attachment, string type, string content)
    {
        await using var api = await TestApi.Start();
        var made = await api.Client.Post("/v1/campaigns", """
            {"name":"a","content":{"attachments":[
              {"fileName":"a.pdf","contentType":"application/pdf","content":"aGVsbG8="}]}}
            """);

        var put = await api.Client.Put(
            $"/v1/campaigns/{made["id"]}", $$$"""{"name":"a","content":{"attachments":[{{{attachment}}}]}}""");

        Assert.True(put.Status == HttpStatusCode.OK, put.Text);
        var kept = Assert.Single(Definition(api, made).Content.Attachments);
        Assert.Equal((type, content), (kept.ContentType, System.Text.Encoding.UTF8.GetString(kept.Content)));
    }

    private static CampaignDefinition Definition(TestApi api, Answer made) =>
        api.Grains.Campaign($"cp:{made["id"]![4..]}").Campaign.Definition;
}
