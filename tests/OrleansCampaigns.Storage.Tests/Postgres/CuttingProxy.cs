using System.Net.Sockets;
using Npgsql;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>Stands between a client and the server, and can keep an answer to itself.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const string SocketName = ".s.PGSQL.5432";

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("oc-proxy-").FullName;
    private readonly string _server;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private int _cuts;

    public CuttingProxy(string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        _server = Path.Combine(direct.Host!, SocketName);
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = _folder }.ToString();
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, SocketName)));
        _listener.Listen();
        _accepting = Accept();
    }

    /// <summary>Leads through the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>How many answers were kept.</summary>
    public int Cut { get; private set; }

    /// <summary>The next answer of the server is received, thrown away, and its connection closed.</summary>
    public void CutNextAnswer() => _cuts++;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_end.Token);
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server), _end.Token);
                _ = Copy(client, server, isAnswer: false);
                _ = Copy(server, client, isAnswer: true);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Copy(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var length)
            {
                if (isAnswer && _cuts > 0)
                {
                    _cuts--;
                    Cut++;
                    break;
                }

                await to.SendAsync(buffer.AsMemory(0, length), _end.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of them is gone; so the other one goes.
        }

        from.Dispose();
        to.Dispose();
    }
}
