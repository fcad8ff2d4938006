using System.Text;
using MimeKit;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Makes the bytes that arrived parseable: one kind of line end, no mailbox separator, a cap.</summary>
internal static class RawMessage
{
    // A bounce says what it has to say at the beginning; what follows is our own message.
    private const int BytesMax = 1024 * 1024;

    // A megabyte in lines of 76 octets has 14,000. Every line may begin a field or a part, which takes far more room in
    // memory than on the wire.
    private const int LinesMax = 20_000;

    private static readonly ParserOptions Options = new() { MaxMimeDepth = 16, MaxAddressGroupDepth = 2 };

    /// <summary>The first megabyte of <paramref name="stream"/>.</summary>
    public static byte[] Read(Stream stream)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (buffer.Length < BytesMax && stream.Read(chunk) is > 0 and var read)
        {
            buffer.Write(chunk, 0, (int)Math.Min(read, BytesMax - buffer.Length));
        }

        return buffer.ToArray();
    }

    /// <summary>The same with LF line ends, from the first line of the header on.</summary>
    public static byte[] Normalise(ReadOnlySpan<byte> raw)
    {
        raw = raw.Length > BytesMax ? raw[..BytesMax] : raw;
        if (raw.StartsWith("\uFEFF"u8))
        {
            raw = raw[3..];
        }

        var lines = new byte[raw.Length];
        var length = 0;
        var count = 0;
        for (var i = 0; i < raw.Length && count < LinesMax; i++)
        {
            if (raw[i] != '\r')
            {
                lines[length++] = raw[i];
                count += raw[i] == '\n' ? 1 : 0;
            }
            else if (i + 1 == raw.Length || raw[i + 1] != '\n')
            {
                // A lone CR ends a line, too: old Macintosh programs and careless gateways write them.
                lines[length++] = (byte)'\n';
                count++;
            }
        }

        return lines.AsSpan(HeaderStart(lines.AsSpan(0, length))..length).ToArray();
    }

    /// <summary>The message, or <see langword="null"/> where there is no header to go by.</summary>
    public static MimeMessage? Parse(byte[] normalised)
    {
        try
        {
            using var stream = new MemoryStream(normalised, writable: false);
            return MimeMessage.Load(Options, stream);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The text as it stands, for a message that cannot be parsed.</summary>
    public static string Text(byte[] normalised) => Encoding.Latin1.GetString(normalised);

    /// <summary>The messages of a file in the mailbox format (RFC 4155); the whole where it is none.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> SplitMailbox(byte[] file)
    {
        var rest = file.AsMemory();
        while (rest.Span.StartsWith("From "u8) && NextMessage(rest.Span) is > 0 and var next)
        {
            yield return rest[..next];
            rest = rest[next..];
        }

        yield return rest;
    }

    /// <summary>Where the next message begins: after an empty line, with the separator of a delivery agent.</summary>
    private static int NextMessage(ReadOnlySpan<byte> mailbox)
    {
        return mailbox[1..].IndexOf("\n\nFrom MAILER-DAEMON "u8) is >= 0 and var unix ? unix + 3
            : mailbox[1..].IndexOf("\r\n\r\nFrom MAILER-DAEMON "u8) is >= 0 and var windows ? windows + 5
            : mailbox[1..].IndexOf("\r\rFrom MAILER-DAEMON "u8) is >= 0 and var macintosh ? macintosh + 3
            : -1;
    }

    private static int HeaderStart(ReadOnlySpan<byte> lines)
    {
        var start = 0;
        while (start < lines.Length)
        {
            var line = lines[start..];
            var end = line.IndexOf((byte)'\n');
            var blank = line[0] is (byte)'\n' or (byte)' ' or (byte)'\t';
            if (end < 0 || (!blank && !line.StartsWith("From "u8) && !line.StartsWith(">From "u8)))
            {
                break;
            }

            start += end + 1;
        }

        return start;
    }
}
