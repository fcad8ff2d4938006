using MimeKit;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>The parts of a message, sorted by what they are good for.</summary>
internal sealed class MessageContents
{
    private const int PartsMax = 200;
    private const int TextCharactersMax = 128 * 1024;

    private int parts;
    private int characters;

    private MessageContents(HeaderFields header) => Header = header;

    public HeaderFields Header { get; }

    /// <summary>The media type and its parameters as one lower-case text.</summary>
    public string ContentType { get; private set; } = "";

    /// <summary>What people read, outside of any message that came back.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Delivery-status parts (RFC 3464, RFC 6533).</summary>
    public List<string> StatusReports { get; } = [];

    /// <summary>Feedback-report parts (RFC 5965).</summary>
    public List<string> FeedbackReports { get; } = [];

    /// <summary>Disposition-notification parts (RFC 8098).</summary>
    public List<string> Dispositions { get; } = [];

    /// <summary>Headers of messages that came back without their bodies.</summary>
    public List<HeaderFields> ReturnedHeaders { get; } = [];

    /// <summary>Messages inside this one: mostly what we sent, sometimes the report itself.</summary>
    public List<MimeMessage> Nested { get; } = [];

    public static MessageContents Of(MimeMessage message)
    {
        var contents = new MessageContents(HeaderFields.Of(message.Headers));
        if (message.Body is { } body)
        {
            contents.ContentType = body.ContentType.ToString().ToLowerInvariant();
            contents.Visit(body);
        }

        return contents;
    }

    /// <summary>For what cannot be parsed: fields at the beginning, then text.</summary>
    public static MessageContents OfText(string text)
    {
        var lines = text.Split('\n');
        var contents = new MessageContents(HeaderFields.Leading(lines));
        contents.AddText(text);
        return contents;
    }

    private void Visit(MimeEntity entity)
    {
        if (++parts > PartsMax)
        {
            return;
        }

        switch (entity)
        {
            case Multipart { Count: 0 } empty:
                // The boundary lied: the parts lie in what should be empty.
                AddText($"{empty.Preamble}\n{empty.Epilogue}");
                break;
            case MultipartAlternative alternative:
                VisitAlternative(alternative);
                break;
            case Multipart multipart:
                foreach (var child in multipart)
                {
                    Visit(child);
                }

                break;
            case MessagePart { Message: { } message }:
                Nested.Add(message);
                break;
            case MimePart part:
                VisitPart(part);
                break;
        }
    }

    private void VisitAlternative(MultipartAlternative alternative)
    {
        var before = characters;
        foreach (var child in alternative.Where(child => !child.ContentType.IsMimeType("text", "html")))
        {
            Visit(child);
        }

        if (characters - before < 20)
        {
            foreach (var child in alternative.Where(child => child.ContentType.IsMimeType("text", "html")))
            {
                Visit(child);
            }
        }
    }

    private void VisitPart(MimePart part)
    {
        var type = part.ContentType;
        var subtype = type.MediaSubtype.ToLowerInvariant();
        if (subtype.EndsWith("delivery-status", StringComparison.Ordinal))
        {
            StatusReports.Add(PartText.Of(part));
        }
        else if (subtype == "feedback-report")
        {
            FeedbackReports.Add(PartText.Of(part));
        }
        else if (subtype.EndsWith("disposition-notification", StringComparison.Ordinal))
        {
            Dispositions.Add(PartText.Of(part));
        }
        else if (subtype is "rfc822-headers" or "global-headers")
        {
            ReturnedHeaders.Add(HeaderFields.Leading(PartText.Of(part).TrimStart().Split('\n')));
        }
        else if (type.IsMimeType("message", "rfc822") || type.IsMimeType("message", "global"))
        {
            if (RawMessage.Parse(RawMessage.Normalise(PartText.Bytes(part))) is { } message)
            {
                Nested.Add(message);
            }
        }
        else if (type.IsMimeType("text", "*"))
        {
            AddText(PartText.Of(part));
        }
        else if (LooksLikeStatus(part) is { } status)
        {
            StatusReports.Add(status);
        }
    }

    /// <summary>Gateways call a status report an attachment of some other type.</summary>
    private static string? LooksLikeStatus(MimePart part)
    {
        if (!part.ContentType.IsMimeType("application", "octet-stream") && !part.ContentType.IsMimeType("message", "*"))
        {
            return null;
        }

        var text = PartText.Of(part).TrimStart();
        return HeaderFields.NameOf(text)?.ToLowerInvariant() is "reporting-mta" or "final-recipient" ? text : null;
    }

    private void AddText(string text)
    {
        var room = TextCharactersMax - characters;
        if (room > 0)
        {
            var kept = PlainText.Clean(PlainText.Cut(text, room));
            Texts.Add(kept);
            characters += kept.Length;
        }
    }
}
