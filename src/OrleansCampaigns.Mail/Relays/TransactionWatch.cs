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

    /// <summary>DATA is on its way; nothing of the content is, before the server asks for it.</summary>
    Data,

    /// <summary>The content is being written, and more than one block of it is left.</summary>
    Content,

    /// <summary>What is written next holds the final dot: from here on the server may have accepted.</summary>
    HandedOver,
}

/// <summary>Follows the bytes of one connection to know the phase and to set the time limit of each step.</summary>
/// <remarks>
/// MailKit tells its protocol logger about every block after it was written, and writes the final dot in one block with
/// the end of the content. When that block fails, or time runs out while it is written, nobody knows how much of it
/// arrived. So the doubt begins with the last block, not after it, and never before. Nothing is logged: the bytes hold
/// addresses and secrets.
/// </remarks>
internal sealed class TransactionWatch(RelayOptions options, CancellationTokenSource limit) : IProtocolLogger
{
    // MailKit writes blocks of this size, and what is left at the end.
    private const int BlockOctets = 4096;

    // A reply is a few hundred octets (RFC 5321 §4.5.3.1.5 allows 512 a line): more is an accident or an attack.
    private const int ReplyOctetsMax = 64 * 1024;

    // The reply is known by then; clearing the connection for the next message is not worth a longer wait.
    private static readonly TimeSpan ResetTimeout = TimeSpan.FromSeconds(5);

    private long contentLeft;
    private int replyOctets;

    public TransactionPhase Phase { get; private set; }

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>A transaction begins.</summary>
    /// <param name="contentSize">The octets of the content as written: doubled dots count, the final one not.</param>
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
                Phase = TransactionPhase.Data;
                break;

            case TransactionPhase.Content:
                contentLeft -= count;
                BeginBlock();
                return;
        }

        limit.CancelAfter(options.CommandTimeout);
    }

    public void LogServer(byte[] buffer, int offset, int count)
    {
        if (Phase == TransactionPhase.Data && buffer[offset] == '3')
        {
            Phase = TransactionPhase.Content;
            BeginBlock();
        }

        replyOctets += count;
        if (replyOctets > ReplyOctetsMax)
        {
            throw new ProtocolViolationException("The reply does not end.");
        }
    }

    public void Dispose()
    {
    }

    private void BeginBlock()
    {
        if (contentLeft <= BlockOctets)
        {
            Phase = TransactionPhase.HandedOver;
            limit.CancelAfter(options.AcceptTimeout);
        }
        else
        {
            limit.CancelAfter(options.CommandTimeout);
        }
    }
}

/// <summary>The server does something that is not SMTP.</summary>
internal sealed class ProtocolViolationException(string message) : IOException(message);
