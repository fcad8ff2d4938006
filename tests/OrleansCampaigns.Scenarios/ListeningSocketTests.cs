using System.Globalization;
using System.Net;
using OrleansCampaigns.Scenarios.Cluster;

namespace OrleansCampaigns.Scenarios;

/// <summary>What a process listens on: no port of the cluster asks for a key.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class ListeningSocketTests
{
    [Fact]
    public async Task An_embedded_server_listens_for_HTTP_and_nothing_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets are read from /proc.");
        await using var server = new ServerProcess(1);
        await server.Start();

        Assert.Equal([new Uri(server.Url).Port], SocketsOf(server.ProcessId).Select(socket => socket.Port));
    }

    [Fact]
    public async Task A_silo_that_advertises_the_loopback_address_listens_on_no_other()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets are read from /proc.");
        await using var cluster = await ClusterProcesses.Start(relayPort: 1, silos: 1);

        var sockets = SocketsOf(cluster.Silos[0].ProcessId).ToList();
        Assert.Equal(3, sockets.Count);
        Assert.All(sockets, socket => Assert.True(IPAddress.IsLoopback(socket.Address), $"{socket}"));
    }

    private static IEnumerable<IPEndPoint> SocketsOf(int process)
    {
        var own = Directory.EnumerateFiles($"/proc/{process}/fd")
            .Select(file => new FileInfo(file).LinkTarget)
            .OfType<string>()
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target["socket:[".Length..^1])
            .ToHashSet();
        return ((string[])["tcp", "tcp6"])
            .SelectMany(family => File.ReadLines($"/proc/{process}/net/{family}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && own.Contains(fields[9]))
            .Select(fields => Parse(fields[1]));
    }

    // Words of 32 bits, each in the order of the machine.
    private static IPEndPoint Parse(string hexadecimal)
    {
        var (address, port) = (hexadecimal.Split(':')[0], hexadecimal.Split(':')[1]);
        var octets = Convert.FromHexString(address).Chunk(4).SelectMany(word => word.Reverse()).ToArray();
        return new(new IPAddress(octets), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
