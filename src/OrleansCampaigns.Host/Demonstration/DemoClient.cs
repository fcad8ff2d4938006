using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.VisualBasic.FileIO;

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

    /// <summary>Every item of a listing, page by page.</summary>
    public async Task<List<T>> All<T>(string path, JsonTypeInfo<DemoPage<T>> type, CancellationToken cancellation)
    {
        var items = new List<T>();
        string? cursor = null;
        do
        {
            var more = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var page = await Get(path + more, type, cancellation);
            items.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return items;
    }

    /// <summary>One column of an export, without its heading.</summary>
    public async Task<List<string>> GetColumn(string path, string heading, CancellationToken cancellation)
    {
        using var parser = new TextFieldParser(
            await _http.GetStreamAsync(new Uri(path, UriKind.Relative), cancellation), Encoding.UTF8);
        parser.SetDelimiters(",");
        var column = Array.IndexOf(parser.ReadFields() ?? [], heading);
        var values = new List<string>();
        while (column >= 0 && parser.ReadFields() is { } fields)
        {
            values.Add(fields[column]);
        }

        return values;
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
