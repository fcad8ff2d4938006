namespace OrleansCampaigns.Api.Requests;

/// <summary>The body of a request, whose every flaw is the caller's: what cannot be read is a bad request.</summary>
/// <remarks>
/// The server tells most flaws by <see cref="BadHttpRequestException"/>; a chunk whose size overflows and a connection
/// that is cut it tells as failures of input and output, which look like those of our own disk.
/// </remarks>
internal sealed class RequestBody(Stream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception flaw) when (flaw is IOException and not BadHttpRequestException or InvalidDataException)
        {
            throw new BadHttpRequestException("The body cannot be read.", StatusCodes.Status400BadRequest, flaw);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
