using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using static OrleansCampaigns.Domain.Contacts.ContactStatus;
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
        Accepted("ok", SandboxReaction.None),
        Accepted("slow", SandboxReaction.None) with { Stage = SandboxStage.Late },

        // Refused for now, in the first attempt only.
        AtRecipient("greylist", 1, 451, "4.7.1 Greylisting in action, please come back later"),
        AtRecipient("ratelimit", 1, 450, "4.7.0 Rate limit exceeded, please try again in 1 second"),
        AtRecipient("busy", 1, 421, "4.7.0 Too many messages from your network, closing connection"),
        AtRecipient("serverfault", 1, 451, "4.3.0 Temporary server error, try again later"),
        AtMessage("diskfull", 1, 452, "4.3.1 Insufficient system storage"),
        AtRecipient("fullonce", 1, 452, "4.2.2 The recipient's mailbox is over quota").AsSoft(),
        Dropped("drop", SandboxStage.DropAtRecipient),

        // The reply to the end of the message is lost: the first was accepted, the second was not.
        Dropped("dropaccepted", SandboxStage.DropAccepted),
        Dropped("dropafter", SandboxStage.DropUnaccepted),

        // Soft bounces without end: the third one is the last.
        AtRecipient("full", Always, 552, "5.2.2 Mailbox full: the recipient is over quota").AsSoft(),
        AtRecipient("disabled", Always, 550, "5.2.1 The mailbox is disabled and not accepting messages").AsSoft(),
        AtMessage("toobig", Always, 552, "5.3.4 Message size exceeds fixed limit").Ending(Bounced, New),

        // Refused for now without end: expires at the maximum age.
        AtRecipient("never", Always, 451, "4.3.2 System not accepting network messages").Ending(Bounced, Unavailable),

        // Permanent.
        AtRecipient("missing", Always, 550, "5.1.1 User unknown: no such mailbox here").Ending(Bounced, DoesNotExist),
        AtRecipient("nodomain", Always, 550, "5.1.2 Host or domain name not found").Ending(Bounced, DoesNotExist),
        AtRecipient("blocked", Always, 554, "5.7.1 Client host blocked using dnsbl.example").Ending(Bounced, New),
        AtRecipient("policy", Always, 550, "5.7.1 Message refused by the recipient's policy")
            .Ending(Rejected, Unavailable),
        AtRecipient("relay", Always, 554, "5.7.1 Relay access denied").Ending(Rejected, New),
        AtMessage("dmarc", Always, 550, "5.7.26 Unauthenticated e-mail is refused by DMARC policy")
            .Ending(Rejected, New),
        AtMessage("spam", Always, 554, "5.7.1 Message identified as spam").Ending(Spam, New),

        // Accepted once, then spam: such a contact is Active and its last e-mail did not arrive.
        AtMessage("soured", Always, 554, "5.7.1 Message identified as spam").Ending(Spam, New) with { From = 2 },

        // Accepted, and sent back later.
        Later("asyncmissing", Always, 550, "5.1.1 The mailbox does not exist").Ending(Bounced, DoesNotExist),
        Later("asyncfull", 1, 452, "4.2.2 The mailbox is over quota").AsSoft(),
        Later("asyncblocked", Always, 554, "5.7.1 Client host blocked using dnsbl.example").Ending(Bounced, Active),

        // Accepted for good, and somebody or something does something about it.
        Accepted("delayed", SandboxReaction.Delay),
        Accepted("vacation", SandboxReaction.Vacation),
        Accepted("complain", SandboxReaction.Complain, Complained),
        Accepted("hotmail", SandboxReaction.ComplainAtHotmail, Complained),
        Accepted("reader", SandboxReaction.Read, reach: RecipientStatus.Opened),
        Accepted("clicker", SandboxReaction.ReadAndClick, reach: RecipientStatus.Clicked),
        Accepted("clickonly", SandboxReaction.Click, reach: RecipientStatus.Clicked),
        Accepted("leaver", SandboxReaction.Leave, ContactStatus.Unsubscribed),
        Accepted("leavermail", SandboxReaction.LeaveByMail, ContactStatus.Unsubscribed),
        Accepted("scanner", SandboxReaction.Scan),
        Accepted("prefetch", SandboxReaction.Prefetch),
        Accepted("forged", SandboxReaction.Forge),
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
            ? rule.For(times)
            : rule;
    }

    private static SandboxRule Accepted(
        string word,
        SandboxReaction reaction,
        ContactStatus status = Active,
        RecipientStatus reach = RecipientStatus.Delivered) =>
        new(word, SandboxStage.Nowhere, 250, "2.0.0 Ok", Always, Sent)
        {
            Reaction = reaction,
            ExpectedReach = reach,
            ExpectedStatus = status,
        };

    private static SandboxRule AtRecipient(string word, int times, int code, string text) =>
        Shown(word, SandboxStage.Recipient, times, code, text);

    private static SandboxRule AtMessage(string word, int times, int code, string text) =>
        Shown(word, SandboxStage.Message, times, code, text);

    private static SandboxRule Later(string word, int times, int code, string text) =>
        Shown(word, SandboxStage.Later, times, code, text);

    private static SandboxRule Dropped(string word, SandboxStage stage) => Shown(word, stage, 1, 0, "");

    private static SandboxRule Shown(string word, SandboxStage stage, int times, int code, string text) =>
        new(word, stage, code, text, times, Sent)
        {
            ExpectedReach = RecipientStatus.Delivered,
            ExpectedStatus = Active,
        };

    private static SandboxRule AsSoft(this SandboxRule rule) => (rule with { IsSoft = true }).For(rule.Times);

    private static SandboxRule Ending(
        this SandboxRule rule, Outcome outcome, ContactStatus status) =>
        rule with { Expected = outcome, ExpectedReach = RecipientStatus.None, ExpectedStatus = status };
}
