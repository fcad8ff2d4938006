using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>What a request proves itself by.</summary>
internal static class Secrets
{
    /// <summary>A header, whatever the case of its name.</summary>
    public static string? Header(this WebhookRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value)
            ? value
            : request.Headers.FirstOrDefault(
                header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Whether two texts are the same, in a time that does not tell where they differ or how long one is.
    /// </summary>
    public static bool AreEqual(string? given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Hash(given ?? ""), Hash(expected)) && given is not null;

    /// <summary>Octets in Base64; <see langword="null"/> when it is none.</summary>
    public static byte[]? FromBase64(string? text)
    {
        var octets = new byte[(text?.Length ?? 0) * 3 / 4 + 3];
        return text is not null && Convert.TryFromBase64String(text, octets, out var written)
            ? octets[..written]
            : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
