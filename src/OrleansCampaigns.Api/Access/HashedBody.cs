using System.Globalization;
using System.Security.Cryptography;

namespace OrleansCampaigns.Api.Access;

/// <summary>How much was read of an upload, and its digest.</summary>
/// <param name="Length">How many bytes were read.</param>
/// <param name="IsWhole">Whether that was all of it: a refusal may leave the rest unread.</param>
/// <param name="Digest">SHA-256 of them.</param>
internal readonly record struct UploadDigest(long Length, bool IsWhole, string Digest)
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Whether a request brings the same: so much of its body is read as was of the first one.</summary>
    public async Task<bool> IsBeginningOf(HttpRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        var left = Length;
        while (left > 0)
        {
            var read = await request.Body.ReadAsync(
                chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)), request.HttpContext.RequestAborted);
            if (read == 0)
            {
                return false;
            }

            hash.AppendData(chunk, 0, read);
            left -= read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == Digest
            && (!IsWhole || await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted) == 0);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Length}:{(IsWhole ? "whole" : "part")}:{Digest}");

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static UploadDigest? Read(string text) =>
        text.Split(':') is [var length, var isWhole, var digest]
        && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var octets)
            ? new(octets, isWhole == "whole", digest)
            : null;
}

/// <summary>The body of a request, hashed while it is read.</summary>
internal sealed class HashedBody(Stream inner) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private bool _isWhole;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>What was read so far.</summary>
    public UploadDigest Digest() => new(_length, _isWhole, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _isWhole |= read == 0 && buffer.Length > 0;
        _hash.AppendData(buffer.Span[..read]);
        _length += read;
        return read;
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

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>
/// How an answer is kept: the first line is the Location header, empty when there was none, and behind a blank the
/// digest of the upload that it answers; the body follows.
/// </summary>
internal static class KeptAnswer
{
    public static string Write(string? location, UploadDigest? upload, string body) => upload is { } digest
        ? $"{location} {digest}\n{body}"
        : $"{location}\n{body}";

    public static (string? Location, UploadDigest? Upload, string Body) Read(string kept)
    {
        var end = kept.IndexOf('\n', StringComparison.Ordinal);
        var line = end <= 0 ? "" : kept[..end];
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        var location = blank < 0 ? line : line[..blank];
        return (
            location.Length == 0 ? null : location,
            blank < 0 ? null : UploadDigest.Read(line[(blank + 1)..]),
            kept[(end + 1)..]);
    }
}
