using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>Whether mail is taken for an address.</summary>
internal enum InboundVerdict
{
    /// <summary>It is one of ours.</summary>
    Taken,

    /// <summary>The domain is ours, the address is not: no such mailbox.</summary>
    Unknown,

    /// <summary>It is somebody else's: we relay for nobody.</summary>
    Foreign,
}

/// <summary>
/// Decides whom mail is taken for: our own addresses with a token that verifies, and those configured.
/// </summary>
/// <remarks>
/// Everything else is refused before it is sent, so that nothing is ever returned to anyone and nothing that was
/// guessed
/// gets in.
/// </remarks>
internal sealed class InboundRecipients(FeedbackAddresses addresses, InboundOptions options)
{
    /// <summary>Who every domain that takes mail must have (RFC 5321 §4.5.1); its mail is kept for people.</summary>
    public const string Postmaster = "postmaster";

    private readonly HashSet<string> plain = options.Addresses.Append(addresses.PlainReturnPath ?? "")
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> domains = options.Addresses.Select(DomainOf).Concat(addresses.Domains)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    public InboundVerdict Judge(string address)
    {
        if (!domains.Contains(DomainOf(address)))
        {
            return InboundVerdict.Foreign;
        }

        return IsPostmaster(address) || plain.Contains(address) || addresses.Read(address).Token is not null
            ? InboundVerdict.Taken
            : InboundVerdict.Unknown;
    }

    /// <summary>Whether it is a postmaster's address, whatever the case of its letters.</summary>
    public static bool IsPostmaster(string? address) =>
        address is not null
        && address.StartsWith(Postmaster, StringComparison.OrdinalIgnoreCase)
        && address.AsSpan(Postmaster.Length) is [] or ['@', ..];

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];
}
