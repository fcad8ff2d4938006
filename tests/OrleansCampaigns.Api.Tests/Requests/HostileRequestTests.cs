using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrleansCampaigns.Api.OpenApi;

namespace OrleansCampaigns.Api.Tests.Requests;

/// <summary>Requests that are made to hurt are the caller's fault, never ours.</summary>
public sealed class HostileRequestTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task A_body_of_nothing_but_brackets_is_refused_before_anything_is_made_of_it(string part)
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        var json = $"{{\"contacts\":[{string.Join(',', Enumerable.Repeat(part, 3_000_000))}]}}";

        var answer = await api.Client.Post($"/v1/lists/{list.Id}/members", json);

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, "request.too_many_values");
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFFF\r\nx\r\n")]
    [InlineData("Transfer-Encoding: chunked", "7FFFFFFFFFFFFFFF\r\nx\r\n")]
    [InlineData("Transfer-Encoding: chunked", "xyz\r\nx\r\n")]
    public async Task A_body_that_is_no_HTTP_is_a_bad_request(string header, string body)
    {
        await using var api = await TestApi.Start();

        var status = await Raw(api, $"POST /v1/lists HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + $"Authorization: Bearer {api.Secret}\r\nContent-Type: application/json\r\n{header}\r\n\r\n{body}");

        Assert.StartsWith("HTTP/1.1 4", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=x\r\n\r\ncut")]
    [InlineData("multipart/form-data; boundary=b", "no boundary at all")]
    [InlineData("multipart/form-data", "x")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", "List-Unsubscribe=One-Click")]
    [InlineData("application/x-www-form-urlencoded; charset=nothing", "a=b")]
    public async Task A_form_that_cannot_be_read_is_no_fault_of_ours(string type, string body)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracking.Tracked(api);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var answer = await api.Anonymous.Send(HttpMethod.Post, tracked.Unsubscribe(), content);

        Assert.InRange((int)answer.Status, 200, 499);
    }

    [Fact]
    public async Task The_body_of_an_unknown_provider_is_not_read()
    {
        await using var api = await TestApi.Start();
        api.Webhooks.Known = ["ses"];

        // Of a megabyte that is announced nothing is sent: an answer comes all the same.
        var status = await Raw(api, "POST /v1/webhooks/nobody HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404", status, StringComparison.Ordinal);
        Assert.Empty(api.Webhooks.Received);
    }

    [Fact]
    public async Task The_document_is_made_once_and_is_the_same_for_everybody()
    {
        var made = 0;
        var kept = new KeptDocument();
        var answer = kept.Around(async context =>
        {
            made++;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });

        for (var i = 0; i < 3; i++)
        {
            var context = new DefaultHttpContext();
            context.Request.RouteValues["documentName"] = "v1";
            context.Response.Body = new MemoryStream();
            await answer(context);
            Assert.Equal(("application/json", 2L), (context.Response.ContentType, context.Response.Body.Length));
        }

        Assert.Equal(1, made);
        await using var api = await TestApi.Start();
        Assert.Equal(HttpStatusCode.OK, (await api.Anonymous.Get("/openapi/v1.json")).Status);
    }

    private static async Task<string> Raw(TestApi api, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(api.Anonymous.BaseAddress!.Host, api.Anonymous.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadLineAsync() ?? "";
    }
}
