using MimeKit;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Bytes in the transfer encoding that they are sent in, ready to be written as they are.</summary>
internal readonly record struct EncodedBody(byte[] Octets, ContentEncoding Encoding)
{
    private const int LineMax = 76;

    private static ReadOnlySpan<byte> Hexadecimal => "0123456789ABCDEF"u8;

    /// <summary>
    /// Text in UTF-8: as it is where every server passes it on unchanged, else quoted-printable or base64.
    /// </summary>
    public static EncodedBody OfText(string text)
    {
        var octets = System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        var foreign = 0;
        foreach (var octet in octets)
        {
            foreign += octet >= 0x80 ? 1 : 0;
        }

        if (foreign == 0 && IsPlain(octets))
        {
            return new(octets, ContentEncoding.SevenBit);
        }

        // Quoted-printable triples what base64 lengthens by a third.
        return foreign > octets.Length / 5
            ? OfBytes(octets)
            : new(QuotedPrintable(octets), ContentEncoding.QuotedPrintable);
    }

    /// <summary>Any bytes, in base64.</summary>
    public static EncodedBody OfBytes(byte[] octets) => new(
        System.Text.Encoding.ASCII.GetBytes(
            Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks) + "\r\n"),
        ContentEncoding.Base64);

    // Servers wrap long lines, strip trailing blanks and change "From " at the beginning of a line; each breaks a
    // signature.
    private static bool IsPlain(ReadOnlySpan<byte> octets)
    {
        foreach (var range in octets.Split((byte)'\n'))
        {
            var line = octets[range].TrimEnd((byte)'\r');
            if (line.Length > LineMax || line.StartsWith("From "u8)
                || line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0
                || (line.Length > 0 && line[^1] == ' '))
            {
                return false;
            }
        }

        return octets.EndsWith("\r\n"u8);
    }

    private static byte[] QuotedPrintable(ReadOnlySpan<byte> octets)
    {
        using var result = new MemoryStream(octets.Length + (octets.Length / 8) + 16);
        foreach (var range in octets.Split("\r\n"u8))
        {
            if (range.Start.Value > 0)
            {
                result.Write("\r\n"u8);
            }

            WriteLine(octets[range], result);
        }

        if (!octets.EndsWith("\r\n"u8))
        {
            // A soft break: the text does not end with a line break, but what is sent does.
            result.Write("=\r\n"u8);
        }

        return result.ToArray();
    }

    // RFC 2045 §6.7. A dot and "From " at the beginning of a line are encoded too, so that nothing doubles or changes
    // them.
    private static void WriteLine(ReadOnlySpan<byte> line, MemoryStream result)
    {
        var column = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var octet = line[i];
            var isLast = i == line.Length - 1;
            var literal = octet is > (byte)' ' and <= (byte)'~' and not (byte)'='
                || (octet is (byte)' ' or (byte)'\t' && !isLast);
            var width = literal ? 1 : 3;
            if (column + width > LineMax - (isLast ? 0 : 1))
            {
                result.Write("=\r\n"u8);
                column = 0;
            }

            if (column == 0 && (octet == '.' || line[i..].StartsWith("From "u8)))
            {
                (literal, width) = (false, 3);
            }

            if (literal)
            {
                result.WriteByte(octet);
            }
            else
            {
                result.WriteByte((byte)'=');
                result.WriteByte(Hexadecimal[octet >> 4]);
                result.WriteByte(Hexadecimal[octet & 0xF]);
            }

            column += width;
        }
    }
}
