using System.Net;
using System.Net.Sockets;
using OrleansCampaigns.Host.Sandboxing;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// A whole campaign in a fresh folder: a sandbox of the receiving world, a server like that of <c>serve</c>, and a
/// client that knows only the API. What the world sends back comes as it would come from the real one: by SMTP and
/// HTTP.
/// </summary>
internal sealed class Demo(int recipients, int seed, string? data, Display display)
{
    public async Task<DemoResult> Run(CancellationToken cancellation)
    {
        var folder = data ?? Path.Combine(Path.GetTempPath(), $"orleans-campaigns-demo-{Path.GetRandomFileName()}");
        try
        {
            await using var sandbox = SandboxServer.Start();
            var url = $"http://127.0.0.1:{FreePort()}";
            var key = DemoAccess.MakeSecret();
            await using var server = await Server.Build(
                Settings(folder, url, sandbox.Port), services => DemoAccess.Add(services, key), cancellation);
            await server.StartAsync(cancellation);
            await using var world = new SandboxWorld(new SandboxWorldOptions
            {
                Seed = seed,
                InboundPort = ServedSandbox.InboundPort(server),
                PublicUrl = new Uri(url),
            });
            sandbox.World = world;
            using var client = new DemoClient(url, key);
            var result = await new DemoScene(client, sandbox, world, display).Play(recipients, seed, cancellation);
            await server.StopAsync(cancellation);
            return result;
        }
        finally
        {
            if (data is null && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static IConfiguration Settings(string folder, string url, int relayPort) => new ConfigurationBuilder()
        .AddInMemoryCollection(WorldPace.Settings(relayPort))
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = folder,
            ["Listen"] = url,
            ["Tracking:PublicUrl"] = url,
            ["Logging:LogLevel:Default"] = "Warning",
        })
        .Build();

    // Links in e-mails name the port: it must be known before the server listens.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
