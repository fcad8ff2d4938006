using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmtpServer.IO;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>One connection, held to its limits.</summary>
internal sealed class InboundPipe : ISecurableDuplexPipe
{
    private readonly NetworkStream network;
    private readonly InboundLimits limits;
    private readonly TimeProvider clock;
    private readonly DateTimeOffset deadline;
    private readonly Action<InboundPipe> onClosed;
    private SslStream? secured;
    private InboundStream stream = null!;
    private int isClosed;

    public InboundPipe(Socket socket, InboundLimits limits, TimeProvider clock, Action<InboundPipe> onClosed)
    {
        this.limits = limits;
        this.clock = clock;
        this.onClosed = onClosed;
        deadline = clock.GetUtcNow() + limits.ConnectionTimeout;
        Client = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        network = new NetworkStream(socket, ownsSocket: true);
        Use(network);
    }

    /// <summary>Who is connected.</summary>
    public IPAddress Client { get; }

    /// <summary>How large the last message was, as sent.</summary>
    public long MessageOctets => stream.MessageOctets;

    public PipeReader Input { get; private set; } = null!;

    public PipeWriter Output { get; private set; } = null!;

    public bool IsSecure => secured is not null;

    public SslProtocols SslProtocol => secured?.SslProtocol ?? SslProtocols.None;

    public async Task UpgradeAsync(
        X509Certificate certificate, SslProtocols protocols, CancellationToken cancellationToken)
    {
        var handshaken = new SslStream(network, leaveInnerStreamOpen: true);
        using var limit = new CancellationTokenSource(limits.HandshakeTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await handshaken.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols },
            either.Token);
        secured = handshaken;
        Use(handshaken);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isClosed, 1) == 0)
        {
            secured?.Dispose();
            network.Dispose();
            onClosed(this);
        }
    }

    private void Use(Stream inner)
    {
        stream = new InboundStream(inner, limits, deadline, clock, Dispose);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
