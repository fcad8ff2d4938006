using System.Text;
using System.Text.Json;
using OrleansCampaigns.Mail.Webhooks;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Finds Amazon's JSON notifications where they are sent on as e-mail.</summary>
/// <remarks>What they say is read by <see cref="SesEvents"/>, as the webhook reads it.</remarks>
internal static class ProviderNotification
{
    private const int NestingMax = 32;

    /// <summary>What the notification says, or <see langword="null"/> when the message holds none.</summary>
    public static FeedbackReading? Read(MessageContents message)
    {
        foreach (var text in message.Texts)
        {
            var json = text.AsSpan().TrimStart();
            if (json.StartsWith("{") && Parse(json) is { } document)
            {
                using (document)
                {
                    return Read(document.RootElement);
                }
            }
        }

        return null;
    }

    private static FeedbackReading? Read(JsonElement root)
    {
        // SNS wraps it, unless its topic delivers raw messages; in mail it may be wrapped once.
        if (root.Text("Message") is { } wrapped && wrapped.StartsWith('{') && Parse(wrapped) is { } document)
        {
            using (document)
            {
                return SesEvents.Read(document.RootElement)?.ForMail();
            }
        }

        return SesEvents.Read(root)?.ForMail();
    }

    private static JsonDocument? Parse(ReadOnlySpan<char> text)
    {
        // Mail breaks long lines, also inside of strings, where JSON allows no line end.
        var line = text.ToString()
            .Replace("\n ", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(
                Encoding.UTF8.GetBytes(line), new JsonReaderOptions { MaxDepth = NestingMax });
            return JsonDocument.TryParseValue(ref reader, out var document) ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
