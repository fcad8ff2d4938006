using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansCampaigns.TestKit.Telemetry;

/// <summary>Takes traces and metrics as a collector does: OTLP over gRPC, and over HTTP as Protocol Buffers.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private const int FrameHeader = 5; // Whether it is compressed, and how long it is.

    private readonly ConcurrentQueue<byte[]> _requests = new();
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpMetric> _metrics = new();
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    /// <summary>Where gRPC is spoken.</summary>
    public string GrpcUrl { get; private set; } = "";

    /// <summary>Where HTTP is spoken.</summary>
    public string HttpUrl { get; private set; } = "";

    /// <summary>All octets that came, request by request.</summary>
    public IEnumerable<byte[]> Requests => _requests;

    /// <summary>All spans that came.</summary>
    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    /// <summary>All metrics that came, each as often as it was sent.</summary>
    public IReadOnlyCollection<OtlpMetric> Metrics => _metrics;

    /// <summary>Listens on two free ports of this machine.</summary>
    public static async Task<OtlpCollector> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", collector.TakeSpansByGrpc);
        app.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", collector.TakeMetricsByGrpc);
        app.MapPost("/v1/traces", async (HttpRequest request) => collector.TakeSpans(await Read(request)));
        app.MapPost("/v1/metrics", async (HttpRequest request) => collector.TakeMetrics(await Read(request)));
        await app.StartAsync();
        var urls = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        (collector.GrpcUrl, collector.HttpUrl) = (urls.First(), urls.Last());
        return collector;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeSpansByGrpc(HttpContext context) => await Answer(context, TakeSpans);

    private async Task TakeMetricsByGrpc(HttpContext context) => await Answer(context, TakeMetrics);

    private static async Task Answer(HttpContext context, Action<byte[]> take)
    {
        var frame = await Read(context.Request);
        var length = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1));
        var message = frame.AsSpan(FrameHeader, length).ToArray();
        take(frame[0] == 0 ? message : Unpack(message));
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[FrameHeader], context.RequestAborted); // An empty message.
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private void TakeSpans(byte[] message)
    {
        _requests.Enqueue(message);
        OtlpDecoder.Spans(message).ForEach(_spans.Enqueue);
    }

    private void TakeMetrics(byte[] message)
    {
        _requests.Enqueue(message);
        OtlpDecoder.Metrics(message).ForEach(_metrics.Enqueue);
    }

    private static async Task<byte[]> Read(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return request.Headers.ContentEncoding == "gzip" ? Unpack(body.ToArray()) : body.ToArray();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var unpacked = new MemoryStream();
        using var source = new MemoryStream(packed);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
