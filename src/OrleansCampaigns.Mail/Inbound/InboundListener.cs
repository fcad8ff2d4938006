using System.Net;
using System.Net.Sockets;
using SmtpServer;
using SmtpServer.IO;
using SmtpServer.Net;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>Accepts connections, a bounded number at a time.</summary>
internal sealed class InboundListener : IEndpointListenerFactory, IEndpointListener
{
    private const int Backlog = 128;

    // After a failure that has nothing to do with one client, such as too many open files.
    private static readonly TimeSpan FailureWait = TimeSpan.FromSeconds(1);

    private readonly TcpListener listener;
    private readonly InboundLimits limits;
    private readonly int connectionsMax;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly HashSet<InboundPipe> pipes = [];

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public InboundListener(IPEndPoint endPoint, int connectionsMax, InboundLimits limits, TimeProvider clock)
    {
        this.connectionsMax = connectionsMax;
        this.limits = limits;
        this.clock = clock;
        listener = new TcpListener(endPoint);
        listener.Start(Backlog);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public IEndpointListener CreateListener(IEndpointDefinition endpointDefinition) => this;

    public async Task<ISecurableDuplexPipe> GetPipeAsync(ISessionContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptSocketAsync(cancellationToken);
                if (await Admit(socket) is { } pipe)
                {
                    return pipe;
                }
            }
            catch (SocketException) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(FailureWait, clock, cancellationToken);
            }
        }
    }

    /// <summary>Stops listening and drops every connection.</summary>
    public void Dispose()
    {
        InboundPipe[] dropped;
        lock (gate)
        {
            listener.Dispose();
            dropped = [.. pipes];
        }

        foreach (var pipe in dropped)
        {
            pipe.Dispose();
        }
    }

    private async Task<InboundPipe?> Admit(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            if (TryHold(socket) is { } pipe)
            {
                return pipe;
            }

            using (socket)
            {
                await socket.SendAsync("421 4.7.0 Too many connections, try again later\r\n"u8.ToArray());
            }
        }
        catch (Exception gone) when (gone is SocketException or IOException or ObjectDisposedException)
        {
            socket.Dispose(); // It left before it was greeted.
        }

        return null;
    }

    private InboundPipe? TryHold(Socket socket)
    {
        var client = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        lock (gate)
        {
            // The last eighth is for networks that have few: one owner of many addresses must not have all.
            var nearby = pipes.Count(pipe => ClientNetwork.AreNear(pipe.Client, client));
            if (pipes.Count >= connectionsMax
                || pipes.Count(pipe => ClientNetwork.AreOne(pipe.Client, client)) >= Part(4)
                || nearby >= Part(2)
                || (pipes.Count >= connectionsMax - (connectionsMax / 8) && nearby >= Part(32)))
            {
                return null;
            }

            var pipe = new InboundPipe(socket, limits, clock, Remove);
            pipes.Add(pipe);
            return pipe;
        }
    }

    // Of few connections one client may have two, or it could not open the next before it closes the last.
    private int Part(int divisor) => Math.Max(Math.Max(1, Math.Min(2, connectionsMax / 2)), connectionsMax / divisor);

    private void Remove(InboundPipe pipe)
    {
        lock (gate)
        {
            pipes.Remove(pipe);
        }
    }
}
