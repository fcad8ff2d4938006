using System.Net;
using System.Text.Json;

namespace OrleansCampaigns.Api.Tests.Campaigns;

/// <summary>What an author may say of a message's header and parts, and what is refused at once.</summary>
public sealed class CampaignHeaderTests
{
    [Theory]
    [InlineData("""{"Bcc":"x@y.example"}""", "field.header_reserved", "headers.Bcc")]
    [InlineData("""{"dkim-signature":"x"}""", "field.header_reserved", "headers.dkim-signature")]
    [InlineData("""{"List-Unsubscribe":"<https://x.example/>"}""", "field.header_reserved", "headers.List-Unsubscribe")]
    [InlineData("""{"X Y":"x"}""", "field.header_name", "headers")]
    [InlineData("""{"X:Y":"x"}""", "field.header_name", "headers")]
    [InlineData("""{"X\r\nBcc":"x"}""", "field.header_name", "headers")]
    [InlineData("""{"":"x"}""", "field.header_name", "headers")]
    [InlineData("""{"X-A":"x\r\nBcc: y"}""", "field.control_characters", "headers.X-A")]
    [InlineData("""{"X-A":null}""", "field.required", "headers.X-A")]
    [InlineData("""{"X-A":"1","x-a":"2"}""", "field.repeated", "headers")]
    public async Task A_field_that_is_none_of_an_authors_is_refused(string headers, string code, string field)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/campaigns", $$$"""{"name":"a","headers":{{{headers}}}}""")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
    }

    [Fact]
    public async Task There_are_not_too_many_fields_and_none_is_too_long()
    {
        await using var api = await TestApi.Start();
        var many = string.Join(',', Enumerable.Range(0, 21).Select(i => $"\"X-{i}\":\"x\""));

        (await api.Client.Post("/v1/campaigns", $$$"""{"name":"a","headers":{{{{many}}}}}""")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, "field.too_many", "headers");
        (await api.Client.Post(
            "/v1/campaigns", $$$"""{"name":"a","headers":{"X-A":"{{{new string('x', 901)}}}"}}""")).AssertProblem(
                HttpStatusCode.UnprocessableEntity, "field.too_long", "headers.X-A");
    }

    [Theory]
    [InlineData("Peter <peter@r.example>, Susan <susan@r.example>")]
    [InlineData("Office <office@r.example>")]
    [InlineData("office@r.example")]
    public async Task Answers_go_where_the_author_says(string replyTo)
    {
        await using var api = await TestApi.Start();

        var made = await api.Client.Post(
            "/v1/campaigns", $$$"""{"name":"a","sender":{"address":"n@x.example","replyTo":"{{{replyTo}}}"}}""");

        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        using var body = JsonDocument.Parse(made.Text);
        Assert.Equal(replyTo, body.RootElement.GetProperty("sender").GetProperty("replyTo").GetString());
    }

    [Theory]
    [InlineData("Peter", "field.address")]
    [InlineData("Peter <peter>", "field.address")]
    [InlineData("a@b.example c@d.example", "field.address")]
    [InlineData("a@b.example\\r\\nBcc: c@d.example", "field.control_characters")]
    [InlineData("a@1.aa,a@2.aa,a@3.aa,a@4.aa,a@5.aa,a@6.aa,a@7.aa,a@8.aa,a@9.aa,a@10.aa,a@11.aa", "field.too_many")]
    public async Task Answers_go_to_no_place_that_is_none(string replyTo, string code)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post(
            "/v1/campaigns", $$$"""{"name":"a","sender":{"address":"n@x.example","replyTo":"{{{replyTo}}}"}}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, code, "sender.replyTo");
    }

    [Theory]
    [InlineData("""{"fileName":"a.png","content":"aGk=","contentId":"two words"}""", "field.format")]
    [InlineData("""{"fileName":"a.png","content":"aGk=","contentId":"a>\r\nBcc: x"}""", "field.control_characters")]
    [InlineData("""{"fileName":"two words.png","content":"aGk=","inline":true}""", "field.required")]
    public async Task A_content_id_is_one_word(string attachment, string code)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post("/v1/campaigns", $$$"""{"name":"a","content":{"attachments":[{{{attachment}}}]}}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, code, "content.attachments[0].contentId");
    }

    [Fact]
    public async Task Two_files_have_two_content_ids()
    {
        await using var api = await TestApi.Start();

        (await api.Client.Post(
            "/v1/campaigns",
            """
            {"name":"a","content":{"attachments":[
              {"fileName":"a.png","content":"aGk=","contentId":"x"},
              {"fileName":"b.png","content":"aGk=","contentId":"<x>"}]}}
            """)).AssertProblem(HttpStatusCode.UnprocessableEntity, "field.repeated", "content.attachments");
    }
}
