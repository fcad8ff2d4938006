using MimeKit.Utils;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>How a message came to us, as its own header tells.</summary>
/// <param name="MessageId">Its own Message-ID, without angle brackets.</param>
/// <param name="Date">When it was written, if it says so.</param>
/// <param name="DeliveredTo">The addresses that it was delivered to, the surest first.</param>
/// <param name="IsReadable">Whether there is a header at all.</param>
/// <param name="IsReport">Whether it calls itself a report (RFC 6522): then a machine wrote it.</param>
internal sealed record MessageArrival(
    string? MessageId, DateTimeOffset? Date, IReadOnlyList<string> DeliveredTo, bool IsReadable, bool IsReport)
{
    private const int AddressesMax = 50;

    // What the last server wrote comes before what the sender wrote.
    private static readonly string[] DeliveryFields =
        ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To"];

    private static readonly string[] KnownFields =
    [
        "From", "To", "Subject", "Date", "Received", "Return-Path", "Message-ID", "MIME-Version", "Content-Type",
        "Delivered-To", "Sender",
    ];

    public static MessageArrival Unreadable { get; } = new(null, null, [], false, false);

    public static MessageArrival Of(MessageContents message)
    {
        var header = message.Header;
        return new MessageArrival(
            OriginTraces.Ids(header["Message-ID"]).FirstOrDefault(),
            DateUtils.TryParse(header["Date"] ?? "", out var date) ? date : null,
            Addresses(header),
            KnownFields.Any(header.Has),
            message.ContentType.Contains("multipart/report", StringComparison.Ordinal));
    }

    public static IReadOnlyList<string> Addresses(HeaderFields header) =>
        [.. DeliveryFields.SelectMany(header.All).SelectMany(ReportAddress.Find).Take(AddressesMax)];
}
