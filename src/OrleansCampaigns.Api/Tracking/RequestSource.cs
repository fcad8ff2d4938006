using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Where a request comes from, as far as that can be trusted.</summary>
internal sealed class RequestSource(IOptions<TrackingOptions> options)
{
    private readonly IPNetwork[] _proxies = Networks(options.Value.TrustedProxies);
    private readonly IPNetwork[] _machines =
        [.. ScannerNetworks.All.SelectMany(maker => maker.Networks), .. Networks(options.Value.MachineNetworks)];

    /// <summary>The address that the request was sent from; <see langword="null"/> when it is not known.</summary>
    /// <remarks>
    /// A proxy in front of the API says for whom it asks, and only one that <c>Tracking:TrustedProxies</c> names is
    /// believed. An address of a private network is that of such a proxy, or of a load balancer: everybody would be
    /// one source.
    /// </remarks>
    public IPAddress? AddressOf(HttpContext context)
    {
        var address = Plain(context.Connection.RemoteIpAddress);
        var forwarded = string.Join(',', context.Request.Headers["X-Forwarded-For"].AsEnumerable()).Split(',');
        for (var i = forwarded.Length - 1; i >= 0 && address is not null && Contains(_proxies, address); i--)
        {
            address = Read(forwarded[i]);
        }

        return address is null || IsPrivate(address) ? null : address;
    }

    /// <summary>Whether an address is one from which nobody but machines looks at e-mails.</summary>
    public bool IsMachines(IPAddress? address) => address is not null && Contains(_machines, address);

    /// <summary>One source: an address, or the network that one subscriber has of IPv6, with its program.</summary>
    public static string? Name(IPAddress? address, string? userAgent)
    {
        if (address is null)
        {
            return null;
        }

        var network = address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
        return $"{network} {string.GetHashCode(userAgent ?? "", StringComparison.Ordinal)}";
    }

    private static IPNetwork[] Networks(IEnumerable<string> written) =>
        [.. written.Select(text => IPNetwork.TryParse(text, out var network) ? network : (IPNetwork?)null)
            .OfType<IPNetwork>()];

    private static bool Contains(IPNetwork[] networks, IPAddress address) =>
        Array.Exists(networks, network => network.Contains(address));

    // Some write the port as well.
    private static IPAddress? Read(string text) =>
        IPAddress.TryParse(text.Trim(), out var address) ? Plain(address)
        : IPEndPoint.TryParse(text.Trim(), out var endPoint) ? Plain(endPoint.Address)
        : null;

    private static IPAddress? Plain(IPAddress? address) =>
        address?.IsIPv4MappedToIPv6 == true ? address.MapToIPv4() : address;

    private static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        var octets = address.GetAddressBytes();
        return (octets[0], octets[1]) switch
        {
            (10 or 127, _) or (192, 168) or (169, 254) => true,
            (172, >= 16 and < 32) or (100, >= 64 and < 128) => true, // RFC 1918; RFC 6598, of carriers.
            _ => false,
        };
    }
}
