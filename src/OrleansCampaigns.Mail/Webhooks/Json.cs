using System.Globalization;
using System.Text.Json;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Reads JSON of others without ever failing: what is not as expected is not there.</summary>
internal static class Json
{
    private const int NestingMax = 32;

    /// <summary>The document; <see langword="null"/> when it is not well-formed.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> octets)
    {
        try
        {
            return JsonDocument.Parse(octets, new JsonDocumentOptions { MaxDepth = NestingMax });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The value at the end of a path of names; undefined when there is none.</summary>
    public static JsonElement At(this JsonElement item, params ReadOnlySpan<string> path)
    {
        try
        {
            foreach (var name in path)
            {
                if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item))
                {
                    return default;
                }
            }

            return item;
        }
        catch (InvalidOperationException)
        {
            return default; // A name with half of a surrogate pair is well-formed JSON, and cannot be compared.
        }
    }

    /// <summary>The text at the end of a path.</summary>
    public static string? Text(this JsonElement item, params ReadOnlySpan<string> path)
    {
        var found = item.At(path);
        if (found.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return found.GetString() is { } text ? PlainText.Clean(text) : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair is well-formed JSON, and no text.
        }
    }

    /// <summary>A number or a text at the end of a path, as text.</summary>
    public static string? TextOrNumber(this JsonElement item, params ReadOnlySpan<string> path)
    {
        var found = item.At(path);
        return found.ValueKind == JsonValueKind.Number ? found.GetRawText() : found.Text();
    }

    /// <summary>The items of the list at the end of a path.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement item, params ReadOnlySpan<string> path)
    {
        var found = item.At(path);
        return found.ValueKind == JsonValueKind.Array ? found.EnumerateArray() : [];
    }

    /// <summary>A time that is written as text (RFC 3339).</summary>
    public static DateTimeOffset? Time(this JsonElement item, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(
            item.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime()
            : null;

    /// <summary>A time that is written as seconds since 1970, maybe with decimals.</summary>
    public static DateTimeOffset? UnixTime(this JsonElement item, params ReadOnlySpan<string> path) =>
        WebhookTimes.Unix(item.TextOrNumber(path));
}
