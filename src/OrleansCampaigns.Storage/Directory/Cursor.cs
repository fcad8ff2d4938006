using System.Buffers.Text;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Where the next page begins: after the key that the last page ended with.</summary>
/// <remarks>
/// A key and not a count of rows, so that rows that come or go between two pages neither repeat nor hide others.
/// </remarks>
internal static class Cursor
{
    public const int LimitMax = 1000;

    private const int LengthMax = 200;

    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Refusal Broken { get; } = Refusal.Invalid(
        "request.cursor", "The cursor is not one that this listing gave out; leave it away to begin anew.", "cursor");

    /// <summary>How many items a page may have, whatever was asked for.</summary>
    public static int Limit(int asked) => Math.Clamp(asked, 1, LimitMax);

    public static string Write(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>Reads a cursor; when there is none, the beginning, which is <paramref name="first"/>.</summary>
    /// <returns>Whether it is a cursor whose key <paramref name="isKey"/> accepts.</returns>
    public static bool TryRead(string? cursor, string first, Func<string, bool> isKey, out string key)
    {
        key = first;
        if (cursor is null)
        {
            return true;
        }

        if (cursor.Length is 0 or > LengthMax || !Base64Url.IsValid(cursor))
        {
            return false;
        }

        try
        {
            key = Strict.GetString(Base64Url.DecodeFromChars(cursor));
            return isKey(key);
        }
        catch (Exception broken) when (broken is FormatException or DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Makes a page of rows that were read with a limit of one more than the page holds.</summary>
    public static Page<T> Page<T>(List<T> rows, int limit, Func<T, string> key)
    {
        if (rows.Count <= limit)
        {
            return new(rows, null);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new(rows, Write(key(rows[^1])));
    }
}
