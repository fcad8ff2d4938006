using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansCampaigns.Api.Health;
using OrleansCampaigns.Api.Tests.Fakes;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests;

/// <summary>The real API on a real socket, in front of grains and a directory in memory.</summary>
public sealed class TestApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApi(Action<ApiOptions>? configure)
    {
        Access = new FakeAccess(Clock);
        Lists = new FakeLists(Contacts, Clock);
        Importer = new FakeImporter(Clock);
        (var factory, Grains) = FakeGrains.Create(Clock);
        Feedback = new FakeFeedback(Grains);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IAccessDirectory>(Access);
        builder.Services.AddSingleton<IContactDirectory>(Contacts);
        builder.Services.AddSingleton<IListDirectory>(Lists);
        builder.Services.AddSingleton<ISubscriptionDirectory>(Lists);
        builder.Services.AddSingleton<IContactImporter>(Importer);
        builder.Services.AddSingleton<ICampaignDirectory>(Campaigns);
        builder.Services.AddSingleton<IRecipientDirectory>(Recipients);
        builder.Services.AddSingleton<IFeedback>(Feedback);
        builder.Services.AddSingleton<IFeedbackMessages>(Messages);
        builder.Services.AddSingleton<IProviderWebhooks>(Webhooks);
        builder.Services.AddSingleton<ISetAsideDirectory>(SetAside);
        builder.Services.AddSingleton(Tokens);
        builder.Services.AddSingleton<IHealth>(Health);
        builder.Services.AddSingleton(factory);
        builder.Services.AddOrleansCampaignsApi(configure);
        _app = builder.Build();
        _app.MapOrleansCampaignsApi();
    }

    public ManualClock Clock { get; } = new(new(2030, 1, 1, 8, 0, 0, TimeSpan.Zero));

    public FakeAccess Access { get; }

    public FakeContacts Contacts { get; } = new();

    public FakeLists Lists { get; }

    public FakeImporter Importer { get; }

    public FakeCampaigns Campaigns { get; } = new();

    public FakeRecipients Recipients { get; } = new();

    public FakeFeedback Feedback { get; }

    public FakeFeedbackMessages Messages { get; } = new();

    public FakeWebhooks Webhooks { get; } = new();

    public FakeSetAside SetAside { get; } = new();

    public RecipientTokens Tokens { get; } = new(
        new TokenKeys([new(0, [.. "an installation's secret"u8], DateTimeOffset.MinValue)]));

    public FakeGrains Grains { get; }

    public FakeHealth Health { get; } = new();

    public LogRecorder Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    /// <summary>Calls without a key.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>Calls with a client's key of the account main.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Calls with an administrator's key of the account main.</summary>
    public HttpClient Administrator { get; private set; } = null!;

    /// <summary>The client's key.</summary>
    public string Secret { get; private set; } = "";

    public static async Task<TestApi> Start(Action<ApiOptions>? configure = null)
    {
        var api = new TestApi(configure);
        await api._app.StartAsync();
        api.Anonymous = api.Connect(null);
        (_, api.Secret) = await api.Access.CreateKey(AccountId.Main, "client", ApiRole.Client);
        api.Client = api.Connect(api.Secret);
        api.Administrator = api.Connect(
            (await api.Access.CreateKey(AccountId.Main, "administrator", ApiRole.Administrator)).Secret);
        return api;
    }

    public HttpClient Connect(string? secret)
    {
        // Where an answer leads is what tests look at, so nobody follows it.
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(_app.Urls.First()),
        };
        if (secret is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        return client;
    }

    /// <summary>Ends the process gracefully.</summary>
    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        Client.Dispose();
        Administrator.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>Health as a test decides.</summary>
public sealed class FakeHealth : IHealth
{
    public string? Reason { get; set; }

    public Task<string?> WhyNotReady(CancellationToken cancellation) => Task.FromResult(Reason);
}

/// <summary>An answer, read in full.</summary>
public sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, string Text)
{
    public byte[] Octets { get; init; } = [];

    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => (string?)Json["code"];

    public string? Field => (string?)Json["field"];

    public string? this[string name] => Json[name]?.ToString();

    public IEnumerable<JsonNode> Items => Json["items"]!.AsArray().Select(item => item!);
}

/// <summary>Shorter ways to ask.</summary>
public static class Asking
{
    public static Task<Answer> Get(this HttpClient client, string path) => client.Send(HttpMethod.Get, path);

    public static Task<Answer> Delete(this HttpClient client, string path) => client.Send(HttpMethod.Delete, path);

    public static Task<Answer> Post(
        this HttpClient client, string path, string? json = null, string? idempotencyKey = null) =>
        client.Send(HttpMethod.Post, path, json, idempotencyKey is null ? null : ("Idempotency-Key", idempotencyKey));

    public static Task<Answer> Put(this HttpClient client, string path, string json) =>
        client.Send(HttpMethod.Put, path, json);

    public static Task<Answer> Patch(this HttpClient client, string path, string json) =>
        client.Send(HttpMethod.Patch, path, json);

    public static Task<Answer> Upload(
        this HttpClient client, string path, string csv, string contentType = "text/csv") =>
        client.Send(
            HttpMethod.Post, path, new StringContent(csv, Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType)));

    public static Task<Answer> Send(
        this HttpClient client, HttpMethod method, string path, string? json =
            null, params (string Name, string Value)?[] headers) =>
        client.Send(
            method, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public static async Task<Answer> Send(
        this HttpClient client,
        HttpMethod method,
        string path,
        HttpContent? content,
        params (string Name, string Value)?[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var header in headers)
        {
            if (header is { } given)
            {
                request.Headers.TryAddWithoutValidation(given.Name, given.Value);
            }
        }

        using var response = await client.SendAsync(request);
        return new(
            response.StatusCode,
            response.Headers,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync())
        {
            Octets = await response.Content.ReadAsByteArrayAsync(),
        };
    }

    public static void AssertProblem(this Answer answer, HttpStatusCode status, string code, string? field = null)
    {
        Assert.True(status == answer.Status, $"{status} was expected, not {answer.Status}: {answer.Text}");
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal(code, answer.Code);
        Assert.Equal(field, answer.Field);
        Assert.NotEmpty(answer["detail"]!);
        Assert.NotEmpty(answer["traceId"]!);
        Assert.Equal((int)status, (int)answer.Json["status"]!);
    }
}
