using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansCampaigns.Mail.Tests.Sandbox.World;

/// <summary>A web server that answers with what a test says and remembers what it was asked.</summary>
internal sealed class FakeWeb : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int status;
    private int now;
    private int mostAtOnce;

    public FakeWeb(int status = 200, bool holds = false)
    {
        this.status = status;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        listener.Prefixes.Add(Url.AbsoluteUri);
        listener.Start();
        if (!holds)
        {
            released.SetResult();
        }

        _ = Serve();
    }

    public Uri Url { get; }

    /// <summary>How many requests wait for an answer.</summary>
    public int Now => Volatile.Read(ref now);

    public int MostAtOnce => Volatile.Read(ref mostAtOnce);

    /// <summary>Method, path, query and body of each request, in the order of their arrival.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    public void Release() => released.TrySetResult();

    public void Dispose() => ((IDisposable)listener).Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                _ = Answer(await listener.GetContextAsync());
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        var atOnce = Interlocked.Increment(ref now);
        mostAtOnce = Math.Max(mostAtOnce, atOnce);
        using var reader = new StreamReader(context.Request.InputStream);
        requests.Enqueue($"{context.Request.HttpMethod} {context.Request.RawUrl} {await reader.ReadToEndAsync()}"
            .TrimEnd());
        await released.Task;
        Interlocked.Decrement(ref now);
        context.Response.StatusCode = status;
        if (status == 302)
        {
            context.Response.RedirectLocation = "https://news.example/week";
        }

        context.Response.Close();
    }
}
