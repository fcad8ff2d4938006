using System.Collections.Immutable;
using System.Text;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>An address with the name that is shown for it (RFC 5322 §3.4).</summary>
/// <param name="Name">The name, without quotes; <see langword="null"/> when there is none.</param>
/// <param name="Address">The address.</param>
public sealed record NamedAddress(string? Name, EmailAddress Address);

/// <summary>
/// Reads mailboxes as people write them: <c>Ann &lt;a@x.example&gt;, "Bo, Jr" &lt;b@x.example&gt;</c>.
/// </summary>
/// <remarks>
/// A comma or a semicolon separates them. A name that holds either, or an angle bracket, stands in quotes. Comments and
/// groups are not read.
/// </remarks>
public static class MailboxList
{
    /// <summary>The mailboxes; <see langword="null"/> when one of them cannot be read, or there is none.</summary>
    public static ImmutableArray<NamedAddress>? Parse(string? text)
    {
        var mailboxes = ImmutableArray.CreateBuilder<NamedAddress>();
        foreach (var part in Split(text ?? ""))
        {
            if (ParseOne(part.Trim()) is not { } mailbox)
            {
                return null;
            }

            mailboxes.Add(mailbox);
        }

        return mailboxes.ToImmutable();
    }

    private static NamedAddress? ParseOne(string text)
    {
        if (!text.EndsWith('>'))
        {
            return EmailAddress.Parse(text) is { } bare ? new(null, bare) : null;
        }

        // A quoted local part may hold brackets; a name that does so stands in quotes, and is passed over.
        var start = text.StartsWith('"') ? EndOfQuoted(text) : 0;
        var open = text.IndexOf('<', Math.Max(start, 0));
        if (open < 0 || EmailAddress.Parse(text[(open + 1)..^1]) is not { } address)
        {
            return null;
        }

        return ReadName(text[..open].Trim()) is { } name ? new(name.Length == 0 ? null : name, address) : null;
    }

    private static string? ReadName(string written)
    {
        if (!written.StartsWith('"'))
        {
            return written.Contains('"', StringComparison.Ordinal) || written.Contains('>', StringComparison.Ordinal)
                ? null
                : written;
        }

        if (EndOfQuoted(written) != written.Length)
        {
            return null;
        }

        var name = new StringBuilder(written.Length);
        for (var i = 1; i < written.Length - 1; i++)
        {
            i += written[i] == '\\' ? 1 : 0;
            name.Append(written[i]);
        }

        return name.ToString().Trim();
    }

    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && EndOfQuoted(text[i..]) is > 0 and var length)
            {
                i += length - 1;
            }
            else if (text[i] is ',' or ';')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    /// <summary>Where the quoted string ends that the text begins with; -1 when it does not.</summary>
    private static int EndOfQuoted(string text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
        }

        return -1;
    }
}
