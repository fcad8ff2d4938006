using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Scenarios.OpenApi;

/// <summary>Sends requests as the document says, and holds each answer against what the document says of it.</summary>
internal sealed class Contract(JsonNode document, HttpClient http)
{
    // What HTTP itself is made of, and what every answer carries alike.
    private static readonly string[] General =
    [
        "Date", "Server", "Transfer-Encoding", "Connection", "Content-Type", "Content-Length", "Content-Encoding",
        "Vary", "Cache-Control", "X-Content-Type-Options", "Content-Security-Policy", "X-Frame-Options",
        "Referrer-Policy",
        "X-Robots-Tag", "Content-Language", "Pragma", "Expires",
    ];

    private readonly Dictionary<string, (string Method, string Path, JsonObject Operation)> _operations =
        (from path in document["paths"]!.AsObject()
         from operation in path.Value!.AsObject()
         select (operation.Key, path.Key, operation.Value!.AsObject())).ToDictionary(
            found => (string)found.Item3["operationId"]!);

    private readonly HashSet<(string Operation, int Status)> _seen = [];

    public IEnumerable<string> Operations => _operations.Keys;

    public IEnumerable<(string Operation, int Status)> Seen => _seen;

    /// <summary>The statuses that the document names for an operation.</summary>
    public IEnumerable<int> StatusesOf(string operation) =>
        _operations[operation].Operation["responses"]!.AsObject().Select(answer => int.Parse(answer.Key, null));

    public bool IsRead(string operation) => _operations[operation].Method == "get";

    public bool NeedsKey(string operation) => _operations[operation].Operation["security"]!.AsArray().Count > 0;

    public IReadOnlyList<string> BodiesOf(string operation) =>
        [.. _operations[operation].Operation["requestBody"]?["content"]?.AsObject().Select(type => type.Key) ?? []];

    /// <summary>The path of an operation, with the document's own examples where no parts are given.</summary>
    public string PathOf(string operation, params string[] parts)
    {
        var (_, path, described) = _operations[operation];
        var examples = (described["parameters"]?.AsArray() ?? [])
            .Where(parameter => (string?)parameter!["in"] == "path")
            .Select(parameter => (string)parameter!["example"]!);
        foreach (var part in parts.Concat(examples.Skip(parts.Length)))
        {
            var start = path.IndexOf('{', StringComparison.Ordinal);
            var end = path.IndexOf('}', StringComparison.Ordinal);
            path = start < 0 ? path : $"{path[..start]}{Uri.EscapeDataString(part)}{path[(end + 1)..]}";
        }

        return path;
    }

    /// <summary>Sends a request that is to succeed; its body must be as the document says, too.</summary>
    public async Task<JsonNode> Succeed(string operation, string[] parts, string query = "", HttpContent? body = null)
    {
        var described = _operations[operation].Operation["requestBody"]?["content"];
        if (body is not null && described?["application/json"]?["schema"] is { } schema)
        {
            AssertFits(operation, schema, JsonNode.Parse(await body.ReadAsStringAsync()));
        }

        var (status, answer) = await Send(operation, parts, query, body);
        Assert.True((int)status is >= 200 and < 400, $"{operation} answered {status}: {answer}");
        return answer;
    }

    /// <summary>Sends a request that is to be refused with a status.</summary>
    public async Task Refuse(
        HttpStatusCode expected,
        string operation,
        string[] parts,
        string query = "",
        HttpContent? body = null,
        params (string Name, string Value)[] headers)
    {
        var (status, answer) = await Send(operation, parts, query, body, headers);
        Assert.True(status == expected, $"{operation} answered {status}, not {expected}: {answer}");
    }

    public static HttpContent Json(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    public static HttpContent Text(string text, string type)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return body;
    }

    /// <summary>The examples of requests that are not what their own schema says.</summary>
    public void AssertExamples()
    {
        foreach (var (id, (_, _, operation)) in _operations)
        {
            if (operation["requestBody"]?["content"]?["application/json"] is { } content)
            {
                AssertFits(id, content["schema"]!, content["example"]);
            }
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> Send(
        string operation, string[] parts, string query, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(_operations[operation].Method.ToUpperInvariant()), PathOf(operation, parts) + query)
        {
            Content = body,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        AssertDescribed(operation, request.Method, response, text);
        _seen.Add((operation, (int)response.StatusCode));
        return (response.StatusCode, IsJson(response) ? JsonNode.Parse(text)! : JsonValue.Create(text));
    }

    private void AssertDescribed(string operation, HttpMethod method, HttpResponseMessage response, string text)
    {
        var status = (int)response.StatusCode;
        var described = _operations[operation].Operation["responses"]![$"{status}"];
        Assert.True(described is not null, $"{operation} answered {status}, which is not described: {text}");
        var headers = response.Headers.Concat(response.Content.Headers).Select(header => header.Key).ToList();
        var named = described["headers"]?.AsObject().Select(header => header.Key).ToList() ?? [];
        Assert.Empty(headers.Except(named, StringComparer.OrdinalIgnoreCase)
            .Except(General, StringComparer.OrdinalIgnoreCase)
            .Select(header => $"{operation} {status}: {header} is not described"));
        Assert.Empty(named.Except(headers, StringComparer.OrdinalIgnoreCase).Where(name => name != "Idempotent-Replay")
            .Select(header => $"{operation} {status}: {header} is missing"));

        var type = response.Content.Headers.ContentType?.MediaType;
        var content = described["content"]?.AsObject();
        if (content is null)
        {
            Assert.True(text.Length == 0, $"{operation} {status} has a body that is not described: {text}");
            return;
        }

        Assert.True(
            type is not null && content.ContainsKey(type), $"{operation} {status} is {type}, which is not described.");
        if (method != HttpMethod.Head && type.EndsWith("json", StringComparison.Ordinal))
        {
            AssertFits($"{operation} {status}", content[type]!["schema"]!, JsonNode.Parse(text));
        }

        if (type == "application/problem+json")
        {
            var code = (string)JsonNode.Parse(text)!["code"]!;
            Assert.True(
                RefusalCodes.All.Any(known => known.Code == code && known.Statuses.Contains(status)),
                $"{operation} {status}: {code} is not in the table of refusals.");
        }
    }

    private static bool IsJson(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;

    private void AssertFits(string what, JsonNode schema, JsonNode? value)
    {
        var flaws = SchemaCheck.Find(document, schema, value);
        Assert.True(flaws.Count == 0, $"{what}: {string.Join("; ", flaws)} in {value}");
    }
}
