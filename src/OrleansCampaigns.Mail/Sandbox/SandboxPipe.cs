using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmtpServer.IO;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>One connection to the sandbox, which can be dropped in the middle of a dialogue.</summary>
internal sealed class SandboxPipe : ISecurableDuplexPipe
{
    private readonly Socket socket;
    private readonly NetworkStream network;
    private readonly Action<SandboxPipe> onClosed;
    private int isClosed;

    public SandboxPipe(Socket socket, Action<SandboxPipe> onClosed)
    {
        this.socket = socket;
        this.onClosed = onClosed;
        network = new NetworkStream(socket, ownsSocket: true);
        Use(network);
    }

    public PipeReader Input { get; private set; } = null!;

    public PipeWriter Output { get; private set; } = null!;

    public bool IsSecure => SslProtocol != SslProtocols.None;

    public SslProtocols SslProtocol { get; private set; }

    /// <summary>Closes the connection at once, without a word.</summary>
    public void Drop() => Dispose();

    public async Task UpgradeAsync(
        X509Certificate certificate, SslProtocols protocols, CancellationToken cancellationToken)
    {
        var secured = new SslStream(network, leaveInnerStreamOpen: true);
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols },
            cancellationToken);
        SslProtocol = secured.SslProtocol;
        Use(secured);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isClosed, 1) == 0)
        {
            network.Dispose();
            socket.Dispose();
            onClosed(this);
        }
    }

    private void Use(Stream stream)
    {
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        Output = PipeWriter.Create(new SandboxReplyStream(stream), new StreamPipeWriterOptions(leaveOpen: true));
    }
}
