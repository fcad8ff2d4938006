using System.Collections.Frozen;

namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>Which fields of a message's header an author may add (RFC 5322 §3.6).</summary>
/// <remarks>
/// Everything but what we write ourselves, what servers on the way write, and what makes a server or a service send the
/// message to others.
/// </remarks>
public static class OwnHeaders
{
    /// <summary>The identifier of a mailing list (RFC 2919), which every message has unless the author writes another.
    /// </summary>
    public const string ListId = "List-Id";

    // RFC 5322 §2.1.1 wants lines of 78 at most, and the name is followed by a colon.
    private const int NameLengthMax = 76;

    // RFC 2919 §3: so long that comparing them is cheap.
    private const int ListIdLengthMax = 255;

    private static readonly FrozenSet<string> Reserved = new[]
    {
        "From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version",
        "Return-Path", "Delivered-To", "Apparently-To", "Envelope-To", "X-Original-To", "X-Envelope-To",
        "X-Envelope-From", "X-Bcc", "Errors-To", "Return-Receipt-To", "Disposition-Notification-To",
        "Authentication-Results", "DomainKey-Signature", "X-Google-DKIM-Signature",
        "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "CFBL-Address", "CFBL-Feedback-ID",
        "X-Campaign", "X-SMTPAPI", "X-PM-Metadata-message-id", "X-PM-KeepID", "X-MC-BccAddress",
        "X-Mailgun-Recipient-Variables", "X-MSYS-API", "Transfer-Encoding", "Lines", "Bytes",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ReservedPrefixes =
        ["Content-", "Resent-", "Received", "DKIM-", "ARC-", "BIMI-Indicator", "X-Received"];

    /// <summary>Whether it is a field's name at all: printable ASCII without blank and colon.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= NameLengthMax }
        && !name.AsSpan().ContainsAnyExceptInRange('!', '~') && !name.Contains(':', StringComparison.Ordinal);

    /// <summary>Whether it is none of an author's.</summary>
    public static bool IsReserved(string name) => Reserved.Contains(name)
        || Array.Exists(ReservedPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>A List-Id as it is written: a phrase, or none, and the identifier in angle brackets.</summary>
    /// <param name="value">The same, or the identifier alone.</param>
    /// <returns><see langword="null"/> when it is none (RFC 2919 §3).</returns>
    public static string? ReadListId(string value)
    {
        value = value.Trim();
        var open = value.LastIndexOf('<');
        var (phrase, id) = open >= 0 && value.EndsWith('>')
            ? (value[..open].Trim(), value[(open + 1)..^1])
            : ("", value);
        if (id.Length > ListIdLengthMax || phrase.AsSpan().ContainsAny('<', '>')
            || !id.Contains('.', StringComparison.Ordinal) || id.Split('.').Any(atom => !IsAtom(atom)))
        {
            return null;
        }

        return phrase.Length == 0 ? $"<{id}>" : $"{phrase} <{id}>";
    }

    /// <summary>Whether it can be a Content-ID: a dot-atom, or two around an at sign (RFC 5322 §3.6.4).</summary>
    public static bool IsContentId(string? id)
    {
        if (id is not { Length: > 0 and <= ListIdLengthMax })
        {
            return false;
        }

        var at = id.IndexOf('@', StringComparison.Ordinal);
        return at < 0
            ? id.Split('.').All(IsAtom)
            : id[..at].Split('.').All(IsAtom) && id[(at + 1)..].Split('.').All(IsAtom);
    }

    // RFC 5322 §3.2.3.
    private static bool IsAtom(string text) => text.Length > 0 && text.All(c =>
        char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal));
}
