using System.Buffers;
using MimeKit;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Bytes in the transfer encoding that they are sent in, ready to be written as they are.</summary>
internal readonly record struct EncodedBody(byte[] Octets, ContentEncoding Encoding)
{
    private const int LineMax = 76;

    // What quoted-printable writes as itself, wherever it stands in a line; a blank must not be the last.
    private static readonly SearchValues<byte> Literals = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Where(octet => octet != '=').Select(octet => (byte)octet),
            (byte)' ', (byte)'\t']);

    private static ReadOnlySpan<byte> Hexadecimal => "0123456789ABCDEF"u8;

    /// <summary>
    /// Text in UTF-8: as it is where every server passes it on unchanged, else quoted-printable or base64.
    /// </summary>
    public static EncodedBody OfText(string text)
    {
        var octets = System.Text.Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        if (IsPlain(octets))
        {
            return new(octets, ContentEncoding.SevenBit);
        }

        // Quoted-printable triples what base64 lengthens by a third.
        return CountForeign(octets) > octets.Length / 5
            ? OfBytes(octets)
            : new(QuotedPrintable(octets), ContentEncoding.QuotedPrintable);
    }

    /// <summary>Any bytes, in base64.</summary>
    public static EncodedBody OfBytes(byte[] octets) => new(
        System.Text.Encoding.ASCII.GetBytes(
            Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks) + "\r\n"),
        ContentEncoding.Base64);

    /// <summary>What a header calls it.</summary>
    public static string NameOf(ContentEncoding encoding) => encoding switch
    {
        ContentEncoding.SevenBit => "7bit",
        ContentEncoding.QuotedPrintable => "quoted-printable",
        _ => "base64",
    };

    private static int CountForeign(ReadOnlySpan<byte> octets)
    {
        var count = 0;
        for (var next = octets.IndexOfAnyInRange((byte)0x80, (byte)0xff); next >= 0;
            next = octets.IndexOfAnyInRange((byte)0x80, (byte)0xff))
        {
            var run = octets[next..].IndexOfAnyExceptInRange((byte)0x80, (byte)0xff);
            count += run < 0 ? octets.Length - next : run;
            octets = run < 0 ? [] : octets[(next + run)..];
        }

        return count;
    }

    // Servers wrap long lines, strip trailing blanks and change "From " at the beginning of a line; each breaks a
    // signature.
    private static bool IsPlain(ReadOnlySpan<byte> octets)
    {
        while (octets.Length > 0)
        {
            var length = octets.IndexOf((byte)'\n');
            if (length < 1)
            {
                return false; // Every line ends with a line break.
            }

            var line = octets[..(length - 1)];
            if (line.Length > LineMax || line.StartsWith("From "u8)
                || line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0
                || (line.Length > 0 && line[^1] == ' '))
            {
                return false;
            }

            octets = octets[(length + 1)..];
        }

        return true;
    }

    private static byte[] QuotedPrintable(ReadOnlySpan<byte> octets)
    {
        var result = new ArrayBufferWriter<byte>(octets.Length + (octets.Length / 8) + 16);
        var isFirst = true;
        foreach (var range in octets.Split("\r\n"u8))
        {
            if (!isFirst)
            {
                result.Write("\r\n"u8);
            }

            isFirst = false;
            WriteLine(octets[range], endsWithBreak: range.End.Value < octets.Length, result);
        }

        if (!octets.EndsWith("\r\n"u8))
        {
            // A soft break: the text does not end with a line break, but what is sent does.
            result.Write("=\r\n"u8);
        }

        return result.WrittenSpan.ToArray();
    }

    // RFC 2045 §6.7. A dot and "From " at the beginning of a line are encoded too, so that nothing doubles or changes
    // them. What follows a soft break begins a line as well.
    private static void WriteLine(ReadOnlySpan<byte> line, bool endsWithBreak, ArrayBufferWriter<byte> result)
    {
        var column = 0;
        while (line.Length > 0)
        {
            var literals = column == 0 && (line[0] == '.' || line.StartsWith("From "u8)) ? 0 : CountLiterals(line);
            var isRest = endsWithBreak && line.Length == Math.Max(literals, 1);

            // The end of a line may take the last place; before a soft break that place is for the "=".
            var room = LineMax - column - 1;
            if (literals > 0 && (room > 0 || (isRest && literals <= room + 1)))
            {
                var take = isRest && literals <= room + 1 ? literals : Math.Min(literals, room);
                result.Write(line[..take]);
                line = line[take..];
                column += take;
            }
            else if (literals == 0 && 3 <= room + (isRest ? 1 : 0))
            {
                result.Write([(byte)'=', Hexadecimal[line[0] >> 4], Hexadecimal[line[0] & 0xF]]);
                line = line[1..];
                column += 3;
            }
            else
            {
                result.Write("=\r\n"u8);
                column = 0;
            }
        }
    }

    // A blank at the end of a line would not arrive.
    private static int CountLiterals(ReadOnlySpan<byte> line)
    {
        var count = line.IndexOfAnyExcept(Literals);
        return count >= 0 ? count : line[^1] is (byte)' ' or (byte)'\t' ? line.Length - 1 : line.Length;
    }
}
