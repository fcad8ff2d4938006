namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>Passes replies on, without the remark that the server adds to every refusal.</summary>
/// <remarks>
/// SmtpServer appends ", 4 retry(ies) remaining." to a refusal's text, which no server of the real world says and which
/// would look like an invitation to retry.
/// </remarks>
internal sealed class SandboxReplyStream(Stream inner) : Stream
{
    private static ReadOnlySpan<byte> Remark => " retry(ies) remaining.\r\n"u8;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Span.EndsWith(Remark) && buffer.Span.LastIndexOf(", "u8) is > 0 and var comma)
        {
            var cleaned = new byte[comma + 2];
            buffer.Span[..comma].CopyTo(cleaned);
            "\r\n"u8.CopyTo(cleaned.AsSpan(comma));
            buffer = cleaned;
        }

        await inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
