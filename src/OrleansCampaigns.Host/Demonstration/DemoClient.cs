using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>The API as any client uses it: over HTTP, with a key.</summary>
internal sealed class DemoClient : IDisposable
{
    private readonly HttpClient _http;

    public DemoClient(string url, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri(new Uri(url), "/v1/"), Timeout = TimeSpan.FromMinutes(10) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await Read(await _http.GetAsync(new Uri(path, UriKind.Relative), cancellation), type, cancellation);

    public async Task<T> Post<T>(string path, JsonNode? body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var content = body is null ? null : new StringContent(
            body.ToJsonString(), Encoding.UTF8, "application/json");
        return await Read(
            await _http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation), type, cancellation);
    }

    public async Task<T> PostCsv<T>(string path, Stream csv, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var content = new StreamContent(csv);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return await Read(
            await _http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation), type, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<T> Read<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(body, type)!
                : throw new InvalidOperationException(
                    $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}: {body}");
        }
    }
}
