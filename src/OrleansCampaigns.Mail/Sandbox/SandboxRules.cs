using System.Collections.Frozen;
using System.Globalization;
using OrleansCampaigns.Domain.Delivery;

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

    /// <summary>All rules.</summary>
    public static IReadOnlyList<SandboxRule> All { get; } =
    [
        // Accepted, at once or late.
        new("ok", SandboxStage.Nowhere, 250, "2.0.0 Ok", Always, Outcome.Sent),
        new("slow", SandboxStage.Late, 250, "2.0.0 Ok", Always, Outcome.Sent),

        // Temporary, then accepted.
        new("greylist", SandboxStage.Recipient, 451, "4.7.1 Greylisting in action, please come back later", 1, Outcome.Sent),
        new("ratelimit", SandboxStage.Recipient, 450, "4.7.0 Rate limit exceeded, please try again in 1 second", 1, Outcome.Sent),
        new("busy", SandboxStage.Recipient, 421, "4.7.0 Too many messages from your network, closing connection", 1, Outcome.Sent),
        new("serverfault", SandboxStage.Recipient, 451, "4.3.0 Temporary server error, try again later", 1, Outcome.Sent),
        new("diskfull", SandboxStage.Message, 452, "4.3.1 Insufficient system storage", 1, Outcome.Sent),
        new("fullonce", SandboxStage.Recipient, 452, "4.2.2 The recipient's mailbox is over quota", 1, Outcome.Sent),
        new("drop", SandboxStage.DropAtRecipient, 0, "", 1, Outcome.Sent),

        // The reply to the end of the message is lost: the first was accepted, the second was not.
        new("dropaccepted", SandboxStage.DropAccepted, 0, "", 1, Outcome.Sent),
        new("dropafter", SandboxStage.DropUnaccepted, 0, "", 1, Outcome.Sent),

        // Soft bounces without end: the third one is the last.
        new("full", SandboxStage.Recipient, 552, "5.2.2 Mailbox full: the recipient is over quota", Always, Outcome.Bounced),
        new("disabled", SandboxStage.Recipient, 550, "5.2.1 The mailbox is disabled and not accepting messages", Always, Outcome.Bounced),
        new("toobig", SandboxStage.Message, 552, "5.3.4 Message size exceeds fixed limit", Always, Outcome.Bounced),

        // Temporary without end: expires at the maximum age.
        new("never", SandboxStage.Recipient, 451, "4.3.2 System not accepting network messages", Always, Outcome.Bounced),

        // Permanent.
        new("missing", SandboxStage.Recipient, 550, "5.1.1 User unknown: no such mailbox here", Always, Outcome.Bounced),
        new("nodomain", SandboxStage.Recipient, 550, "5.1.2 Host or domain name not found", Always, Outcome.Bounced),
        new("blocked", SandboxStage.Recipient, 554, "5.7.1 Service unavailable; client host blocked using dnsbl.example", Always, Outcome.Bounced),
        new("policy", SandboxStage.Recipient, 550, "5.7.1 Message refused by the recipient's policy", Always, Outcome.Rejected),
        new("relay", SandboxStage.Recipient, 554, "5.7.1 Relay access denied", Always, Outcome.Rejected),
        new("dmarc", SandboxStage.Message, 550, "5.7.26 Unauthenticated e-mail is not accepted due to the domain's DMARC policy", Always, Outcome.Rejected),
        new("spam", SandboxStage.Message, 554, "5.7.1 Message identified as spam", Always, Outcome.Spam),
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

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}
