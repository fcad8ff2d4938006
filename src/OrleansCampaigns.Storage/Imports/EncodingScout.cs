using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Looks at every byte of a file on its way in, in bounded memory, and says which encoding it is in.</summary>
/// <remarks>
/// The whole file is looked at because the first letter beyond ASCII may stand a million rows down. Lines with such
/// letters are kept as a sample for the guess. See docs/adr/0024.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A stream in memory holds nothing that must be given back.")]
internal sealed class EncodingScout
{
    public const int SampleBytesMax = 64 * 1024;

    private const int HeadBytesMax = 4 * 1024;
    private const int RestBytesMax = 4 * 1024;
    private const byte Escape = 0x1b;

    // A damaged file in UTF-8 has many letters and a few broken ones; text in another encoding is UTF-8 by chance only.
    private const int ValidPerInvalidMin = 8;

    private static readonly SearchValues<byte> Telling =
        SearchValues.Create([Escape, .. Enumerable.Range(0x80, 0x80).Select(octet => (byte)octet)]);

    private readonly MemoryStream _sample = new();
    private readonly byte[] _head = new byte[HeadBytesMax];
    private readonly byte[] _carry = new byte[4];
    private byte[] _rest = [];
    private int _headLength;
    private int _carryLength;
    private bool _isUtf8 = true;
    private bool _hasNul;
    private bool _hasLineFeed;

    /// <summary>How many bytes the file has.</summary>
    public long Bytes { get; private set; }

    /// <summary>Looks at the next bytes.</summary>
    public void Look(ReadOnlySpan<byte> chunk)
    {
        Bytes += chunk.Length;
        if (_headLength < HeadBytesMax)
        {
            var fits = Math.Min(chunk.Length, HeadBytesMax - _headLength);
            chunk[..fits].CopyTo(_head.AsSpan(_headLength));
            _headLength += fits;
        }

        _hasNul |= !_hasNul && chunk.Contains((byte)0);
        _hasLineFeed |= !_hasLineFeed && chunk.Contains((byte)'\n');
        _isUtf8 &= _isUtf8 && ContinuesUtf8(chunk);
        if (_sample.Length < SampleBytesMax)
        {
            Sample(chunk);
        }
    }

    /// <summary>The encoding, once the whole file has been looked at.</summary>
    /// <param name="stated">What the request states; <see langword="null"/> when it says nothing.</param>
    public (Encoding Encoding, EncodingBy By) Decide(Encoding? stated)
    {
        var head = _head.AsSpan(0, _headLength);
        var mark = OfMark(head);
        if (stated is not null)
        {
            // A statement of UTF-16 leaves the order of bytes to the mark (RFC 2781 §3.3).
            var isUtf16 = stated.CodePage is 1200 or 1201 && mark?.CodePage is 1200 or 1201;
            return (isUtf16 ? mark! : stated, EncodingBy.Stated);
        }

        if (mark is not null)
        {
            return (mark, EncodingBy.Bom);
        }

        if (Utf16Guess.Of(head) is { } utf16)
        {
            return (utf16, EncodingBy.Guessed);
        }

        Sample("\n"u8); // The last line may have no end.
        var sample = _sample.GetBuffer().AsSpan(0, (int)_sample.Length);
        var isAscii = !sample.ContainsAnyInRange((byte)0x80, (byte)0xff);
        if (isAscii && EncodingGuess.IsIso2022Jp(sample))
        {
            return (EncodingGuess.Iso2022Jp, EncodingBy.Guessed);
        }

        // Text in none of the encodings that are guessed holds NUL: such rows are told one by one.
        return (_isUtf8 && _carryLength == 0) || _hasNul || IsDamagedUtf8(sample)
            || EncodingGuess.Of(sample, isOfMac: !_hasLineFeed) is not { } guess
                ? (Encoding.UTF8, EncodingBy.Utf8)
                : (guess, EncodingBy.Guessed);
    }

    private static Encoding? OfMark(ReadOnlySpan<byte> head) => head switch
    {
        [0xef, 0xbb, 0xbf, ..] => Encoding.UTF8,
        [0xff, 0xfe, 0, 0, ..] => Encoding.UTF32,
        [0, 0, 0xfe, 0xff, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        [0xff, 0xfe, ..] => Encoding.Unicode,
        [0xfe, 0xff, ..] => Encoding.BigEndianUnicode,
        _ => null,
    };

    private static bool IsDamagedUtf8(ReadOnlySpan<byte> sample)
    {
        var (valid, invalid) = (0, 0);
        while (sample.IndexOfAnyInRange((byte)0x80, (byte)0xff) is var at and >= 0)
        {
            sample = sample[at..];
            var isDone = Rune.DecodeFromUtf8(sample, out _, out var length) == OperationStatus.Done;
            (valid, invalid) = isDone ? (valid + 1, invalid) : (valid, invalid + 1);
            sample = sample[length..];
        }

        return valid >= ValidPerInvalidMin * invalid;
    }

    // A character may be cut by the end of a chunk: its beginning is carried over to the next one.
    private bool ContinuesUtf8(ReadOnlySpan<byte> chunk)
    {
        while (_carryLength > 0 && chunk.Length > 0)
        {
            _carry[_carryLength++] = chunk[0];
            chunk = chunk[1..];
            switch (Rune.DecodeFromUtf8(_carry.AsSpan(0, _carryLength), out _, out _))
            {
                case OperationStatus.Done:
                    _carryLength = 0;
                    break;
                case OperationStatus.InvalidData:
                    return false;
            }
        }

        for (var back = 1; back <= Math.Min(3, chunk.Length) && _carryLength == 0; back++)
        {
            if (Rune.DecodeFromUtf8(chunk[^back..], out _, out _) == OperationStatus.NeedMoreData)
            {
                chunk[^back..].CopyTo(_carry);
                _carryLength = back;
                chunk = chunk[..^back];
            }
        }

        return Utf8.IsValid(chunk);
    }

    private void Sample(ReadOnlySpan<byte> chunk)
    {
        if (_rest.AsSpan().ContainsAny(Telling) || (_rest.Length > 0 && chunk.ContainsAny(Telling)))
        {
            byte[] whole = [.. _rest, .. chunk];
            SampleLines(whole);
        }
        else
        {
            SampleLines(chunk);
        }
    }

    private void SampleLines(ReadOnlySpan<byte> text)
    {
        var end = text.LastIndexOfAny((byte)'\r', (byte)'\n') + 1;
        var rest = text[end..];
        _rest = rest.Length <= RestBytesMax ? rest.ToArray() : rest[^RestBytesMax..].ToArray();
        text = end > 0 ? text[..end] : [];
        while (_sample.Length < SampleBytesMax && text.IndexOfAny(Telling) is var at and >= 0)
        {
            var from = text[..at].LastIndexOfAny((byte)'\r', (byte)'\n') + 1;
            var length = text[at..].IndexOfAny((byte)'\r', (byte)'\n') is var line and >= 0 ? at + line : text.Length;
            var room = SampleBytesMax - (int)_sample.Length;
            _sample.Write(text[from..Math.Min(length, from + room)]);
            _sample.WriteByte((byte)'\n');
            text = text[length..];
        }
    }
}

/// <summary>Passes a file on while an <see cref="EncodingScout"/> looks at it.</summary>
internal sealed class ScoutedStream(Stream file, EncodingScout scout) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await file.ReadAsync(buffer, cancellationToken);
        scout.Look(buffer.Span[..read]);
        return read;
    }

    public override async Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await ReadAsync(buffer.AsMemory(offset, count), cancellationToken);

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = file.Read(buffer, offset, count);
        scout.Look(buffer.AsSpan(offset, read));
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
