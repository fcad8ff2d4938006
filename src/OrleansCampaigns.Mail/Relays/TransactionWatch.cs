using MailKit;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>How far a transaction got, as seen on the wire.</summary>
internal enum TransactionPhase
{
    /// <summary>No transaction.</summary>
    None,

    /// <summary>MAIL FROM is on its way; the server has answered nothing yet.</summary>
    Begun,

    /// <summary>The server has answered, so it knows of the recipient; the message is not handed over.</summary>
    Answered,

    /// <summary>The content is being written.</summary>
    Content,

    /// <summary>All of the content is written: the final dot may have arrived, and the server may have accepted.</summary>
    HandedOver,
}

/// <summary>Follows the bytes of one connection to know the phase and to set the time limit of each step.</summary>
/// <remarks>
/// MailKit tells its protocol logger about every block after it was written. It flushes the content before it writes the
/// final dot, so when exactly the content's bytes have been written the dot is next, and never before. Nothing is logged:
/// the bytes hold addresses and secrets.
/// </remarks>
internal sealed class TransactionWatch(RelayOptions options, CancellationTokenSource limit) : IProtocolLogger
{
    // A reply is a few hundred octets (RFC 5321 §4.5.3.1.5 allows 512 a line): more is an accident or an attack.
    private const int ReplyOctetsMax = 64 * 1024;

    // The reply is known by then; clearing the connection for the next message is not worth a longer wait.
    private static readonly TimeSpan ResetTimeout = TimeSpan.FromSeconds(5);

    private long contentLeft;
    private int replyOctets;

    public TransactionPhase Phase { get; private set; }

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>A transaction begins.</summary>
    /// <param name="contentSize">The octets of the content as written: with doubled dots, without the final one.</param>
    public void Begin(long contentSize)
    {
        contentLeft = contentSize;
        Phase = TransactionPhase.Begun;
        limit.CancelAfter(options.CommandTimeout);
    }

    /// <summary>The server has answered MAIL FROM.</summary>
    public void Answer()
    {
        if (Phase == TransactionPhase.Begun)
        {
            Phase = TransactionPhase.Answered;
        }
    }

    /// <summary>The transaction is over: nothing counts and nothing is limited any more.</summary>
    public void End()
    {
        Phase = TransactionPhase.None;
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void LogConnect(Uri uri)
    {
    }

    public void LogClient(byte[] buffer, int offset, int count)
    {
        replyOctets = 0;
        var written = buffer.AsSpan(offset, count);
        switch (Phase)
        {
            case TransactionPhase.None:
                return;

            case var _ when written.SequenceEqual("RSET\r\n"u8):
                limit.CancelAfter(ResetTimeout);
                return;

            case TransactionPhase.HandedOver:
                return;

            case TransactionPhase.Answered when written.SequenceEqual("DATA\r\n"u8):
                Phase = TransactionPhase.Content;
                break;

            case TransactionPhase.Content:
                contentLeft -= count;
                if (contentLeft <= 0)
                {
                    Phase = TransactionPhase.HandedOver;
                    limit.CancelAfter(options.AcceptTimeout);
                    return;
                }

                break;
        }

        limit.CancelAfter(options.CommandTimeout);
    }

    public void LogServer(byte[] buffer, int offset, int count)
    {
        replyOctets += count;
        if (replyOctets > ReplyOctetsMax)
        {
            throw new ProtocolViolationException("The reply does not end.");
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>The server does something that is not SMTP.</summary>
internal sealed class ProtocolViolationException(string message) : IOException(message);
