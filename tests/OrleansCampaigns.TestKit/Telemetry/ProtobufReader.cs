using System.Buffers.Binary;
using System.Text;

namespace OrleansCampaigns.TestKit.Telemetry;

/// <summary>Reads the fields of one message in the wire format of Protocol Buffers, one after another.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;
    private ulong _number;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>The octets of a field that has a length: a text, octets, a message.</summary>
    public ReadOnlySpan<byte> Octets { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Octets);

    public readonly string Hex => Convert.ToHexStringLower(Octets);

    public readonly long Integer => (long)_number;

    public readonly double Real => BitConverter.UInt64BitsToDouble(_number);

    /// <summary>Reads the next field.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="FormatException">It is not in the wire format.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        Octets = default;
        switch (tag & 7)
        {
            case 0:
                _number = ReadVarint();
                break;
            case 1:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Octets = Take((int)ReadVarint());
                break;
            case 5:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new FormatException($"Wire type {tag & 7} is not read.");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = Take(1)[0];
            value |= (ulong)(octet & 0x7f) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("A number is too long.");
    }
}
