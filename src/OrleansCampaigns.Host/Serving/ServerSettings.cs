using System.Net;
using System.Net.Sockets;
using static OrleansCampaigns.Host.Serving.SettingsException;

namespace OrleansCampaigns.Host.Serving;

/// <summary>What the process as a whole is told: the root of the configuration.</summary>
internal sealed class ServerSettings
{
    private const int PortMax = 65_535;

    /// <summary>The folder of the embedded database and of files being imported.</summary>
    public string Data { get; set; } = "./data";

    /// <summary>Where the API, or a silo's health, listens.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:8025";

    /// <summary>The role, by name: <c>all</c>, <c>silo</c> or <c>api</c>.</summary>
    public string Role { get; set; } = nameof(ServerRole.All);

    /// <summary>
    /// Sends to a sandbox of the receiving world in this process instead of to relays: nobody is written to.
    /// </summary>
    public bool Sandbox { get; set; }

    /// <summary>How silos find and reach each other.</summary>
    public ClusterSettings Cluster { get; set; } = new();

    public ServerRole ServerRole => Enum.Parse<ServerRole>(Role, ignoreCase: true);

    /// <summary>Where a program on the same machine reaches what listens.</summary>
    public Uri LocalUrl
    {
        get
        {
            var url = new UriBuilder(Listen) { Path = "/" };
            if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip))
            {
                // Whatever listens everywhere is reached by the loopback address.
                url.Host = ip.Equals(IPAddress.Any) ? $"{IPAddress.Loopback}"
                    : ip.Equals(IPAddress.IPv6Any) ? $"[{IPAddress.IPv6Loopback}]"
                    : url.Host;
            }

            return url.Uri;
        }
    }

    public string DatabasePath => Path.Combine(Data, "orleanscampaigns.db");

    public string SpoolFolder => Path.Combine(Data, "imports");

    /// <summary>Reads and checks; each error names its key.</summary>
    public static ServerSettings Read(IConfiguration configuration)
    {
        var settings = configuration.Get<ServerSettings>() ?? new ServerSettings();
        Require(!string.IsNullOrWhiteSpace(settings.Data), "Data must name a folder.");
        Require(
            Uri.TryCreate(settings.Listen, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            $"Listen must be a URL such as http://127.0.0.1:8025, not '{settings.Listen}'.");
        Require(
            Enum.TryParse<ServerRole>(settings.Role, ignoreCase: true, out var role) && Enum.IsDefined(role),
            $"Role must be all, silo or api, not '{settings.Role}'.");
        var cluster = settings.Cluster;
        Require(!string.IsNullOrWhiteSpace(cluster.Id), "Cluster:Id must not be empty.");
        Require(!string.IsNullOrWhiteSpace(cluster.ServiceId), "Cluster:ServiceId must not be empty.");
        Require(cluster.SiloPort is > 0 and <= PortMax, $"Cluster:SiloPort must lie between 1 and {PortMax}.");
        Require(cluster.GatewayPort is > 0 and <= PortMax, $"Cluster:GatewayPort must lie between 1 and {PortMax}.");
        Require(cluster.SiloPort != cluster.GatewayPort, "Cluster:SiloPort and Cluster:GatewayPort must differ.");
        Require(
            cluster.TakeOverMax >= FailureDetection.TakeOverMin
                && cluster.TakeOverMax <= FailureDetection.TakeOverMaxMax,
            $"Cluster:TakeOverMax must lie between {FailureDetection.TakeOverMin} and "
                + $"{FailureDetection.TakeOverMaxMax}.");
        Require(
            cluster.ResponseTimeout >= TimeSpan.FromSeconds(1) && cluster.ResponseTimeout <= TimeSpan.FromMinutes(5),
            "Cluster:ResponseTimeout must lie between 00:00:01 and 00:05:00.");
        return settings;
    }
}

/// <summary>How silos find and reach each other: the section <c>Cluster</c>. Needed with PostgreSQL only.</summary>
internal sealed class ClusterSettings
{
    /// <summary>Silos and clients of the same name belong together.</summary>
    public string Id { get; set; } = "orleans-campaigns";

    /// <summary>Whose the stored states are; it must never change.</summary>
    public string ServiceId { get; set; } = "orleans-campaigns";

    /// <summary>The address or host name that other processes reach this silo by.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>The port for other silos.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>The port for API processes.</summary>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>
    /// How long it may take at most until the work of a silo that died or hangs goes on elsewhere. A silo that says
    /// nothing for less than half of it is left alone.
    /// </summary>
    public TimeSpan TakeOverMax { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an API process waits for a silo's answer before it answers 503 itself: a silo that was killed never
    /// answers.
    /// </summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The address to advertise; the first one of this machine when none is configured.</summary>
    /// <exception cref="SettingsException">The host name has no address.</exception>
    public async Task<IPAddress?> FindAddress(CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(AdvertisedAddress))
        {
            return null;
        }

        if (IPAddress.TryParse(AdvertisedAddress, out var address))
        {
            return address;
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(AdvertisedAddress, cancellation);
            return addresses.FirstOrDefault(found => found.AddressFamily == AddressFamily.InterNetwork)
                ?? addresses[0];
        }
        catch (SocketException)
        {
            throw new SettingsException(
                $"Cluster:AdvertisedAddress: the host name '{AdvertisedAddress}' has no address.");
        }
    }
}

/// <summary>A setting breaks a rule. The message names its key and is for people.</summary>
internal sealed class SettingsException(string message) : Exception(message)
{
    /// <summary>Lets a rule be kept.</summary>
    /// <exception cref="SettingsException">It is not; the message is <paramref name="error"/>.</exception>
    public static void Require(bool holds, string error)
    {
        if (!holds)
        {
            throw new SettingsException(error);
        }
    }
}
