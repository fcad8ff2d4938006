using MimeKit;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>A body that is there as it is sent: signing and sending write it, and nothing encodes or filters it again.
/// </summary>
internal sealed class WrittenBody : MimeEntity
{
    private readonly ReadOnlyMemory<byte> octets;

    public WrittenBody(ContentType contentType, ReadOnlyMemory<byte> octets, ContentEncoding? encoding = null)
        : base(contentType)
    {
        this.octets = octets;
        if (encoding is { } named)
        {
            Headers.Add("Content-Transfer-Encoding", EncodedBody.NameOf(named));
        }
    }

    /// <summary>How many octets it has, and how many more where SMTP doubles dots (RFC 5321 §4.5.2).</summary>
    public long StuffedLength => octets.Length + CountDottedLines(octets.Span);

    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
        // It is what it is: chosen so that every server takes it, and signed.
    }

    public override void WriteTo(
        FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
    {
        base.WriteTo(options, stream, contentOnly, cancellationToken);
        stream.Write(octets.Span);
    }

    public override async Task WriteToAsync(
        FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
    {
        await base.WriteToAsync(options, stream, contentOnly, cancellationToken);
        await stream.WriteAsync(octets, cancellationToken);
    }

    private static int CountDottedLines(ReadOnlySpan<byte> text)
    {
        var count = text.StartsWith("."u8) ? 1 : 0;
        for (var next = text.IndexOf("\n."u8); next >= 0; next = text.IndexOf("\n."u8))
        {
            count++;
            text = text[(next + 2)..];
        }

        return count;
    }
}
