using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Mail.Feedback;
using SmtpServer;
using ServiceProvider = SmtpServer.ComponentModel.ServiceProvider;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>The SMTP server for what comes back. It takes mail for our own addresses and never sends any.</summary>
public sealed partial class InboundServer : IAsyncDisposable
{
    private const int RefusalsMax = 5;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly InboundOptions options;
    private readonly IFeedbackMessages messages;
    private readonly FeedbackAddresses addresses;
    private readonly TimeProvider clock;
    private readonly ILogger<InboundServer> logger;
    private readonly CancellationTokenSource stopping = new();
    private InboundListener? listener;
    private X509Certificate2? certificate;
    private Task running = Task.CompletedTask;

    /// <summary>Sets it up; nothing listens yet.</summary>
    public InboundServer(
        IOptions<InboundOptions> options,
        IFeedbackMessages messages,
        FeedbackAddresses addresses,
        TimeProvider clock,
        ILogger<InboundServer> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options.Value;
        this.messages = messages;
        this.addresses = addresses;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>The port it listens on; <see langword="null"/> while it does not.</summary>
    public int? Port => listener?.Port;

    /// <summary>Listens, if it is configured to.</summary>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public void Start()
    {
        if (options.EndPoint is not { } endPoint)
        {
            return;
        }

        var limits = new InboundLimits(options.MaxMessageOctets, options.IdleTimeout)
        {
            PostmasterDomain = addresses.Domains.FirstOrDefault()
                ?? options.Addresses.Select(address => address[(address.LastIndexOf('@') + 1)..]).FirstOrDefault(),
        };
        try
        {
            listener = new InboundListener(endPoint, options.MaxConnections, limits, clock);
        }
        catch (SocketException taken)
        {
            throw new IOException($"{InboundOptions.Section}:Listen: {endPoint}: {taken.Message}", taken);
        }

        certificate = options.LoadCertificate().Certificate;
        var dialogue = new InboundDialogue(
            messages, new InboundRecipients(addresses, options), options.MaxMessageOctets, clock, logger);
        var services = new ServiceProvider();
        services.Add((SmtpServer.Net.IEndpointListenerFactory)listener);
        services.Add((SmtpServer.Storage.IMailboxFilter)dialogue);
        services.Add((SmtpServer.Storage.IMessageStore)dialogue);
        services.Add((SmtpServer.Protocol.ISmtpCommandFactory)new InboundCommands());
        var settings = new SmtpServerOptionsBuilder()
            .ServerName(options.HostName ?? addresses.Domains.FirstOrDefault() ?? "localhost")
            .MaxMessageSize(options.MaxMessageOctets)
            .MaxRetryCount(RefusalsMax)
            .CommandWaitTimeout(options.IdleTimeout)
            .Endpoint(endpoint =>
            {
                endpoint.Endpoint(endPoint);
                if (certificate is not null)
                {
                    endpoint.Certificate(certificate).SupportedSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13);
                }
            })
            .Build();
        running = new SmtpServer.SmtpServer(settings, services).StartAsync(stopping.Token);
        LogListening(listener.Port);
    }

    /// <summary>Stops listening and drops every connection: whoever was not answered sends again.</summary>
    public async Task Stop()
    {
        await stopping.CancelAsync();
        listener?.Dispose();
        try
        {
            await running.WaitAsync(StopTimeout, clock);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or TimeoutException)
        {
            // Its connections are gone, which is all that was wanted.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        stopping.Dispose();
        certificate?.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Mail that comes back is taken on port {Port}.")]
    private partial void LogListening(int port);
}
