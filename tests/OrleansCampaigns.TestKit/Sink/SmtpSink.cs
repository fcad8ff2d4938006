using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using ServiceProvider = SmtpServer.ComponentModel.ServiceProvider;

namespace OrleansCampaigns.TestKit.Sink;

/// <summary>
/// An SMTP server on the loopback interface that takes everything, unless it is told otherwise, and records when.
/// </summary>
/// <remarks>
/// Its clock alone is what rates are measured by. It knows nothing of the engine, so that it can stand outside of
/// processes that are killed.
/// </remarks>
public sealed class SmtpSink : IAsyncDisposable
{
    private readonly ConcurrentQueue<SinkRecord> _records = new();
    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);
    private readonly long _startedAt = TimeProvider.System.GetTimestamp();
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _sendersRefused;

    private SmtpSink(int port) => Port = port;

    /// <summary>The port it listens on, for as long as it lives.</summary>
    public int Port { get; }

    /// <summary>What is answered to MAIL FROM, given the sender; accepted when it says nothing.</summary>
    public Func<string, SinkAnswer?> AtSender { get; set; } = _ => null;

    /// <summary>The largest message that it announces to take, in octets (SIZE), from when it next listens.</summary>
    public int SizeMax { get; set; } = 32 * 1024 * 1024;

    /// <summary>How often a sender was refused.</summary>
    public int SendersRefused => _sendersRefused;

    /// <summary>What is answered to RCPT TO; accepted when it says nothing.</summary>
    public Func<SinkQuestion, SinkAnswer?> AtRecipient { get; set; } = _ => null;

    /// <summary>What is answered to the end of the message; accepted when it says nothing.</summary>
    public Func<SinkQuestion, SinkAnswer?> AtContent { get; set; } = _ => null;

    /// <summary>How long it takes to answer the end of a message.</summary>
    public Func<SinkQuestion, TimeSpan> Delay { get; set; } = _ => TimeSpan.Zero;

    /// <summary>Every transaction that was answered, in the order of its answer.</summary>
    public IReadOnlyCollection<SinkRecord> Records => _records;

    /// <summary>Starts it; it listens when this returns.</summary>
    public static SmtpSink Start(int? port = null)
    {
        var sink = new SmtpSink(port ?? FreePort());
        sink.GoUp();
        return sink;
    }

    /// <summary>Listens again, on the same port.</summary>
    public void GoUp()
    {
        if (!_running.IsCompleted)
        {
            return;
        }

        _stop = new();
        var services = new ServiceProvider();
        services.Add((IMailboxFilter)new Dialogue(this));
        services.Add((IMessageStore)new Dialogue(this));
        var options = new SmtpServerOptionsBuilder()
            .ServerName("sink.example")
            .MaxMessageSize(SizeMax)
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, Port)))
            .Build();
        var server = new SmtpServer.SmtpServer(options, services);
        server.SessionCreated += (_, session) => session.Context.CommandExecuting += (_, next) =>
        {
            if (next.Command is EhloCommand greeting)
            {
                next.Context.Properties[Dialogue.Client] = greeting.DomainOrAddress;
            }
        };
        _running = server.StartAsync(_stop.Token);
    }

    /// <summary>Stops listening and drops every connection.</summary>
    public async Task GoDown()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // It has ended, as it was told.
        }

        _stop.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_running.IsCompleted)
        {
            await GoDown();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_startedAt);

    private void Add(SinkQuestion question, ISessionContext context, int code) => _records.Enqueue(
        new(question.MessageId, question.Domain, Dialogue.Begun(context), Elapsed, code)
        {
            Client = context.Properties.TryGetValue(Dialogue.Client, out var client) ? (string)client : "",
        });

    private int NextAttempt(string? messageId) =>
        messageId is null ? 1 : _attempts.AddOrUpdate(messageId, 1, (_, count) => count + 1);

    private sealed class Dialogue(SmtpSink sink) : MailboxFilter, IMessageStore
    {
        public const string Client = "sink.client";

        private const string BegunAt = "sink.begun-at";
        private const int HeadMax = 64 * 1024;

        public static TimeSpan Begun(ISessionContext context) => (TimeSpan)context.Properties[BegunAt];

        public override Task<bool> CanAcceptFromAsync(
            ISessionContext context, IMailbox @from, int size, CancellationToken cancellationToken)
        {
            context.Properties[BegunAt] = sink.Elapsed;
            if (sink.AtSender(@from.AsAddress()) is not { } answer)
            {
                return Task.FromResult(true);
            }

            Interlocked.Increment(ref sink._sendersRefused);
            throw new SmtpResponseException(Reply(answer), quit: answer.Code == 421);
        }

        public override Task<bool> CanDeliverToAsync(
            ISessionContext context, IMailbox to, IMailbox @from, CancellationToken cancellationToken)
        {
            var question = new SinkQuestion(to.AsAddress(), to.Host.ToLowerInvariant(), MessageId: null, Attempt: 0);
            if (sink.AtRecipient(question) is not { } answer)
            {
                return Task.FromResult(true);
            }

            sink.Add(question, context, answer.Code);
            throw new SmtpResponseException(Reply(answer), quit: answer.Code == 421);
        }

        public async Task<SmtpResponse> SaveAsync(
            ISessionContext context,
            IMessageTransaction transaction,
            ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            var to = transaction.To[0];
            var messageId = ReadMessageId(buffer);
            var question = new SinkQuestion(
                to.AsAddress(), to.Host.ToLowerInvariant(), messageId, sink.NextAttempt(messageId));
            if (sink.Delay(question) is var delay && delay > TimeSpan.Zero)
            {
                using var timer = new PeriodicTimer(delay);
                await timer.WaitForNextTickAsync(cancellationToken);
            }

            var answer = sink.AtContent(question);
            sink.Add(question, context, answer?.Code ?? 250);
            return answer switch
            {
                null => SmtpResponse.Ok,
                { Code: 421 } => throw new SmtpResponseException(Reply(answer), quit: true),
                _ => Reply(answer),
            };
        }

        private static SmtpResponse Reply(SinkAnswer answer) => new((SmtpReplyCode)answer.Code, answer.Text);

        private static string? ReadMessageId(ReadOnlySequence<byte> message)
        {
            var head = Encoding.Latin1.GetString(message.Slice(0, Math.Min(message.Length, HeadMax)));
            const string Field = "\nMessage-ID:";
            var at = head.IndexOf(Field, StringComparison.OrdinalIgnoreCase);
            var begin = at < 0 ? -1 : head.IndexOf('<', at + Field.Length);
            var end = begin < 0 ? -1 : head.IndexOf('>', begin);
            return end < 0 ? null : head[(begin + 1)..end];
        }
    }
}
