using System.Buffers;
using System.Net;
using System.Text;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using ServiceProvider = SmtpServer.ComponentModel.ServiceProvider;

namespace OrleansCampaigns.TestKit;

/// <summary>Takes mail by SMTP, as the server of a domain does, and hands it on with a trace of where it was sent.
/// </summary>
public sealed class DeliveryAgent : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <summary>Listens on a port of this machine.</summary>
    /// <param name="port">The port.</param>
    /// <param name="deliver">
    /// Where it goes: the envelope's recipient and the octets, which begin with a Delivered-To field. Whoever sends is
    /// answered after that.
    /// </param>
    public DeliveryAgent(int port, Func<string, byte[], Task> deliver)
    {
        ArgumentNullException.ThrowIfNull(deliver);
        var services = new ServiceProvider();
        services.Add(new Store(deliver));
        var options = new SmtpServerOptionsBuilder()
            .ServerName("mx.sender.example")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, port)))
            .Build();
        _running = new SmtpServer.SmtpServer(options, services).StartAsync(_stopping.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _running.WaitAsync(StopTimeout);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or TimeoutException)
        {
            // Its connections are gone, which is all that was wanted.
        }

        _stopping.Dispose();
    }

    private sealed class Store(Func<string, byte[], Task> deliver) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context,
            IMessageTransaction transaction,
            ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            var recipient = transaction.To.Single().AsAddress();
            await deliver(
                recipient, [.. Encoding.ASCII.GetBytes($"Delivered-To: {recipient}\r\n"), .. buffer.ToArray()]);
            return SmtpResponse.Ok;
        }
    }
}
