using System.Net;
using System.Net.Sockets;
using SmtpServer;
using SmtpServer.IO;
using SmtpServer.Net;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>Accepts connections; can be closed and opened again on the same port while the server lives.</summary>
internal sealed class SandboxListener : IEndpointListenerFactory, IEndpointListener
{
    private readonly SandboxOptions options;
    private readonly Lock gate = new();
    private readonly HashSet<SandboxPipe> pipes = [];
    private TcpListener? listener;
    private TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SandboxListener(SandboxOptions options)
    {
        this.options = options;
        Port = options.Port;
        Open();
    }

    public int Port { get; private set; }

    public long Connections { get; private set; }

    public int ConnectionsAtOnceMax { get; private set; }

    public int ConnectionsNow
    {
        get
        {
            lock (gate)
            {
                return pipes.Count;
            }
        }
    }

    public void Open()
    {
        lock (gate)
        {
            if (listener is not null)
            {
                return;
            }

            listener = new TcpListener(IPAddress.Loopback, Port);
            listener.Start(backlog: 512);
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
            opened.TrySetResult();
        }
    }

    /// <summary>Stops listening and drops every connection.</summary>
    public void Close()
    {
        SandboxPipe[] dropped;
        lock (gate)
        {
            listener?.Dispose();
            listener = null;
            dropped = [.. pipes];
            if (opened.Task.IsCompleted)
            {
                opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        foreach (var pipe in dropped)
        {
            pipe.Drop();
        }
    }

    public IEndpointListener CreateListener(IEndpointDefinition endpointDefinition) => this;

    public async Task<ISecurableDuplexPipe> GetPipeAsync(ISessionContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (current, whenOpen) = Current();
            await whenOpen.WaitAsync(cancellationToken);
            if (current is null)
            {
                continue;
            }

            try
            {
                var socket = await current.AcceptSocketAsync(cancellationToken);
                if (await Admit(socket, current) is { } pipe)
                {
                    return pipe;
                }
            }
            catch (Exception closed) when (closed is SocketException or InvalidOperationException)
            {
                // Closed while we waited: wait until it is opened again.
            }
        }
    }

    public void Dispose() => Close();

    private (TcpListener? Listener, Task WhenOpen) Current()
    {
        lock (gate)
        {
            return (listener, opened.Task);
        }
    }

    private async Task<SandboxPipe?> Admit(Socket socket, TcpListener acceptedBy)
    {
        socket.NoDelay = true;
        lock (gate)
        {
            if (!ReferenceEquals(listener, acceptedBy))
            {
                socket.Dispose();
                return null;
            }

            Connections++;
            if (pipes.Count < options.ConnectionsMax)
            {
                var pipe = new SandboxPipe(socket, Remove);
                pipes.Add(pipe);
                ConnectionsAtOnceMax = Math.Max(ConnectionsAtOnceMax, pipes.Count);
                return pipe;
            }
        }

        using (socket)
        {
            await socket.SendAsync("421 4.7.0 Too many connections from your address\r\n"u8.ToArray(), SocketFlags.None);
        }

        return null;
    }

    private void Remove(SandboxPipe pipe)
    {
        lock (gate)
        {
            pipes.Remove(pipe);
        }
    }
}
