using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.Scenarios.Cluster;
using OrleansCampaigns.TestKit.Postgres;
using OrleansCampaigns.TestKit.Telemetry;

namespace OrleansCampaigns.Scenarios.Telemetry;

/// <summary>Shares what was run among the tests of it.</summary>
[CollectionDefinition(TelemetryRun.Shared)]
public sealed class TelemetryRuns : ICollectionFixture<TelemetryRun>;

/// <summary>What two installations told a collector, all of it traced: one embedded, over HTTP; one cluster, over gRPC.
/// </summary>
public sealed class TelemetryRun : IAsyncLifetime
{
    // Words that stand nowhere but in what recipients and callers send.
    private static readonly string[] People =
    [
        "ok-zaubernuss", "ok-quittenbrot", "greylist-mirabelle", "ratelimit-vogelbeere", "missing-haselstrauch",
        "full-schlehdorn",
    ];

    private const string Name = "Wilhelmine Kornelkirsche";
    private const string Domain = "holunder.example";
    private const string Stranger = "seidelbast";

    public const string Shared = "telemetry";

    /// <summary>The span by which a caller says that it traces.</summary>
    public const string CallersSpan = "b7ad6b7169203331";

    private readonly List<OtlpCollector> _collectors = [];

    /// <summary>Whether there was a cluster, too.</summary>
    public bool HasCluster { get; private set; }

    /// <summary>What each installation sent.</summary>
    public IReadOnlyList<OtlpCollector> Collectors => _collectors;

    /// <summary>Everything that may stand in nothing that is sent, by what it is.</summary>
    public List<(string What, string Value)> Secrets { get; } = [];

    public IEnumerable<OtlpMetric> Metrics => _collectors.SelectMany(collector => collector.Metrics);

    public IEnumerable<OtlpSpan> Spans => _collectors.SelectMany(collector => collector.Spans);

    public async ValueTask InitializeAsync()
    {
        Secrets.AddRange(People.Select(person => ("local part", person)));
        Secrets.AddRange([("name", "Kornelkirsche"), ("domain", Domain), ("caller's word", Stranger)]);
        await Embedded();
        if (PostgresServer.Missing is null)
        {
            HasCluster = true;
            await Cluster();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var collector in _collectors)
        {
            await collector.DisposeAsync();
        }
    }

    /// <summary>The settings of a process that sends everything.</summary>
    public static Dictionary<string, string> Settings(OtlpCollector collector, bool isGrpc, string ratio = "1") => new()
    {
        ["Telemetry:Otlp:Endpoint"] = isGrpc ? collector.GrpcUrl : collector.HttpUrl,
        ["Telemetry:Otlp:Protocol"] = isGrpc ? "Grpc" : "HttpProtobuf",
        ["Telemetry:Otlp:TraceRatio"] = ratio,
        ["Telemetry:Otlp:MetricsPeriod"] = "00:00:01",
        ["Telemetry:Otlp:Timeout"] = "00:02:00", // Nothing is lost because a busy machine took its time.

        // A limit that slows nothing, and a mailbox whose server is not there.
        ["Throttling:Default:RatePerSecond"] = "1000",
        ["Throttling:BackOff:Pause"] = "00:00:01",
        ["Mail:Mailboxes:0:Name"] = "bounces",
        ["Mail:Mailboxes:0:Host"] = "127.0.0.1",
        ["Mail:Mailboxes:0:Port"] = $"{ServerProcess.FreePort()}",
        ["Mail:Mailboxes:0:Security"] = "None",
        ["Mail:Mailboxes:0:Username"] = "bounces",
        ["Mail:Mailboxes:0:Password"] = "secret",
    };

    private async Task Embedded()
    {
        var collector = await OtlpCollector.Start();
        _collectors.Add(collector);
        await using var sink = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var server = new ServerProcess(sink.Port, Settings(collector, isGrpc: false));
        await server.Start();
        await Work(server, sink);
        Assert.Equal(0, await server.Terminate()); // What is not sent yet is sent then.
    }

    private async Task Cluster()
    {
        var collector = await OtlpCollector.Start();
        _collectors.Add(collector);
        await using var sink = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var cluster = await ClusterProcesses.Start(
            sink.Port, silos: 1, Settings(collector, isGrpc: true));
        await Work(cluster.Api, sink);
        Assert.Equal(0, await cluster.Api.Terminate());
        Assert.Equal(0, await cluster.Silos[0].Terminate());
    }

    private async Task Work(ServerProcess server, SandboxServer sink)
    {
        Secrets.Add(("API key", server.Key!["oc_".Length..]));
        var list = await server.Import(
            "address,name\n" + string.Join('\n', People.Select(person => $"{person}@{Domain},{Name}")));
        var campaign = await server.Draft(list, 10, new()
        {
            ["content"] = new JsonObject
            {
                ["subject"] = "Hello {{name}}",
                ["html"] = "<p>Hello</p><a href=\"https://news.example/one\">One</a>",
                ["fallbacks"] = new JsonObject { ["name"] = "friend" },
            },
        });
        await server.Post($"campaigns/{campaign}/start");
        await server.Ended(campaign);
        await server.Send(HttpMethod.Post, $"campaigns/{campaign}/cancel"); // Refused, and about that campaign.
        foreach (var recipient in await server.Recipients(campaign))
        {
            var contact = (string)recipient["contactId"]!;
            Secrets.Add(("contact", contact["con_".Length..]));
            await server.Get($"contacts/{contact}/history");
        }

        foreach (var delivery in sink.Deliveries())
        {
            var letter = delivery.Content!.Value.ToArray();
            await Read(server, ReceivedMail.Read(delivery.Sender, delivery.Recipient, 1, letter));
        }

        await Disturb(server);
    }

    private async Task Read(ServerProcess server, ReceivedMail letter)
    {
        Uri AtApi(Uri url) => new(new Uri(server.Url), url.PathAndQuery); // A silo's links name the silo here.
        Secrets.Add(("return path", letter.Sender.Split('@')[0]));
        Secrets.Add(("message", letter.MessageId.Split('@')[0]));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        foreach (var url in letter.Links.Append(letter.Pixel!))
        {
            Secrets.Add(("token", url.Segments[^1].Split('.')[0]));
            (await http.GetAsync(AtApi(url))).Dispose();
        }

        Secrets.Add(("token", letter.UnsubscribeUrl!.Segments[^1]));
        using var body = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var answer = await http.PostAsync(AtApi(letter.UnsubscribeUrl), body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    // What strangers and broken programs send: paths, queries, headers, methods, bodies, mail that nobody asked for.
    private static async Task Disturb(ServerProcess server)
    {
        var address = Uri.EscapeDataString($"{Stranger}@{Domain}");
        string[] paths =
        [
            $"contacts/{address}",
            $"contacts?search={address}",
            $"/nowhere/{address}?q={address}",
            $"/t/u/{address}",
            $"campaigns/{address}/start",
        ];
        foreach (var path in paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.TryAddWithoutValidation("User-Agent", $"Reader/1.0 ({Stranger})");
            request.Headers.TryAddWithoutValidation(
                "traceparent", $"00-0af7651916cd43dd8448eb211c80319c-{CallersSpan}-01");
            request.Headers.TryAddWithoutValidation("tracestate", $"vendor={Stranger}");
            request.Headers.TryAddWithoutValidation("baggage", $"user={Stranger}");
            using var answer = await server.Http.SendAsync(request);
            Assert.True((int)answer.StatusCode is 200 or >= 400, $"{path}: {answer.StatusCode}");
        }

        using var odd = new HttpRequestMessage(
            new HttpMethod(Stranger.ToUpperInvariant()), new Uri("contacts", UriKind.Relative));
        (await server.Http.SendAsync(odd)).Dispose();
        using var broken = new StringContent(
            $"{{\"address\": \"{Stranger}@{Domain}\", ", Encoding.UTF8, "application/json");
        (await server.Http.PostAsync(new Uri("contacts", UriKind.Relative), broken)).Dispose();
        using var mail = new StringContent(
            $"From: {Stranger}@{Domain}\r\nSubject: Undelivered Mail\r\n\r\n<{Stranger}@{Domain}>: unknown user",
            Encoding.UTF8,
            "message/rfc822");
        (await server.Http.PostAsync(new Uri("feedback/messages", UriKind.Relative), mail)).Dispose();
    }
}
