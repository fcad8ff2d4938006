using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>What an address is to us.</summary>
public enum FeedbackAddressKind
{
    /// <summary>None of those that carry a token.</summary>
    Foreign = 0,

    /// <summary>It looks like one of ours, and its token does not verify: forged, altered, or of a lost key.</summary>
    Void = 1,

    /// <summary>The envelope's sender of an e-mail (VERP): bounces come here.</summary>
    ReturnPath = 2,

    /// <summary>The mailto address of a List-Unsubscribe (RFC 2369): requests come here.</summary>
    Unsubscribe = 3,
}

/// <summary>An address, read.</summary>
/// <param name="Kind">What it is to us.</param>
/// <param name="Token">Which e-mail it names, if it names one.</param>
public readonly record struct FeedbackAddress(FeedbackAddressKind Kind, AddressToken? Token);

/// <summary>Recognises the addresses that our e-mails carry.</summary>
/// <remarks>
/// The token alone decides, whatever stands before and after it: forwarders rewrite domains, operators change them,
/// and nobody else can make a token that verifies.
/// </remarks>
public sealed class FeedbackAddresses(RecipientTokens tokens, IOptions<MailOptions> options)
{
    /// <summary>The local part of an address for unsubscribing, before the token.</summary>
    public const string UnsubscribeLocalPart = "unsubscribe";

    private readonly (string LocalPart, string Domain)? returnPath = Split(options.Value.ReturnPath ?? "");

    /// <summary>The domain of the return path, if one is configured.</summary>
    public string? Domain => returnPath?.Domain;

    /// <summary>What <paramref name="address"/> is to us.</summary>
    public FeedbackAddress Read(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (Split(address) is not var (local, domain) || local.LastIndexOf('+') is not (> 0 and var plus))
        {
            return default;
        }

        var token = local.AsSpan(plus + 1);
        if (tokens.ReadAddress(TokenPurpose.ReturnPath, token) is { } email)
        {
            return new FeedbackAddress(FeedbackAddressKind.ReturnPath, email);
        }

        if (tokens.ReadAddress(TokenPurpose.UnsubscribeAddress, token) is { } request)
        {
            return new FeedbackAddress(FeedbackAddressKind.Unsubscribe, request);
        }

        return new FeedbackAddress(
            LooksLikeOurs(local[..plus], domain, token.Length)
                ? FeedbackAddressKind.Void
                : FeedbackAddressKind.Foreign,
            null);
    }

    private bool LooksLikeOurs(string name, string domain, int tokenLength)
    {
        var isOurName = IsSame(name, UnsubscribeLocalPart) || (returnPath is var (own, _) && IsSame(name, own));
        return isOurName && (IsSame(domain, Domain) || tokenLength == RecipientTokens.AddressTokenLength);
    }

    private static bool IsSame(string one, string? other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static (string LocalPart, string Domain)? Split(string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 ? (address[..at], address[(at + 1)..]) : null;
    }
}
