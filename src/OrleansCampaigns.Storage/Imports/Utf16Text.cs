using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Turns a file in UTF-16, which spreadsheets call Unicode text, into UTF-8 on its way to the disk.</summary>
/// <remarks>
/// What is no character becomes the byte FF, which occurs in no UTF-8: the row that holds it is refused as such later
/// on, and no question mark slips into somebody's name.
/// </remarks>
internal sealed class Utf16Text
{
    private const byte Invalid = 0xff;

    private readonly bool _bigEndian;
    private readonly byte[] _rest = new byte[4];
    private int _restLength;
    private byte[] _output = [];

    private Utf16Text(bool bigEndian) => _bigEndian = bigEndian;

    /// <summary>Something that converts the file, if it begins with a byte order mark of UTF-16.</summary>
    public static Utf16Text? Detect(ReadOnlySpan<byte> beginning) => beginning switch
    {
        [0xff, 0xfe, ..] => new(bigEndian: false),
        [0xfe, 0xff, ..] => new(bigEndian: true),
        _ => null,
    };

    /// <summary>Converts what came; half a character waits for the next call. Valid until then.</summary>
    public ReadOnlyMemory<byte> ToUtf8(ReadOnlySpan<byte> chunk)
    {
        var bytes = new byte[_restLength + chunk.Length];
        _rest.AsSpan(0, _restLength).CopyTo(bytes);
        chunk.CopyTo(bytes.AsSpan(_restLength));
        var units = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(0, bytes.Length & ~1));
        if (_bigEndian == BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(units, units);
        }

        var written = Convert(MemoryMarshal.Cast<ushort, char>(units), out var used);

        // The rest goes back as it came, because the next call reverses it again.
        var rest = bytes.AsSpan(used * 2);
        if (_bigEndian == BitConverter.IsLittleEndian && rest.Length >= 2)
        {
            (rest[0], rest[1]) = (rest[1], rest[0]);
        }

        _restLength = rest.Length;
        rest.CopyTo(_rest);
        return _output.AsMemory(0, written);
    }

    /// <summary>What half a character at the end of the file becomes.</summary>
    public ReadOnlyMemory<byte> End() => _restLength > 0 ? new[] { Invalid } : ReadOnlyMemory<byte>.Empty;

    private int Convert(ReadOnlySpan<char> text, out int used)
    {
        if (_output.Length < text.Length * 3)
        {
            _output = new byte[text.Length * 3];
        }

        (used, var written) = (0, 0);
        while (true)
        {
            var status = Utf8.FromUtf16(
                text[used..],
                _output.AsSpan(written),
                out var read,
                out var wrote,
                replaceInvalidSequences: false,
                isFinalBlock: false);
            used += read;
            written += wrote;
            if (status != OperationStatus.InvalidData)
            {
                return written;
            }

            _output[written++] = Invalid;
            used++;
        }
    }
}
