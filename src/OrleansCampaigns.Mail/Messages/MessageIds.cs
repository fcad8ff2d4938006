using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>
/// Derives Message-IDs (RFC 5322 §3.6.4): always the same for one recipient of one campaign, and not to be guessed.
/// </summary>
internal sealed class MessageIds(string key)
{
    private const int HashOctets = 20;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private readonly byte[] key = Encoding.UTF8.GetBytes(key);

    /// <summary>The Message-ID without angle brackets: <c>hash.campaign@domain</c>.</summary>
    public string Of(CampaignId campaign, AccountId account, ContactId contact, string domain) =>
        $"{Hash($"message-id\n{campaign}\n{account}\n{contact}")}.{campaign}@{domain}";

    private string Hash(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text), hash);
        return string.Create(HashOctets * 8 / 5, hash[..HashOctets].ToArray(), static (result, octets) =>
        {
            var (bits, value, at) = (0, 0, 0);
            foreach (var octet in octets)
            {
                value = ((value << 8) | octet) & 0xFFFF;
                bits += 8;
                for (; bits >= 5; bits -= 5)
                {
                    result[at++] = Alphabet[(value >> (bits - 5)) & 31];
                }
            }
        });
    }
}
