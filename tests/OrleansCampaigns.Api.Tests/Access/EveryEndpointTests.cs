using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansCampaigns.Api.Tests.Access;

/// <summary>What must hold for every endpoint, those that somebody adds tomorrow included.</summary>
public sealed partial class EveryEndpointTests
{
    private static readonly string[] Open =
    [
        "/",
        "/health/live", "/health/ready", "/openapi/{documentName}.json", "/t/o/{token}", "/t/c/{token}", "/t/l/{token}",
        "/t/u/{token}",
        "/v1/webhooks/{provider}",
    ];

    [Fact]
    public async Task Every_endpoint_needs_a_key_but_those_that_are_named_here()
    {
        await using var api = await TestApi.Start();
        var endpoints = Endpoints(api).Where(endpoint => !Open.Contains(endpoint.Path)).ToList();
        Assert.True(endpoints.Count > 50, $"Only {endpoints.Count} endpoints were found.");

        foreach (var (method, path) in endpoints)
        {
            var answer = await api.Anonymous.Send(new HttpMethod(method), Filled(path), json: null);
            Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{method} {path} answered {answer.Status}.");
            Assert.True(method == "HEAD" || answer.Code == "access.missing", $"{method} {path} answered otherwise.");
        }
    }

    [Fact]
    public async Task Every_endpoint_is_in_the_document()
    {
        await using var api = await TestApi.Start();
        var document = (await api.Anonymous.Get("/openapi/v1.json")).Json;

        foreach (var (method, path) in Endpoints(api).Where(
            endpoint => endpoint.Path != "/" && !IsHeadOfGet(endpoint.Method, endpoint.Path)
                && !endpoint.Path.StartsWith("/openapi", StringComparison.Ordinal)))
        {
            var operation = document["paths"]?[path]?[method.ToLowerInvariant()];
            Assert.True(operation is not null, $"{method} {path} is missing.");
            Assert.True(operation["summary"] is not null, $"{method} {path} has no summary.");
            var success = operation["responses"]!.AsObject().Select(response => response.Key).Where(
                status => status[0] is '2' or '3');

            // An import that is tried only is answered at once, and so by another status than one that begins.
            var expected = method == "POST" && path == "/v1/lists/{list}/imports" ? 2 : 1;
            Assert.True(
                success.Count() == expected, $"{method} {path} says of {success.Count()} statuses that it worked.");
        }
    }

    [Fact]
    public async Task Every_endpoint_that_is_named_here_is_there_and_answers_without_a_key()
    {
        await using var api = await TestApi.Start();
        var endpoints = Endpoints(api).Where(endpoint => Open.Contains(endpoint.Path)).ToList();
        Assert.Equal(Open.Order(), endpoints.Select(endpoint => endpoint.Path).Distinct().Order());

        foreach (var (method, path) in endpoints)
        {
            var answer = await api.Anonymous.Send(new HttpMethod(method), Filled(path), json: null);
            Assert.True(
                answer.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden),
                $"{method} {path} answered {answer.Status}.");
        }
    }

    [Fact]
    public async Task Every_path_answers_HEAD_where_it_answers_GET_and_tells_its_methods_to_everybody()
    {
        await using var api = await TestApi.Start();

        foreach (var (path, methods) in Endpoints(api)
            .GroupBy(endpoint => endpoint.Path, endpoint => endpoint.Method)
            .Select(path => (path.Key, path.ToHashSet())))
        {
            Assert.True(methods.Contains("HEAD") == methods.Contains("GET"), $"{path}: {string.Join(' ', methods)}.");
            var filled = Filled(path.Replace("{documentName}", "v1", StringComparison.Ordinal));
            using var options = await api.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Options, filled));
            using var other = await api.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Trace, filled));

            Assert.True(options.StatusCode == HttpStatusCode.NoContent, $"{path} answered {options.StatusCode}.");
            Assert.True(other.StatusCode == HttpStatusCode.MethodNotAllowed, $"{path} answered {other.StatusCode}.");
            foreach (var answer in (HttpResponseMessage[])[options, other])
            {
                // Another path may lead here as well, such as that of one contact to that of the export.
                Assert.Superset(methods.Append("OPTIONS").ToHashSet(), answer.Content.Headers.Allow.ToHashSet());
            }
        }
    }

    [Fact]
    public async Task Every_endpoint_refuses_a_parameter_that_it_does_not_know()
    {
        await using var api = await TestApi.Start();

        foreach (var (method, path) in Endpoints(api).Where(
            endpoint => endpoint.Path.StartsWith("/v1", StringComparison.Ordinal)))
        {
            var answer = await api.Administrator.Send(
                new HttpMethod(method), $"{Filled(path)}?satus=New", BodyOf(method));
            Assert.True(
                answer.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.UnsupportedMediaType,
                $"{method} {path} answered {answer.Status}.");
        }
    }

    private static IEnumerable<(string Method, string Path)> Endpoints(TestApi api) =>
        api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(method =>
                (method, $"/{endpoint.RoutePattern.RawText!.Trim('/')}")) ?? []);

    // What only follows from GET is not described again.
    private static bool IsHeadOfGet(string method, string path) =>
        method == "HEAD" && !path.StartsWith("/t/", StringComparison.Ordinal);

    private static string? BodyOf(string method) => method is "POST" or "PUT" or "PATCH" ? "{}" : null;

    private static string Filled(string path) => Parameter().Replace(path, "anything");

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
