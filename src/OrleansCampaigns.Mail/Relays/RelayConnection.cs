using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.IO;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>What one call of <see cref="RelayConnection.Send"/> came to.</summary>
/// <param name="Report">The attempt's report; <see langword="null"/> when no attempt was made.</param>
/// <param name="Fault">What is wrong with the relay itself, if something is.</param>
/// <param name="RefusedAt">Where the relay refused, if it did: it may have spoken about us.</param>
internal readonly record struct SendResult(
    AttemptReport? Report, RelayFault? Fault = null, SmtpStage? RefusedAt = null);

/// <summary>One live, authenticated connection. Used by one lane at a time.</summary>
internal sealed class RelayConnection : IAsyncDisposable
{
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(2);

    private readonly RelayOptions options;
    private readonly TimeProvider clock;
    private readonly Socket socket;
    private readonly CancellationTokenSource limit;
    private readonly TransactionWatch watch;
    private readonly RelayClient client;
    private bool offersUtf8;
    private bool isSpent;

    private RelayConnection(RelayOptions options, TimeProvider clock, Socket socket)
    {
        this.options = options;
        this.clock = clock;
        this.socket = socket;
        limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        watch = new TransactionWatch(options, limit);
        client = new RelayClient(watch)
        {
            LocalDomain = options.LocalDomain,

            // A relay on a private network has no list to ask, and asking would stop all mail when the list is down.
            CheckCertificateRevocation = false,
        };
        if (options.AllowInvalidCertificates)
        {
            TakeAnyCertificate(client);
        }
    }

    /// <summary>How many transactions it has carried.</summary>
    public int Transactions { get; private set; }

    /// <summary>Whether it lay unused in the pool, so that the server may have closed it meanwhile.</summary>
    public bool WasKept { get; set; }

    /// <summary>When it was last put into the pool.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether another message may be sent over it.</summary>
    public bool IsUsable => !isSpent && client.IsConnected && Transactions < options.MaxMessagesPerConnection;

    /// <summary>
    /// Whether the server said or closed something while the connection lay unused: it is not to be used.
    /// </summary>
    public bool IsDisturbed
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Connects, encrypts, greets and authenticates.</summary>
    public static async Task<(RelayConnection? Connection, RelayFault? Fault)> Open(
        RelayOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            // Nagle's delay would hold back the last block of every message until the one before is acknowledged.
            NoDelay = true,
        };
        var connection = new RelayConnection(options, clock, socket);
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            if (await connection.Connect(either.Token) is not { } fault)
            {
                return (connection, null);
            }

            await connection.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            return (null, fault);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>One transaction: MAIL, RCPT, DATA.</summary>
    public async Task<SendResult> Send(OutgoingMessage message)
    {
        if (message.NeedsUtf8 && !offersUtf8)
        {
            return new(Unsent(
                Cause.NeedsSmtputf8,
                Reply(553, "5.6.7 The relay does not offer SMTPUTF8, which this address needs")));
        }

        if (message.NeedsUtf8 && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            // An earlier message has turned it off, and MailKit cannot turn it on again: another connection will do.
            isSpent = true;
            return new(null);
        }

        if (message.MustAvoidUtf8)
        {
            client.Capabilities &= ~SmtpCapabilities.UTF8;
        }

        using var mime = message.ToMime(options.Provider);
        var format = message.Format;
        client.MessageSize = MessageSize.Measure(mime, format);
        if (client.MaxSize > 0 && client.MessageSize > client.MaxSize)
        {
            return new(Unsent(
                Cause.TooLarge,
                Reply(
                    552,
                    $"5.3.4 The message has {client.MessageSize} octets, and the relay takes {client.MaxSize}")));
        }

        watch.Begin(client.MessageSize);
        Transactions++;
        try
        {
            var accepted = await client.SendAsync(
                format, mime, message.SenderMailbox, [message.RecipientMailbox], limit.Token);
            return new(Report(Reply(250, accepted)));
        }
        catch (SmtpCommandException refused)
        {
            return Refused(refused);
        }
        catch (ServiceNotAuthenticatedException refused)
        {
            isSpent = true;
            return new(null, RelayFault.NotAuthenticated(refused.Message));
        }
        catch (Exception lost) when (lost is IOException or SocketException or SmtpProtocolException
            or OperationCanceledException or ServiceNotConnectedException or ObjectDisposedException)
        {
            return Lost(timedOut: limit.IsCancellationRequested);
        }
        finally
        {
            watch.End();
        }
    }

    /// <summary>Why it carries none of a campaign's messages; <see langword="null"/> when it may.</summary>
    public string? Object(MessageNeeds needs) =>
        needs.Utf8 && !offersUtf8
            ? "does not offer SMTPUTF8, which the sender's address needs"
            : client.MaxSize > 0 && needs.Size.Value > client.MaxSize
                ? $"takes messages of {client.MaxSize} octets at most (SIZE), and the campaign's have "
                    + $"{needs.Size.Value} or more"
                : null;

    /// <summary>It is not to be used again: what it offered when it was opened may have changed.</summary>
    public void Retire() => isSpent = true;

    /// <summary>Says QUIT when there is somebody to say it to, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (client.IsConnected && !isSpent)
        {
            using var timeout = new CancellationTokenSource(QuitTimeout, clock);
            try
            {
                await client.DisconnectAsync(quit: true, timeout.Token);
            }
            catch (Exception lost) when (lost is IOException or SocketException or ProtocolException
                or OperationCanceledException or ObjectDisposedException)
            {
                // It is being closed: how does not matter.
            }
        }

        client.Dispose();
        socket.Dispose();
        limit.Dispose();
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "Whatever it is, the relay is not to be used and the state says why.")]
    private async Task<RelayFault?> Connect(CancellationToken cancellation)
    {
        var authenticating = false;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellation);
            await client.ConnectAsync(socket, options.Host, options.Port, Map(options.Security), cancellation);
            if (options.Username is { } username)
            {
                if (options.Security != RelaySecurity.None && !client.IsSecure)
                {
                    // A machine on the way can leave STARTTLS out of the greeting, and would read the password.
                    return RelayFault.NotEncrypted;
                }

                authenticating = true;
                await client.AuthenticateAsync(
                    Encoding.UTF8, new NetworkCredential(username, options.Password), cancellation);
            }

            offersUtf8 = client.Capabilities.HasFlag(SmtpCapabilities.UTF8 | SmtpCapabilities.EightBitMime);
            return null;
        }
        catch (Exception failure)
        {
            return RelayFault.From(failure, authenticating);
        }
    }

    [SuppressMessage(
        "Security", "CA5359", Justification = "An operator asked for it, for this relay only; the default validates.")]
    private static void TakeAnyCertificate(RelayClient client) =>
        client.ServerCertificateValidationCallback = (_, _, _, _) => true;

    private SendResult Refused(SmtpCommandException refused)
    {
        var code = (int)refused.StatusCode;
        var reply = Reply(code, refused.Message);
        var stage = refused.ErrorCode switch
        {
            SmtpErrorCode.SenderNotAccepted => SmtpStage.Sender,
            SmtpErrorCode.MessageNotAccepted => SmtpStage.Content,
            _ => SmtpStage.Recipient,
        };
        if (code == 421)
        {
            // The server closes the connection after it (RFC 5321 §3.8). Said to a kept connection's MAIL FROM, it
            // is about the connection and not about this recipient.
            isSpent = true;
            if (WasKept && refused.ErrorCode == SmtpErrorCode.SenderNotAccepted)
            {
                return new(null);
            }
        }

        if (code is >= 400 and < 600)
        {
            return new(Report(reply), RefusedAt: stage);
        }

        isSpent = true;
        return (refused.ErrorCode, code) switch
        {
            // Any 2yz after the final dot accepts (RFC 5321 §4.2.1), though it should be 250.
            (SmtpErrorCode.MessageNotAccepted, >= 200 and < 300) => new(Report(reply)),
            (SmtpErrorCode.MessageNotAccepted, _) =>
                new(Failure(TransportFailure.ConnectionLostAfterData) with { Reply = reply }),
            _ => new(Failure(TransportFailure.ConnectionLostBeforeData) with { Reply = reply }),
        };
    }

    private SendResult Lost(bool timedOut)
    {
        isSpent = true;
        return watch.Phase switch
        {
            TransactionPhase.HandedOver => new(Failure(
                timedOut ? TransportFailure.TimedOutAfterData : TransportFailure.ConnectionLostAfterData)),
            TransactionPhase.Begun when WasKept => new(null),
            _ => new(Failure(
                timedOut ? TransportFailure.TimedOutBeforeData : TransportFailure.ConnectionLostBeforeData)),
        };
    }

    private AttemptReport Report(SmtpReply reply)
    {
        var classification = ReplyClassifier.Classify(reply);
        return new AttemptReport
        {
            Outcome = classification.Outcome,
            Cause = classification.Cause,
            RetryAfter = classification.RetryAfter,
            Reply = reply,
            Relay = options.Name,
        };
    }

    private AttemptReport Unsent(Cause cause, SmtpReply reply) => new()
    {
        Outcome = Outcome.Rejected,
        Cause = cause,
        Reply = reply,
        Relay = options.Name,
        IsUnsent = true,
    };

    private AttemptReport Failure(TransportFailure failure)
    {
        var classification = FailureClassifier.Classify(failure);
        return new AttemptReport
        {
            Outcome = classification.Outcome,
            Cause = classification.Cause,
            RetryAfter = classification.RetryAfter,
            InDoubt = FailureClassifier.MayHaveBeenAccepted(failure),
            Relay = options.Name,
        };
    }

    private static SmtpReply Reply(int code, string text)
    {
        var reply = SmtpReplyParser.Parse($"{code} {text}");
        return reply with { Text = PlainText.Cut(reply.Text, SmtpReplyTextMax) };
    }

    private const int SmtpReplyTextMax = 500;

    private static SecureSocketOptions Map(RelaySecurity security) => security switch
    {
        RelaySecurity.None => SecureSocketOptions.None,
        RelaySecurity.StartTls => SecureSocketOptions.StartTls,
        RelaySecurity.StartTlsWhenAvailable => SecureSocketOptions.StartTlsWhenAvailable,
        RelaySecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => throw new ArgumentOutOfRangeException(nameof(security), security, "Unknown security."),
    };
}
