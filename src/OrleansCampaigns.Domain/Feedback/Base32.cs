namespace OrleansCampaigns.Domain.Feedback;

/// <summary>Base32 (RFC 4648 §6) in lower case and without padding: survives servers that change a local part's case.
/// </summary>
internal static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    public static string Encode(ReadOnlySpan<byte> octets)
    {
        var result = new char[(octets.Length * 8 + 4) / 5];
        var (bits, value, at) = (0, 0, 0);
        foreach (var octet in octets)
        {
            value = ((value << 8) | octet) & 0xFFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                result[at++] = Alphabet[(value >> (bits - 5)) & 31];
            }
        }

        if (bits > 0)
        {
            result[at] = Alphabet[(value << (5 - bits)) & 31];
        }

        return new(result);
    }

    /// <returns><see langword="null"/> when <paramref name="text"/> does not spell exactly so many octets.</returns>
    public static byte[]? Decode(ReadOnlySpan<char> text, int length)
    {
        if (text.Length != (length * 8 + 4) / 5)
        {
            return null;
        }

        var result = new byte[length];
        var (bits, value, at) = (0, 0, 0);
        foreach (var letter in text)
        {
            var digit = Alphabet.IndexOf(char.ToLowerInvariant(letter), StringComparison.Ordinal);
            if (digit < 0)
            {
                return null;
            }

            value = ((value << 5) | digit) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                result[at++] = (byte)(value >> bits);
            }
        }

        // Bits left over must be zero, or one token would have many spellings.
        return (value & ((1 << bits) - 1)) == 0 ? result : null;
    }
}
