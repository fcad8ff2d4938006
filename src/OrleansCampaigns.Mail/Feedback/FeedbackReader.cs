using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Reads a message that came back and says what it means for whom.</summary>
/// <remarks>
/// Never fails, whatever the bytes are, and never does more work than a megabyte of mail is worth: anyone may write to
/// a return path. What it says is a claim of the message, not a fact: whoever acts on it checks the token that it came
/// back with, and never goes by an address in the text.
/// </remarks>
public static partial class FeedbackReader
{
    // A report inside of a message inside of a report is still read; beyond that somebody is playing.
    private const int NestingMax = 2;
    private const int LinesMax = 100;
    private const int NestedMax = 10;

    /// <summary>What the message in <paramref name="stream"/> says.</summary>
    public static FeedbackReading Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(RawMessage.Read(stream));
    }

    /// <summary>What <paramref name="message"/> says.</summary>
    [SuppressMessage(
        "Design", "CA1031", Justification = "A message is input: whatever it makes fail, the next one is read.")]
    public static FeedbackReading Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var bytes = RawMessage.Normalise(message);
            var contents = RawMessage.Parse(bytes) is { } parsed
                ? MessageContents.Of(parsed)
                : MessageContents.OfText(RawMessage.Text(bytes));
            return Read(contents, nesting: 0) with { Arrival = MessageArrival.Of(contents) };
        }
        catch (Exception)
        {
            return FeedbackReading.Of(FeedbackKind.Other) with { Arrival = MessageArrival.Unreadable };
        }
    }

    /// <summary>What each message of a mailbox file says; a file with a single message is one, too.</summary>
    public static IEnumerable<FeedbackReading> ReadMailbox(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return RawMessage.SplitMailbox(file).Select(message => Read(message.Span));
    }

    private static FeedbackReading Read(MessageContents message, int nesting)
    {
        var reading = Judge(message, nesting);
        var origin = reading.Origin ?? OriginTraces.Of(message);

        // Whoever forwards a report whole leaves the address that it came to inside.
        return reading with
        {
            Origin = nesting == 0
                ? origin
                : origin with { Addresses = [.. origin.Addresses, .. MessageArrival.Addresses(message.Header)] },
        };
    }

    private static FeedbackReading Judge(MessageContents message, int nesting)
    {
        var reading = ComplaintReports.Read(message)
            ?? ReadForwardedComplaint(message, nesting)
            ?? ProviderNotification.Read(message)
            ?? UnsubscribeRequests.Read(message)
            ?? ReadChallenge(message)
            ?? DeliveryReports.ReadReport(message)
            ?? DispositionReports.Read(message);
        if (reading is not null)
        {
            return reading;
        }

        if (IsOtherReport(message))
        {
            return FeedbackReading.Of(FeedbackKind.Other);
        }

        if (!message.Header.Has("X-Failed-Recipients") && IsAutoReply(message))
        {
            return AutoReply(message);
        }

        return DeliveryReports.ReadReportInText(message)
            ?? ReadNested(message, nesting)
            ?? DeliveryReports.ReadText(message)
            ?? (AutoReplySigns.AreLikely(message.Header)
                ? AutoReply(message)
                : FeedbackReading.Of(FeedbackKind.Other) with { IsUnderstood = false });
    }

    /// <summary>Some who ask the sender to confirm call that a delivery status.</summary>
    private static FeedbackReading? ReadChallenge(MessageContents message) =>
        message.StatusReports.Count > 0
        && AutoReplySigns.AreChallenge(
            message.Header, [.. message.Texts.SelectMany(text => BounceNotice.Of(text).Lines).Take(LinesMax)])
            ? AutoReply(message)
            : null;

    private static FeedbackReading AutoReply(MessageContents message)
    {
        var sender = ReportAddress.OfField(message.Header["From"]);
        return new FeedbackReading(
            FeedbackKind.AutoReply,
            [new RecipientFeedback(FeedbackKind.AutoReply, sender, null)],
            ReturnedMail.Identify(message));
    }

    /// <summary>Abuse desks forward complaints whole.</summary>
    private static FeedbackReading? ReadForwardedComplaint(MessageContents message, int nesting) =>
        nesting == NestingMax ? null : message.Nested
            .Take(NestedMax)
            .Select(MessageContents.Of)
            .Where(inner => inner.FeedbackReports.Count > 0)
            .Select(inner => Read(inner, nesting + 1))
            .FirstOrDefault();

    /// <summary>A gateway may wrap the report of another server whole.</summary>
    private static FeedbackReading? ReadNested(MessageContents message, int nesting)
    {
        if (nesting == NestingMax
            || (!BounceSigns.IsFromDaemon(message.Header) && !BounceSigns.HasSubject(message.Header)))
        {
            return null;
        }

        return message.Nested
            .Take(NestedMax)
            .Select(MessageContents.Of)
            .Where(inner => inner.StatusReports.Count > 0 || BounceSigns.IsFromDaemon(inner.Header))
            .Select(inner => Read(inner, nesting + 1))
            .FirstOrDefault(reading => reading.Kind is FeedbackKind.Bounce or FeedbackKind.Delayed);
    }

    private static bool IsAutoReply(MessageContents message)
    {
        if (AutoReplySigns.AreClear(message.Header))
        {
            return true;
        }

        var lines = message.Texts.SelectMany(text => text.Split('\n', 100)).Take(LinesMax).ToArray();
        return !BounceSigns.IsFromDaemon(message.Header)
            && !BounceSigns.HasSubject(message.Header)
            && (AutoReplySigns.AreLikely(message.Header) || AutoReplySigns.AreInText(lines));
    }

    /// <summary>Reports on other things: DMARC (RFC 7489), TLS (RFC 8460).</summary>
    private static bool IsOtherReport(MessageContents message) =>
        message.ContentType.Contains("tlsrpt", StringComparison.Ordinal)
        || AuthenticationReport().IsMatch(message.Header["Subject"] ?? "");

    [GeneratedRegex(@"\bdmarc\b|report domain:.{0,200}submitter:|\b(?:spf|dkim"
        + @"|authentication)\b.{0,20}\b(?:failure|forensic) report",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AuthenticationReport();
}
