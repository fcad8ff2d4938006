using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>An e-mail address that follows RFC 5321, RFC 5322 and RFC 6531, in its normalised form.</summary>
/// <remarks>
/// Normalised means: the domain in lower case and as A-labels (RFC 5891), the local part untouched but for needless
/// quotes and Unicode form C. The local part keeps its case, because mail is sent to the spelling that was given; whose
/// the address is, is told by <see cref="Identity"/>.
/// </remarks>
public sealed record EmailAddress
{
    /// <summary>
    /// The longest address that is looked at, in characters (RFC 5321 §4.5.3.1.3 allows 254 octets in a path).
    /// </summary>
    public const int LengthMax = 320;

    private static readonly SearchValues<char> InIPv6 = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    private EmailAddress(string localPart, string domain) => (LocalPart, Domain) = (localPart, domain);

    /// <summary>What stands before the <c>@</c>.</summary>
    public string LocalPart { get; }

    /// <summary>What stands after it: lower-case ASCII, or an address literal in brackets.</summary>
    public string Domain { get; }

    /// <summary>Whether the domain may be one of the public DNS: it has two labels and names no machine.</summary>
    /// <remarks>
    /// An address literal or a name such as <c>localhost</c> (RFC 6761 §6.3) leads to the relay itself or into the
    /// network behind it. Domains without a dot receive no mail (RFC 7085).
    /// </remarks>
    public bool IsPublic =>
        Domain[0] != '['
        && Domain.Contains('.', StringComparison.Ordinal)
        && !Domain.EndsWith(".localhost", StringComparison.Ordinal);

    /// <summary>The spelling that mail is sent to.</summary>
    public string Normalised => $"{LocalPart}@{Domain}";

    /// <summary>Equal for all spellings of one person's address: see <see cref="AddressIdentity"/>.</summary>
    public string Identity => $"{AddressIdentity.Fold(LocalPart)}@{Domain}";

    /// <summary>
    /// The address, or <see langword="null"/> when <paramref name="text"/> is not properly formatted.
    /// </summary>
    /// <param name="text">An addr-spec; blanks around it and characters that cannot be seen are left out, display names
    /// and comments are not accepted.</param>
    public static EmailAddress? Parse(string? text)
    {
        text = text is null ? null : AddressIdentity.Visible(text);
        if (text is null || text.Length is 0 or > LengthMax)
        {
            return null;
        }

        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1)
        {
            return null;
        }

        var domain = NormaliseDomain(text[(at + 1)..]);
        var local = NormaliseLocalPart(text[..at], domain is not null && TakesAnyDots(domain));
        return local is null || domain is null || Encoding.UTF8.GetByteCount(local) + domain.Length + 1 > 254
            ? null
            : new EmailAddress(local, domain);
    }

    // Japanese carriers gave out addresses such as a..b@ and ab.@, which are in use and break the rule of RFC 5322
    // §3.2.3. They are sent to in quotes, which every server understands, and are no typing mistakes there only.
    private static bool TakesAnyDots(string domain) =>
        domain.EndsWith(".jp", StringComparison.Ordinal) || domain == "au.com";

    private static string? NormaliseLocalPart(string local, bool takesAnyDots)
    {
        if (!PlainText.IsWellFormed(local))
        {
            return null; // What is no character is in no address, and Normalize would throw on it.
        }

        local = local.Normalize(NormalizationForm.FormC);
        if (local[0] == '"')
        {
            // Without its backslashes a text may compose anew: what is normalised twice must stay the same.
            if (Unquote(local) is not { } unquoted || !PlainText.IsWellFormed(unquoted))
            {
                return null;
            }

            var content = unquoted.Normalize(NormalizationForm.FormC);

            local = IsDotAtom(content) ? content : Quote(content);
        }
        else if (!IsDotAtom(local))
        {
            if (!takesAnyDots || !IsDotAtom(local.Replace(".", "", StringComparison.Ordinal)))
            {
                return null;
            }

            local = Quote(local);
        }

        return Encoding.UTF8.GetByteCount(local) <= 64 ? local : null;
    }

    private static string? Unquote(string local)
    {
        if (local.Length < 2 || local[^1] != '"')
        {
            return null;
        }

        var content = new StringBuilder(local.Length);
        for (var i = 1; i < local.Length - 1; i++)
        {
            var c = local[i];
            if (c == '\\')
            {
                i++;
                if (i == local.Length - 1)
                {
                    return null;
                }

                c = local[i];
            }
            else if (c == '"')
            {
                return null;
            }

            if (char.IsControl(c))
            {
                return null;
            }

            content.Append(c);
        }

        return content.ToString();
    }

    // The shortest spelling (RFC 5321 §4.1.2), so that equal local parts have equal ones.
    private static string Quote(string content)
    {
        var escaped = content
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped}\"";
    }

    private static bool IsDotAtom(string text)
    {
        if (text.Length == 0 || text[0] == '.' || text[^1] == '.' || text.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii ? !IsAtomText((char)rune.Value) : !IsInternationalText(rune))
            {
                return false;
            }
        }

        return true;

        static bool IsAtomText(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c);

        // RFC 6531 lets any non-ASCII character in; those that cannot be seen only help to deceive.
        static bool IsInternationalText(Rune rune) => Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator);
    }

    private static string? NormaliseDomain(string domain)
    {
        if (domain[0] == '[')
        {
            return NormaliseLiteral(domain);
        }

        try
        {
            domain = Idn.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        if (domain.Length > 253)
        {
            return null;
        }

        var labels = domain.Split('.');
        var wellFormed = labels.All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

        // No top-level domain is a number (RFC 3696 §2): such a "domain" is an IP address without its brackets.
        return wellFormed && !labels[^1].All(char.IsAsciiDigit) ? domain : null;
    }

    private static string? NormaliseLiteral(string domain)
    {
        if (domain[^1] != ']')
        {
            return null;
        }

        var content = domain[1..^1];
        if (content.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
        {
            // IPAddress takes zones, brackets and ports, too, which RFC 5321 §4.1.3 does not.
            return content.AsSpan(5).IndexOfAnyExcept(InIPv6) < 0
                && IPAddress.TryParse(content.AsSpan(5), out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6
                ? $"[IPv6:{v6}]"
                : null;
        }

        // IPAddress reads hexadecimal and octal numbers, too: only what it would write itself is beyond doubt.
        return IPAddress.TryParse(content, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork
            && v4.ToString() == content
            ? $"[{content}]"
            : null;
    }
}
