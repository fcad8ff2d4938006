using MimeKit;
using MimeKit.IO;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>How many octets a message has as it is written to a relay.</summary>
internal static class MessageSize
{
    /// <summary>With doubled dots, as it is written: the watch counts these very octets.</summary>
    public static long Measure(MimeMessage mime, FormatOptions format)
    {
        using var measure = new MeasuringStream();
        mime.WriteTo(format, measure, headersOnly: true);
        return measure.Length + ((WrittenBody)mime.Body!).StuffedLength; // No header begins with a dot.
    }
}
