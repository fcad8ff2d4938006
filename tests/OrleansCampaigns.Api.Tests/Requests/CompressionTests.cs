using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansCampaigns.Api.Tests.Requests;

public sealed class CompressionTests
{
    [Theory]
    [InlineData("/v1/lists", "br")]
    [InlineData("/v1/lists", "gzip")]
    [InlineData("/v1/contacts/export", "gzip")]
    [InlineData("/openapi/v1.json", "br")]
    public async Task What_is_taken_compressed_is_sent_so_and_is_the_same(string path, string encoding)
    {
        await using var api = await TestApi.Start();
        api.Lists.Add("Readers");
        var plain = await api.Client.Get(path);

        var (status, named, octets) = await Ask(api, HttpMethod.Get, path, encoding);

        Assert.Equal((HttpStatusCode.OK, encoding), (status, named));
        await using Stream opened = encoding == "br"
            ? new BrotliStream(new MemoryStream(octets), CompressionMode.Decompress)
            : new GZipStream(new MemoryStream(octets), CompressionMode.Decompress);
        using var reader = new StreamReader(opened, Encoding.UTF8);
        Assert.Equal(plain.Text.TrimStart('\uFEFF'), await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("POST", "/v1/api-keys")]
    [InlineData("GET", "/t/u/anything")]
    [InlineData("GET", "/health/live")]
    public async Task What_may_hold_a_secret_or_is_shown_to_a_browser_is_not_compressed(string method, string path)
    {
        await using var api = await TestApi.Start();

        var (_, encoding, _) = await Ask(
            api, new HttpMethod(method), path, "br, gzip", method == "POST" ? """{"name":"shop"}""" : null);

        Assert.Null(encoding);
    }

    [Fact]
    public async Task A_repeated_POST_gets_the_same_answer_whether_it_takes_it_compressed_or_not()
    {
        await using var api = await TestApi.Start();

        var (_, encoding, _) = await Ask(api, HttpMethod.Post, "/v1/lists", "gzip", """{"name":"Readers"}""", "list-1");
        var again = await api.Client.Post("/v1/lists", """{"name":"Readers"}""", "list-1");

        Assert.Equal("gzip", encoding);
        Assert.Equal("Readers", (string?)JsonNode.Parse(again.Text)!["name"]);
    }

    private static async Task<(HttpStatusCode Status, string? Encoding, byte[] Octets)> Ask(
        TestApi api, HttpMethod method, string path, string encoding, string? json = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await api.Administrator.SendAsync(request);
        return (
            answer.StatusCode,
            answer.Content.Headers.ContentEncoding.SingleOrDefault(),
            await answer.Content.ReadAsByteArrayAsync());
    }
}
