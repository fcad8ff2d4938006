using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.Storage.Postgres;
using static OrleansCampaigns.Host.Serving.SettingsException;

namespace OrleansCampaigns.Host.Sandboxing;

/// <summary>
/// <c>serve --sandbox</c>: the receiving world of the demo behind the real API, with an inbox to look into. Nothing
/// leaves the machine.
/// </summary>
internal sealed class ServedSandbox : IAsyncDisposable
{
    /// <summary>
    /// A folder of its own: what the sandbox makes of contacts must not be taken for what the world made of them.
    /// </summary>
    private const string DataFolder = "./sandbox-data";

    private readonly SandboxServer _server;
    private SandboxWorld? _world;

    private ServedSandbox(IConfiguration given)
    {
        _server = SandboxServer.Start(new SandboxOptions { Inbox = Inbox, KeepDeliveries = false });
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(WorldPace.Settings(_server.Port))
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                [nameof(ServerSettings.Data)] = DataFolder,
                [PublicUrlKey] = ServerSettings.Read(given).LocalUrl.GetLeftPart(UriPartial.Authority),
            });
        Settings = settings.AddConfiguration(given).Build();
    }

    private static string PublicUrlKey => $"{TrackingOptions.Section}:{nameof(TrackingOptions.PublicUrl)}";

    private static string RelaysKey => $"{MailOptions.Section}:{nameof(MailOptions.Relays)}";

    /// <summary>What was given, and where nothing was, what a sandbox needs.</summary>
    public IConfiguration Settings { get; }

    /// <summary>What arrived.</summary>
    public SandboxInbox Inbox { get; } = new();

    /// <summary>Starts the SMTP side of a sandbox if the settings ask for one.</summary>
    /// <exception cref="SettingsException">They ask for something else as well that it cannot be.</exception>
    public static ServedSandbox? Start(IConfiguration given)
    {
        var settings = ServerSettings.Read(given);
        if (!settings.Sandbox)
        {
            return null;
        }

        const string Key = nameof(ServerSettings.Sandbox);
        Require(settings.ServerRole == ServerRole.All, $"{Key}: needs Role all; a sandbox is one process.");
        Require(
            !given.GetSection(PostgresOptions.Section).Exists(),
            $"{Key}: has an embedded database of its own; leave {PostgresOptions.Section} out.");
        Require(
            !given.GetSection(RelaysKey).Exists(),
            $"{Key}: delivers to nobody, but {RelaysKey} names relays; leave one of the two out.");
        return new(given);
    }

    /// <summary>The port of the listener for mail that comes back.</summary>
    public static int InboundPort(WebApplication server) =>
        server.Services.GetRequiredService<InboundServer>().Port
            ?? throw new InvalidOperationException("Nothing listens for what comes back.");

    /// <summary>Maps the pages of the inbox.</summary>
    public void Map(WebApplication server) => server.MapSandbox(Inbox);

    /// <summary>From now on the world reacts to what it accepts.</summary>
    /// <param name="server">The server; it listens.</param>
    public void Awaken(WebApplication server)
    {
        _world = new SandboxWorld(new SandboxWorldOptions
        {
            InboundPort = InboundPort(server),
            PublicUrl = new Uri(Settings[PublicUrlKey]!),
            KeepSignals = false,
        });
        _server.World = _world;
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }

        await _server.DisposeAsync();
    }
}
