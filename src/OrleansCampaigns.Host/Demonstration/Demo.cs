using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail.Inbound;
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
                InboundPort = InboundPort(server),
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

    // What takes hours in the world takes a second here; nothing else differs from a server's own settings.
    private static IConfiguration Settings(string folder, string url, int relayPort) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = folder,
            ["Listen"] = url,
            ["Tracking:PublicUrl"] = url,

            // The world's people need 40 minutes, which are 4 seconds; its machines 2 minutes at most.
            ["Tracking:MachineWindow"] = "00:00:02.5",
            ["Tracking:MachineBurst"] = "00:00:00.3",
            ["Mail:ReturnPath"] = "bounces@sandbox.example",
            ["Mail:Inbound:Listen"] = "127.0.0.1:0",
            ["Mail:Inbound:Addresses:0"] = "complaints@sandbox.example",
            ["Mail:Relays:0:Name"] = "sandbox",
            ["Mail:Relays:0:Host"] = SandboxServer.Host,
            ["Mail:Relays:0:Port"] = relayPort.ToString(CultureInfo.InvariantCulture),
            ["Mail:Relays:0:Security"] = "None",

            // Domains that push back are slowed here, too, but at the pace of this world's minutes.
            ["Throttling:BackOff:StartRatePerSecond"] = "200",
            ["Throttling:BackOff:RatePerSecondMin"] = "50",
            ["Throttling:BackOff:RatePerSecondMax"] = "400",
            ["Throttling:BackOff:Step"] = "100",
            ["Throttling:BackOff:StepPeriod"] = "00:00:01",
            ["Throttling:BackOff:Pause"] = "00:00:00.02",
            ["Throttling:BackOff:PauseMax"] = "00:00:00.5",
            ["Engine:Retry:Deferred:First"] = "00:00:01",
            ["Engine:Retry:Deferred:Factor"] = "1.5",
            ["Engine:Retry:Deferred:Max"] = "00:00:03",
            ["Engine:Retry:SoftBounced:First"] = "00:00:01",
            ["Engine:Retry:SoftBounced:Factor"] = "1.5",
            ["Engine:Retry:SoftBounced:Max"] = "00:00:03",
            ["Engine:Retry:MaxAge"] = "00:00:08",
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

    private static int InboundPort(WebApplication server) =>
        server.Services.GetRequiredService<InboundServer>().Port
            ?? throw new InvalidOperationException("Nobody listens for what comes back.");
}
