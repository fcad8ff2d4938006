using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using OrleansCampaigns.Domain.Delivery;
using static OrleansCampaigns.Domain.Delivery.Outcome;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>The sandbox's one table: which recipients meet which fate.</summary>
/// <remarks>
/// <para>The local part begins with a word, then perhaps a number, then a hyphen or nothing: <c>full-anna</c>,
/// <c>greylist3-bob</c>. The number says in how many attempts the rule shows, instead of what the table says.
/// A local part that begins with no word of the table is accepted, and so is <c>ok-…</c>.</para>
/// <para>A domain whose first label is <c>nodomain</c> meets that rule whatever the local part is.</para>
/// </remarks>
public static class SandboxRules
{
    private const int Always = SandboxRule.Always;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>All rules.</summary>
    public static IReadOnlyList<SandboxRule> All { get; } =
    [
        // Accepted, at once or late.
        new("ok", SandboxStage.Nowhere, 250, "2.0.0 Ok", Always, Sent),
        new("slow", SandboxStage.Late, 250, "2.0.0 Ok", Always, Sent),

        // Refused for now, in the first attempt only.
        AtRecipient("greylist", 1, Sent, 451, "4.7.1 Greylisting in action, please come back later"),
        AtRecipient("ratelimit", 1, Sent, 450, "4.7.0 Rate limit exceeded, please try again in 1 second"),
        AtRecipient("busy", 1, Sent, 421, "4.7.0 Too many messages from your network, closing connection"),
        AtRecipient("serverfault", 1, Sent, 451, "4.3.0 Temporary server error, try again later"),
        AtMessage("diskfull", 1, Sent, 452, "4.3.1 Insufficient system storage"),
        AtRecipient("fullonce", 1, Sent, 452, "4.2.2 The recipient's mailbox is over quota"),
        new("drop", SandboxStage.DropAtRecipient, 0, "", 1, Sent),

        // The reply to the end of the message is lost: the first was accepted, the second was not.
        new("dropaccepted", SandboxStage.DropAccepted, 0, "", 1, Sent),
        new("dropafter", SandboxStage.DropUnaccepted, 0, "", 1, Sent),

        // Soft bounces without end: the third one is the last.
        AtRecipient("full", Always, Bounced, 552, "5.2.2 Mailbox full: the recipient is over quota"),
        AtRecipient("disabled", Always, Bounced, 550, "5.2.1 The mailbox is disabled and not accepting messages"),
        AtMessage("toobig", Always, Bounced, 552, "5.3.4 Message size exceeds fixed limit"),

        // Refused for now without end: expires at the maximum age.
        AtRecipient("never", Always, Bounced, 451, "4.3.2 System not accepting network messages"),

        // Permanent.
        AtRecipient("missing", Always, Bounced, 550, "5.1.1 User unknown: no such mailbox here"),
        AtRecipient("nodomain", Always, Bounced, 550, "5.1.2 Host or domain name not found"),
        AtRecipient("blocked", Always, Bounced, 554, "5.7.1 Client host blocked using dnsbl.example"),
        AtRecipient("policy", Always, Rejected, 550, "5.7.1 Message refused by the recipient's policy"),
        AtRecipient("relay", Always, Rejected, 554, "5.7.1 Relay access denied"),
        AtMessage("dmarc", Always, Rejected, 550, "5.7.26 Unauthenticated e-mail is refused by DMARC policy"),
        AtMessage("spam", Always, Spam, 554, "5.7.1 Message identified as spam"),
    ];

    private static readonly FrozenDictionary<string, SandboxRule> ByWord =
        All.ToFrozenDictionary(rule => rule.Word, StringComparer.OrdinalIgnoreCase);

    private static SandboxRule Ok => ByWord["ok"];

    /// <summary>The rule for a recipient, with its own number of times.</summary>
    public static SandboxRule For(string recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        var at = recipient.LastIndexOf('@');
        var domain = recipient.AsSpan(at + 1);
        if (domain.StartsWith("nodomain.", StringComparison.OrdinalIgnoreCase))
        {
            return ByWord["nodomain"];
        }

        var local = at < 0 ? recipient.AsSpan() : recipient.AsSpan(0, at);
        var wordEnd = local.IndexOfAnyExcept(Letters);
        var word = wordEnd < 0 ? local : local[..wordEnd];
        var rest = local[word.Length..];
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        var number = digits < 0 ? rest : rest[..digits];
        var delimited = number.Length == rest.Length || rest[number.Length] == '-';
        if (!delimited || !ByWord.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var rule))
        {
            return Ok;
        }

        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            ? rule with { Times = times }
            : rule;
    }

    private static SandboxRule AtRecipient(string word, int times, Outcome expected, int code, string text) =>
        new(word, SandboxStage.Recipient, code, text, times, expected);

    private static SandboxRule AtMessage(string word, int times, Outcome expected, int code, string text) =>
        new(word, SandboxStage.Message, code, text, times, expected);
}
