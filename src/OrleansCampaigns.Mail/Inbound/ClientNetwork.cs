using System.Net;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>Which clients count as one, and as neighbours.</summary>
internal static class ClientNetwork
{
    /// <summary>Whether one client has both: the same IPv4 address, or the same /64 of IPv6, which is one host's.
    /// </summary>
    public static bool AreOne(IPAddress one, IPAddress other) => IsSame(one, other, octets4: 4, octets6: 8);

    /// <summary>Whether both are likely to be of one hand: the same /24 of IPv4, the same /48 of IPv6.</summary>
    public static bool AreNear(IPAddress one, IPAddress other) => IsSame(one, other, octets4: 3, octets6: 6);

    private static bool IsSame(IPAddress one, IPAddress other, int octets4, int octets6)
    {
        var (a, b) = (Octets(one), Octets(other));
        var length = a.Length == 4 ? octets4 : octets6;
        return a.Length == b.Length && a.AsSpan(0, length).SequenceEqual(b.AsSpan(0, length));
    }

    private static byte[] Octets(IPAddress address) =>
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
}
