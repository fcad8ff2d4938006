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
internal sealed class Demo(int recipients, int seed, string? data, bool stays, Display display)
{
    public async Task<DemoResult> Run(CancellationToken cancellation)
    {
        var folder = data ?? Path.Combine(Path.GetTempPath(), $"orleans-campaigns-demo-{Path.GetRandomFileName()}");
        using var interruption = new Interruption(data is null ? folder : null);
        try
        {
            display.Say("A server and a sandbox of the receiving world are started.");
            var inbox = new SandboxInbox();
            await using var sandbox = SandboxServer.Start(new SandboxOptions { Inbox = stays ? inbox : null });
            var url = $"http://127.0.0.1:{FreePort()}";
            var key = DemoAccess.MakeSecret();
            await using var server = await Server.Build(
                Settings(folder, url, sandbox.Port), services => Adjust(services, key, interruption), cancellation);
            server.MapSandbox(inbox);
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
            if (stays)
            {
                interruption.ExitCode = result.Violations.Count == 0 ? 0 : 1;
                display.Invite(url, key);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }

            await server.StopAsync(cancellation);
            return result;
        }
        finally
        {
            interruption.Clean();
        }
    }

    private static void Adjust(IServiceCollection services, string key, Interruption interruption)
    {
        DemoAccess.Add(services, key);
        services.PostConfigure<LoggerFilterOptions>(interruption.Silence);
        services.AddSingleton<IHostLifetime, NoLifetime>(); // Signals are the interruption's.
    }

    private static IConfiguration Settings(string folder, string url, int relayPort) => new ConfigurationBuilder()
        .AddInMemoryCollection(WorldPace.Settings(relayPort))
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = folder,
            ["Listen"] = url,
            ["Tracking:PublicUrl"] = url,
            ["Sandbox"] = "true",
            ["Logging:LogLevel:Default"] = "Warning",

            // How busy the machine is would be written across the table.
            ["Logging:LogLevel:Orleans"] = "Error",
        })
        .Build();

    // Links in e-mails name the port: it must be known before the server listens.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
