using System.Text;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>A file in another encoding, read as UTF-8 while it is decoded.</summary>
/// <remarks>
/// Places count in UTF-8, so that everything that reads rows, and goes on where it was interrupted, knows one encoding
/// only. Going back decodes again from the beginning: that happens a few times at the header, and once after a restart.
/// What is no character becomes the byte FF, which occurs in no UTF-8: the row that holds it is refused as such later
/// on, and no question mark slips into a name.
/// </remarks>
internal sealed class DecodedText : Stream
{
    private const char Undecodable = '\uFFFF';
    private const byte Invalid = 0xff;
    private const int BlockBytes = 64 * 1024;

    private readonly Stream _file;
    private readonly Encoding _encoding;
    private readonly byte[] _input = new byte[BlockBytes];
    private readonly char[] _characters;
    private readonly byte[] _output;
    private readonly Encoder _encoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetEncoder();
    private Decoder _decoder;
    private int _from;
    private int _to;
    private long _decoded;
    private bool _isAtEnd;

    public DecodedText(Stream file, Encoding encoding)
    {
        _file = file;
        _encoding = (Encoding)encoding.Clone();
        _encoding.DecoderFallback = new DecoderReplacementFallback(Undecodable.ToString());
        _decoder = _encoding.GetDecoder();
        _characters = new char[_encoding.GetMaxCharCount(BlockBytes)];
        _output = new byte[(_characters.Length + 1) * 3];
        _file.Position = 0;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("How long the text is, is known once it is read.");

    public override long Position { get; set; }

    /// <summary>The file itself when it is in UTF-8, and else its text.</summary>
    /// <param name="file">The file; not closed with its text.</param>
    /// <param name="encoding">The name of an encoding that is known.</param>
    public static Stream Of(Stream file, string encoding) =>
        FileEncodings.Find(encoding) is { } known && known.CodePage != Encoding.UTF8.CodePage
            ? new DecodedText(file, known)
            : file;

    /// <summary>How long the text is, in bytes of UTF-8; reads the whole file.</summary>
    public long CountBytes()
    {
        var buffer = new byte[BlockBytes];
        Position = 0;
        while (Read(buffer) > 0)
        {
        }

        return Position;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (Position < _decoded - (_to - _from))
        {
            Restart();
        }

        while (true)
        {
            // What stands before the wanted place is passed over.
            var ahead = Position - (_decoded - (_to - _from));
            _from += (int)Math.Min(ahead, _to - _from);
            if (_from < _to)
            {
                var read = Math.Min(buffer.Length, _to - _from);
                _output.AsSpan(_from, read).CopyTo(buffer);
                _from += read;
                Position += read;
                return read;
            }

            if (_isAtEnd)
            {
                return 0;
            }

            Decode();
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => throw new NotSupportedException("How long the text is, is known once it is read."),
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Restart()
    {
        _file.Position = 0;
        _decoder = _encoding.GetDecoder();
        _encoder.Reset();
        (_from, _to, _decoded, _isAtEnd) = (0, 0, 0, false);
    }

    private void Decode()
    {
        var length = _file.ReadAtLeast(_input, BlockBytes, throwOnEndOfStream: false);
        _isAtEnd = length < BlockBytes;
        var count = _decoder.GetChars(_input, 0, length, _characters, 0, flush: _isAtEnd);
        var rest = _characters.AsSpan(0, count);
        (_from, _to) = (0, 0);
        while (true)
        {
            var bad = rest.IndexOf(Undecodable);
            _to += _encoder.GetBytes(bad < 0 ? rest : rest[..bad], _output.AsSpan(_to), flush: _isAtEnd || bad >= 0);
            if (bad < 0)
            {
                break;
            }

            _output[_to++] = Invalid;
            rest = rest[(bad + 1)..];
        }

        _decoded += _to;
    }
}
