using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Audiences;

/// <summary>Domains that an account never sends to.</summary>
public static class SuppressedDomain
{
    /// <summary>The domain as suppressions keep it: A-labels in lower case (RFC 5891).</summary>
    /// <param name="text">A domain of at least two labels, in any spelling, with or without an at sign or an asterisk
    /// and a dot before it.</param>
    /// <returns><see langword="null"/> when it is none.</returns>
    public static string? Parse(string? text)
    {
        var domain = AddressIdentity.Visible(text ?? "").TrimStart('@').TrimEnd('.');
        domain = domain.StartsWith("*.", StringComparison.Ordinal) ? domain[2..] : domain;
        return !domain.Contains('@', StringComparison.Ordinal)
            && EmailAddress.Parse($"x@{domain}") is { IsPublic: true } address
                ? address.Domain
                : null;
    }

    /// <summary>The domain of an address and those above it: whichever of them is suppressed suppresses it.</summary>
    /// <param name="address">An address; one that is not properly formatted has no domain.</param>
    public static IEnumerable<string> Above(string address)
    {
        var domain = EmailAddress.Parse(address)?.Domain;
        while (domain is not null && domain.Contains('.', StringComparison.Ordinal))
        {
            yield return domain;
            domain = domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..];
        }
    }
}
