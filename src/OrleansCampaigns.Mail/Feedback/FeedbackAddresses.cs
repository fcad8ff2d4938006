using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Contacts;
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
public sealed class FeedbackAddresses
{
    private const string UnsubscribeLocalPart = "unsubscribe";

    private readonly RecipientTokens tokens;
    private readonly List<EmailAddress> own;

    /// <summary>Knows the addresses that <paramref name="options"/> give.</summary>
    public FeedbackAddresses(RecipientTokens tokens, IOptions<MailOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.tokens = tokens;
        var mail = options.Value;
        var returnPath = EmailAddress.Parse(mail.ReturnPath);
        var unsubscribe = EmailAddress.Parse(
            mail.UnsubscribeAddress ?? (returnPath is null ? null : $"{UnsubscribeLocalPart}@{returnPath.Domain}"));
        own = [.. new[] { returnPath, unsubscribe }.OfType<EmailAddress>()];
        PlainReturnPath = mail.Verp ? null : returnPath?.Normalised;
    }

    /// <summary>The domains of our addresses, that of the return path first.</summary>
    public IEnumerable<string> Domains => own.Select(address => address.Domain).Distinct();

    /// <summary>The return path, where it carries no token.</summary>
    public string? PlainReturnPath { get; }

    /// <summary>What <paramref name="address"/> is to us.</summary>
    public FeedbackAddress Read(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var at = address.LastIndexOf('@');
        var plus = at > 0 ? address.LastIndexOf('+', at) : -1;
        if (plus <= 0)
        {
            return default;
        }

        var token = address.AsSpan(plus + 1, at - plus - 1);
        if (tokens.ReadAddress(TokenPurpose.ReturnPath, token) is { } email)
        {
            return new FeedbackAddress(FeedbackAddressKind.ReturnPath, email);
        }

        if (tokens.ReadAddress(TokenPurpose.UnsubscribeAddress, token) is { } request)
        {
            return new FeedbackAddress(FeedbackAddressKind.Unsubscribe, request);
        }

        var (name, domain, tokenLength) = (address[..plus], address[(at + 1)..], token.Length);
        return new FeedbackAddress(
            own.Exists(ours => IsSame(name, ours.LocalPart)
                && (IsSame(domain, ours.Domain) || tokenLength == RecipientTokens.AddressTokenLength))
                ? FeedbackAddressKind.Void
                : FeedbackAddressKind.Foreign,
            null);
    }

    private static bool IsSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
