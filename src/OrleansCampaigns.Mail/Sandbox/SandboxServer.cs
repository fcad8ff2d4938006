using System.Net;
using System.Security.Authentication;
using OrleansCampaigns.Mail.Sandbox.World;
using SmtpServer;
using ServiceProvider = SmtpServer.ComponentModel.ServiceProvider;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>An SMTP server on the loopback interface that behaves like the receiving world.</summary>
/// <remarks>
/// <see cref="SandboxRules"/> decides by the recipient's address alone, and attempt by attempt: nothing is random. It
/// counts for itself what it accepted, so that the engine's own figures can be checked against it.
/// </remarks>
public sealed class SandboxServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly SandboxListener listener;
    private readonly SandboxLedger ledger;
    private readonly SandboxBehaviour behaviour;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    private SandboxServer(SandboxOptions options, TimeProvider clock)
    {
        ledger = new SandboxLedger(clock, options);
        listener = new SandboxListener(options);

        behaviour = new SandboxBehaviour(options, ledger, clock);
        var services = new ServiceProvider();
        services.Add((SmtpServer.Net.IEndpointListenerFactory)listener);
        services.Add((SmtpServer.Storage.IMailboxFilter)behaviour);
        services.Add((SmtpServer.Storage.IMessageStore)behaviour);
        if (options.Username is not null)
        {
            services.Add((SmtpServer.Authentication.IUserAuthenticator)behaviour);
        }

        var serverOptions = new SmtpServerOptionsBuilder()
            .ServerName("sandbox.example")
            .MaxMessageSize(options.MessageSizeMax)
            .Endpoint(endpoint => Define(endpoint, options, listener.Port))
            .Build();
        running = new SmtpServer.SmtpServer(serverOptions, services).StartAsync(stopping.Token);
    }

    /// <summary>The address it listens on.</summary>
    public static string Host => "127.0.0.1";

    /// <summary>The port it listens on.</summary>
    public int Port => listener.Port;

    /// <summary>Who does something about what is accepted from now on; nobody when absent.</summary>
    public SandboxWorld? World
    {
        get => behaviour.World;
        set => behaviour.World = value;
    }

    /// <summary>Starts a server; it listens when this returns.</summary>
    /// <param name="options">How it is set up; the defaults when absent.</param>
    /// <param name="clock">For latencies and the times of deliveries.</param>
    public static SandboxServer Start(SandboxOptions? options = null, TimeProvider? clock = null) =>
        new(options ?? new SandboxOptions(), clock ?? TimeProvider.System);

    /// <summary>
    /// Stops listening and drops every connection, as a machine that fails does. What it counted stays.
    /// </summary>
    public void GoDown() => listener.Close();

    /// <summary>Listens again, on the same port.</summary>
    public void ComeUp() => listener.Open();

    /// <summary>What it counted so far.</summary>
    public SandboxSnapshot Snapshot() =>
        ledger.Snapshot(listener.Connections, listener.ConnectionsNow, listener.ConnectionsAtOnceMax);

    /// <summary>Every message it accepted, in order, where <see cref="SandboxOptions.KeepDeliveries"/> asks for it.
    /// </summary>
    public IReadOnlyList<SandboxDelivery> Deliveries() => ledger.Deliveries();

    /// <summary>Every attempt, in order, when <see cref="SandboxOptions.KeepAttempts"/> asks for it.</summary>
    public IReadOnlyList<SandboxAttempt> Attempts() => ledger.Attempts();

    /// <summary>How often a recipient was named (RCPT TO), refused or not.</summary>
    public int AttemptsAt(string recipient) => ledger.AttemptsAt(recipient);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Close();
        try
        {
            await running.WaitAsync(StopTimeout);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or TimeoutException)
        {
            // Its connections are gone, which is all that was wanted.
        }

        stopping.Dispose();
    }

    private static void Define(EndpointDefinitionBuilder endpoint, SandboxOptions options, int port)
    {
        endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, port));
        if (options.Username is not null)
        {
            endpoint.AuthenticationRequired().AllowUnsecureAuthentication();
        }

        if (options.Certificate is not null)
        {
            endpoint.Certificate(options.Certificate)
                .IsSecure(options.ImplicitTls)
                .SupportedSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13);
        }
    }
}
