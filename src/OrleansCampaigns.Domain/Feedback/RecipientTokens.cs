using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>What a token is good for; one made for one purpose is void for every other.</summary>
public enum TokenPurpose
{
    /// <summary>The open pixel.</summary>
    Open = 1,

    /// <summary>A tracked link.</summary>
    Click = 2,

    /// <summary>The unsubscribe page and one-click (RFC 8058).</summary>
    Unsubscribe = 3,

    /// <summary>The left part of a Message-ID (RFC 5322 §3.6.4).</summary>
    MessageId = 4,

    /// <summary>The envelope's sender (VERP).</summary>
    ReturnPath = 5,

    /// <summary>The address of a List-Unsubscribe mailto (RFC 2369).</summary>
    UnsubscribeAddress = 6,

    /// <summary>The link that no person sees.</summary>
    HiddenLink = 7,
}

/// <summary>Whom a link's token names.</summary>
/// <param name="Campaign">The campaign.</param>
/// <param name="Contact">The contact.</param>
/// <param name="Link">The link's number, from 1; 0 for tokens that are no link's.</param>
public readonly record struct RecipientToken(CampaignId Campaign, ContactId Contact, int Link);

/// <summary>
/// Which e-mail an address token names: by place in the audience, because an address has little room.
/// </summary>
/// <param name="Campaign">The campaign.</param>
/// <param name="Partition">The partition of its audience.</param>
/// <param name="Seq">The recipient's place in it, from 1.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
public readonly record struct AddressToken(CampaignId Campaign, int Partition, long Seq, int Attempt);

/// <summary>Makes and reads the tokens by which everything that comes back finds its recipient.</summary>
/// <remarks>
/// A token is a key's number, a tag and the encrypted content. The tag is a pseudo-random function of purpose and
/// content and serves as the nonce of the encryption (as in RFC 5297): equal recipients have equal tokens, nothing of a
/// contact is in clear, and altering any bit voids it. Tags are compared in constant time.
/// </remarks>
public sealed class RecipientTokens(TokenKeys keys)
{
    /// <summary>The largest number of a link.</summary>
    public const int LinkMax = ushort.MaxValue;

    /// <summary>The length of an address token, in characters.</summary>
    public const int AddressTokenLength = 50;

    private const int TrimmedMax = 3;
    private const int TagOctets = 12;
    private const int AddressTagOctets = 8;
    private const int RecipientOctets = 34;
    private const int AddressOctets = 22;
    private const int LinkTokenLength = ((8 * (1 + TagOctets + RecipientOctets)) + 5) / 6;

    /// <summary>A token for a URL: 63 characters of base64url (RFC 4648 §5).</summary>
    /// <param name="purpose">What it is good for.</param>
    /// <param name="recipient">Whom it names.</param>
    /// <param name="bound">Text that must come with the token unaltered, such as a URL; usually none.</param>
    public string Make(TokenPurpose purpose, RecipientToken recipient, string? bound = null) =>
        Base64Url.EncodeToString(Seal(purpose, recipient.Campaign, Write(recipient), TagOctets, bound));

    /// <summary>The token that a path begins with.</summary>
    /// <remarks>
    /// Mail programs take what follows a link in a text for a part of it: a closing bracket, a quote, a full stop. What
    /// begins with a character that no token holds, or is nothing but hyphens and underscores, is no part of one. The
    /// rest is left as it is: one letter more, or less, still voids a token.
    /// </remarks>
    public static string Trim(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= LinkTokenLength)
        {
            return text;
        }

        var rest = text.AsSpan(LinkTokenLength);
        var after = rest.TrimStart("-_");
        return after.IsEmpty || EndsLink(after[0]) ? text[..LinkTokenLength] : text;
    }

    /// <summary>What a parameter may have held before a mail program took more for a part of it, longest first.
    /// </summary>
    /// <param name="text">A value in base64url, with what may follow it.</param>
    public static IEnumerable<string> TrimAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = 0;
        while (end < text.Length && IsOfToken(text[end]))
        {
            end++;
        }

        if (end < text.Length && !EndsLink(text[end]))
        {
            yield break;
        }

        var value = text[..end];
        yield return value;
        for (var i = 0; i < TrimmedMax && value is [.., '-' or '_']; i++)
        {
            value = value[..^1];
            yield return value;
        }
    }

    // A blank ends a link before any mail program takes it for a part of one.
    private static bool EndsLink(char c) => !IsOfToken(c) && !char.IsWhiteSpace(c);

    private static bool IsOfToken(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    /// <summary>
    /// Whom the token names; <see langword="null"/> when it is forged, altered or of another purpose.
    /// </summary>
    public RecipientToken? Read(TokenPurpose purpose, string? token, string? bound = null)
    {
        if (token is null || token.Length != LinkTokenLength
            || !Base64Url.IsValid(token))
        {
            return null;
        }

        // Two spellings of one token would be two tokens: the unused bits at the end must be zero.
        var octets = Base64Url.DecodeFromChars(token);
        return Base64Url.EncodeToString(octets) == token ? Recipient(purpose, octets, bound) : null;
    }

    /// <summary>The left part of the recipient's Message-ID: lower-case base32, the same for every attempt.</summary>
    public string MakeMessageId(RecipientToken recipient) => Base32.Encode(
        Seal(TokenPurpose.MessageId, recipient.Campaign, Write(recipient), TagOctets, null));

    /// <summary>Whom a Message-ID (without angle brackets) names; <see langword="null"/> when it is not ours.</summary>
    public RecipientToken? ReadMessageId(string? messageId)
    {
        var at = messageId?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0 && Base32.Decode(messageId.AsSpan(0, at), 1 + TagOctets + RecipientOctets) is { } octets
            ? Recipient(TokenPurpose.MessageId, octets, null)
            : null;
    }

    /// <summary>
    /// A token for the local part of an address: lower-case base32, whose case may be lost on the way.
    /// </summary>
    public string MakeAddress(TokenPurpose purpose, AddressToken email)
    {
        var content = new byte[AddressOctets];
        Convert.FromHexString(email.Campaign.Value.AsSpan(4), content, out _, out _);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(16), checked((ushort)email.Partition));
        content[18] = checked((byte)(email.Seq >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(19), (ushort)email.Seq);
        content[21] = (byte)Math.Min(email.Attempt, byte.MaxValue);
        return Base32.Encode(Seal(purpose, email.Campaign, content, AddressTagOctets, null));
    }

    /// <summary>Which e-mail the token names; <see langword="null"/> when it is forged, altered or of another purpose.
    /// </summary>
    public AddressToken? ReadAddress(TokenPurpose purpose, ReadOnlySpan<char> token)
    {
        if (Base32.Decode(token, 1 + AddressTagOctets + AddressOctets) is not { } octets
            || Open(purpose, octets, AddressTagOctets, null) is not { } content)
        {
            return null;
        }

        return new(
            new("cmp_" + Convert.ToHexStringLower(content.AsSpan(0, 16))),
            BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(16)),
            (content[18] << 16) | BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(19)),
            content[21]);
    }

    private RecipientToken? Recipient(TokenPurpose purpose, byte[] octets, string? bound) =>
        Open(purpose, octets, TagOctets, bound) is { } content
            ? new(
                new("cmp_" + Convert.ToHexStringLower(content.AsSpan(0, 16))),
                new("con_" + Convert.ToHexStringLower(content.AsSpan(16, 16))),
                BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(32)))
            : null;

    private static byte[] Write(RecipientToken recipient)
    {
        var content = new byte[RecipientOctets];
        Convert.FromHexString(recipient.Campaign.Value.AsSpan(4), content, out _, out _);
        Convert.FromHexString(recipient.Contact.Value.AsSpan(4), content.AsSpan(16), out _, out _);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(32), checked((ushort)recipient.Link));
        return content;
    }

    private byte[] Seal(TokenPurpose purpose, CampaignId campaign, byte[] content, int tagOctets, string? bound)
    {
        var key = keys.Of(campaign);
        var token = new byte[1 + tagOctets + content.Length];
        token[0] = key.Id;
        Tag(key, purpose, content, bound)[..tagOctets].CopyTo(token.AsSpan(1));
        content.CopyTo(token.AsSpan(1 + tagOctets));
        Mask(key, token.AsSpan(1, tagOctets), token.AsSpan(1 + tagOctets));
        return token;
    }

    private byte[]? Open(TokenPurpose purpose, byte[] token, int tagOctets, string? bound)
    {
        if (keys.Find(token[0]) is not { } key)
        {
            return null;
        }

        var tag = token.AsSpan(1, tagOctets);
        var content = token[(1 + tagOctets)..];
        Mask(key, tag, content);
        return CryptographicOperations.FixedTimeEquals(tag, Tag(key, purpose, content, bound).AsSpan(0, tagOctets))
            ? content
            : null;
    }

    private static byte[] Tag(TokenKey key, TokenPurpose purpose, byte[] content, string? bound) =>
        HMACSHA256.HashData(
            key.Secret,
            (byte[])[.. "token tag\n"u8, (byte)purpose, .. content, .. Encoding.UTF8.GetBytes(bound ?? "")]);

    private static void Mask(TokenKey key, ReadOnlySpan<byte> tag, Span<byte> content)
    {
        Span<byte> stream = stackalloc byte[HMACSHA512.HashSizeInBytes];
        HMACSHA512.HashData(key.Secret, (byte[])[.. "token mask\n"u8, .. tag], stream);
        for (var i = 0; i < content.Length; i++)
        {
            content[i] ^= stream[i];
        }
    }
}
