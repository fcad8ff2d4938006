using System.Net;
using System.Net.Sockets;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Tries the addresses that a process is to listen on before anything starts.</summary>
/// <remarks>
/// What takes an address between this look and the start is told, too, though not by its key: the frameworks that
/// listen do not know it.
/// </remarks>
internal static class ListenCheck
{
    /// <summary>Tries where HTTP is to be listened on.</summary>
    /// <exception cref="SettingsException">It cannot be.</exception>
    public static void RequireUrl(string key, string url)
    {
        // Kestrel takes a name other than localhost for every address of the machine.
        var uri = new Uri(url);
        var host = uri.Host.Trim('[', ']');
        var address = IPAddress.TryParse(host, out var ip) ? ip
            : uri.IsLoopback ? IPAddress.Loopback
            : IPAddress.Any;
        Require(key, url, new IPEndPoint(address, uri.Port));
    }

    /// <summary>Tries one address.</summary>
    /// <exception cref="SettingsException">It cannot be listened on.</exception>
    public static void Require(string key, string shown, IPEndPoint endPoint)
    {
        if (endPoint.Port == 0)
        {
            return;
        }

        try
        {
            using var listener = new TcpListener(endPoint);
            listener.Start();
        }
        catch (SocketException refused)
        {
            throw new SettingsException($"{key}: {shown} cannot be listened on: {Explain(refused)}");
        }
    }

    private static string Explain(SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use by another process.",
        SocketError.AddressNotAvailable => "this machine has no such address.",
        SocketError.AccessDenied => "the system does not allow it; ports below 1024 need more rights.",
        _ => refused.Message,
    };
}
