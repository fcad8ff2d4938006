using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace OrleansCampaigns.Api.Tests.Requests;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("/v1/lists", "text/plain", "application/json")]
    [InlineData("/v1/contacts", "application/json; charset=utf-16", "application/json")]
    [InlineData("/v1/suppressions/imports", "application/json", "text/csv")]
    [InlineData("/v1/feedback/messages", "text/plain", "message/rfc822, message/global")]
    public async Task A_body_of_another_type_is_refused_by_naming_those_that_are_taken(
        string path, string sent, string taken)
    {
        await using var api = await TestApi.Start();
        var body = new StringContent("a", Encoding.UTF8);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(sent);

        var answer = await api.Client.Send(HttpMethod.Post, path, body);

        answer.AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        Assert.Equal(taken, string.Join(", ", answer.Headers.GetValues("Accept")));
        Assert.Contains(taken.Split(',')[0], answer["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2029-12-31T23:00:00+02:00", HttpStatusCode.OK)]
    [InlineData("2029-12-31T23:00:00%2B02:00", HttpStatusCode.OK)]
    [InlineData("2029-12-31T23:00:00.25+02:00", HttpStatusCode.OK)]
    [InlineData("2029-12-31T23:00:00Z", HttpStatusCode.OK)]
    [InlineData("2029-12-31+23:00", HttpStatusCode.UnprocessableEntity)]
    public async Task The_plus_of_an_offset_in_a_query_is_understood(string time, HttpStatusCode status)
    {
        await using var api = await TestApi.Start();

        foreach (var name in (string[])["statusFrom", "statusBefore", "lastStatusFrom", "lastStatusBefore"])
        {
            Assert.Equal(status, (await api.Client.Get($"/v1/contacts?{name}={time}")).Status);
        }
    }

    [Fact]
    public async Task A_family_of_parameters_is_read_as_generated_clients_write_it()
    {
        await using var api = await TestApi.Start();

        var dotted = await api.Client.Get("/v1/contacts?attribute.city=Graz");
        var bracketed = await api.Client.Get("/v1/contacts?attribute%5Bcity%5D=Graz");
        var twice = await api.Client.Get("/v1/contacts?attribute%5Bcity%5D=Graz&attribute.city=Linz");
        var none = await api.Client.Get("/v1/contacts?attribute%5Bcity=Graz");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (dotted.Status, bracketed.Status));
        Assert.Equal("request.repeated_parameter", twice.Code);
        none.AssertProblem(HttpStatusCode.UnprocessableEntity, "request.unknown_parameter", "attribute[city");
    }
}
