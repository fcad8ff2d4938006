using System.Security.Cryptography;
using System.Text;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>What a limit is about.</summary>
internal enum ThrottleKind
{
    /// <summary>A receiving domain.</summary>
    Domain = 0,

    /// <summary>A relay.</summary>
    Relay = 1,

    /// <summary>A sender: an address or its domain.</summary>
    Sender = 2,

    /// <summary>An account.</summary>
    Account = 3,
}

/// <summary>Names a limit, in grain keys too: so no address is in it.</summary>
internal readonly record struct ThrottleName(ThrottleKind Kind, string Subject)
{
    private const int HashOctets = 8;

    public static ThrottleName OfDomain(string domain) => new(ThrottleKind.Domain, domain.ToLowerInvariant());

    public static ThrottleName OfRelay(string relay) => new(ThrottleKind.Relay, relay.ToLowerInvariant());

    public static ThrottleName OfAccount(string account) => new(ThrottleKind.Account, account.ToLowerInvariant());

    /// <summary>An address is told by its hash, a domain by its name.</summary>
    public static ThrottleName OfSender(string sender)
    {
        var lower = sender.ToLowerInvariant();
        return new(ThrottleKind.Sender, lower.Contains('@', StringComparison.Ordinal)
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lower)).AsSpan(0, HashOctets))
            : lower);
    }

    /// <summary>The domain of an address, as limits name it.</summary>
    public static string DomainOf(string address) =>
        address[(address.LastIndexOf('@') + 1)..].TrimEnd('.').ToLowerInvariant();

    public static ThrottleName Parse(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? new(ThrottleKind.Domain, name)
            : new(Enum.Parse<ThrottleKind>(name.AsSpan(0, slash), ignoreCase: true), name[(slash + 1)..]);
    }

    public override string ToString() =>
        Kind == ThrottleKind.Domain ? Subject : $"{Kind.ToString().ToLowerInvariant()}/{Subject}";
}
