namespace OrleansCampaigns.Mail.Inbound;

/// <summary>What one client sends and is told, within limits of size and time.</summary>
/// <remarks>
/// SmtpServer holds a message in memory until its end, however large and slow it is. So a message is followed here from
/// the reply that asks for it (354) to the line with the dot, and what exceeds the part that is read is passed over on
/// the way: the sender learns no difference. A client that breaks a limit loses its connection without a word, because
/// a word might be final and the mail be lost.
/// </remarks>
internal sealed class InboundStream(
    Stream inner, InboundLimits limits, DateTimeOffset deadline, TimeProvider clock, Action drop) : Stream
{
    private readonly byte[] passedOver = new byte[4 * 1024];
    private MessageEnd? end;
    private long unanswered;
    private ReadOnlyMemory<byte> pending;
    private DateTimeOffset messageDeadline;

    /// <summary>How large the last message was, as sent.</summary>
    public long MessageOctets { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (!pending.IsEmpty)
            {
                var passed = pending[..Math.Min(pending.Length, buffer.Length)];
                passed.CopyTo(buffer);
                pending = pending[passed.Length..];
                return passed.Length;
            }

            var room = end is null ? buffer.Length : Math.Max(0, limits.KeptOctetsMax - MessageOctets);
            var target = room > 0 ? buffer[..(int)Math.Min(room, buffer.Length)] : passedOver;
            var read = await ReadInTime(target, cancellationToken);
            if (read == 0)
            {
                return 0;
            }

            if (end is null)
            {
                Allow((unanswered += read) <= limits.CommandOctetsMax);
                if (limits.PostmasterDomain is not { } domain
                    || BarePostmaster.Complete(target.Span[..read], domain) is not { } completed)
                {
                    return read;
                }

                pending = completed;
                continue;
            }

            var isPassed = room > 0;
            Follow(target.Span[..read], isPassed);
            if (isPassed)
            {
                return read;
            }
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        unanswered = 0;
        end = null;
        if (buffer.Span.StartsWith("354 "u8))
        {
            end = new MessageEnd();
            MessageOctets = 0;
            messageDeadline = clock.GetUtcNow() + limits.MessageTimeout;
        }

        await inner.WriteAsync(WithoutRemark(buffer), cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>
    /// SmtpServer adds ", 4 retry(ies) remaining." to refusals, which would sound like an invitation.
    /// </summary>
    private static ReadOnlyMemory<byte> WithoutRemark(ReadOnlyMemory<byte> reply) =>
        reply.Span.EndsWith(" retry(ies) remaining.\r\n"u8) && reply.Span.LastIndexOf(", "u8) is > 0 and var comma
            ? (byte[])[.. reply.Span[..comma], .. "\r\n"u8]
            : reply;

    private void Follow(ReadOnlySpan<byte> octets, bool isPassed)
    {
        if (!isPassed)
        {
            // What was passed on may have ended within the mark itself: only the rest of it is missing.
            end!.Truncate();
        }

        var length = end!.Find(octets);
        MessageOctets += length ?? octets.Length;
        Allow(MessageOctets <= 2L * limits.MessageOctetsMax);
        if (length is not { } whole)
        {
            return;
        }

        if (!isPassed)
        {
            pending = (byte[])[.. end.Missing, .. octets[whole..]];
        }

        unanswered = octets.Length - whole;
        end = null;
    }

    private async Task<int> ReadInTime(Memory<byte> target, CancellationToken cancellationToken)
    {
        var until = end is not null && messageDeadline < deadline ? messageDeadline : deadline;
        var left = until - clock.GetUtcNow();
        Allow(left > TimeSpan.Zero);
        using var limit = new CancellationTokenSource(left < limits.IdleTimeout ? left : limits.IdleTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await inner.ReadAsync(target, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Allow(false);
            throw;
        }
    }

    private void Allow(bool isWithinLimits)
    {
        if (!isWithinLimits)
        {
            drop();
            throw new IOException("A client exceeded a limit.");
        }
    }
}

/// <summary>Finds the end of a message: a line with nothing but a dot (RFC 5321 §4.1.1.4).</summary>
internal sealed class MessageEnd
{
    private int matched;
    private int? matchedBefore;

    private static ReadOnlySpan<byte> Mark => "\r\n.\r\n"u8;

    /// <summary>What of the mark has not been passed on when the message was cut off.</summary>
    public ReadOnlySpan<byte> Missing => Mark[(matchedBefore ?? 0)..];

    /// <summary>From here on nothing is passed on.</summary>
    public void Truncate() => matchedBefore ??= matched;

    /// <summary>How many of the octets belong to the message, if it ends within them.</summary>
    public int? Find(ReadOnlySpan<byte> octets)
    {
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == Mark[matched])
            {
                matched++;
            }
            else
            {
                // Of a mark that fails, only its line end can begin another one: "\r\n.\r" or "\r\n" before "\r\n.".
                matched = octets[i] == '\r' ? 1 : 0;
            }

            if (matched == Mark.Length)
            {
                return i + 1;
            }
        }

        return null;
    }
}
