using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Where a tracked link leads: only to the web, and written so that a header can hold it.</summary>
internal static class LinkTarget
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    // RFC 3986 §2, with the brackets of IPv6 addresses; everything else must be encoded.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

    /// <summary>The target for a Location header; <see langword="null"/> when it is none of the web.</summary>
    public static string? Of(string url)
    {
        url = url.Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || !(uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            || uri.IdnHost.Length == 0)
        {
            return null;
        }

        // What is plain is left as it was written: some servers tell %7E from a tilde.
        if (url.AsSpan().IndexOfAnyExcept(Plain) < 0)
        {
            return url;
        }

        var user = uri.UserInfo.Length == 0
            ? ""
            : uri.GetComponents(UriComponents.UserInfo, UriFormat.UriEscaped) + "@";
        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        var target = $"{uri.Scheme}://{user}{uri.IdnHost}{port}{uri.PathAndQuery}{uri.Fragment}";
        return Ascii.IsValid(target) ? target : null;
    }

    /// <summary>Reads a URL that comes in the query string; <see langword="null"/> when it is not written as we do.
    /// </summary>
    public static string? ReadBound(string? text)
    {
        if (string.IsNullOrEmpty(text) || !Base64Url.IsValid(text))
        {
            return null;
        }

        try
        {
            // Two spellings of one URL would be two links: blanks and unused bits are not allowed.
            var octets = Base64Url.DecodeFromChars(text);
            return Base64Url.EncodeToString(octets) == text ? Strict.GetString(octets) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
