using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>Where in the dialogue a rule of the sandbox shows.</summary>
public enum SandboxStage
{
    /// <summary>Nowhere: everything is accepted.</summary>
    Nowhere = 0,

    /// <summary>In the reply to RCPT TO.</summary>
    Recipient = 1,

    /// <summary>In the reply to the end of the message.</summary>
    Message = 2,

    /// <summary>The connection is closed instead of a reply to RCPT TO.</summary>
    DropAtRecipient = 3,

    /// <summary>The message is read to its end, then the connection is closed; the message is not accepted.</summary>
    DropUnaccepted = 4,

    /// <summary>The message is read and accepted, then the connection is closed instead of the reply.</summary>
    DropAccepted = 5,

    /// <summary>The reply to the end of the message comes late.</summary>
    Late = 6,

    /// <summary>After the dialogue: the message is accepted, and sent back later by a bounce message.</summary>
    Later = 7,
}

/// <summary>What somebody does some minutes after a message was accepted.</summary>
public enum SandboxReaction
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A server on the way warns that it keeps trying: no bounce.</summary>
    Delay = 1,

    /// <summary>The recipient is away and lets a program say so.</summary>
    Vacation = 2,

    /// <summary>The recipient calls it spam; the provider reports it (RFC 5965).</summary>
    Complain = 3,

    /// <summary>The same, in Hotmail's own form.</summary>
    ComplainAtHotmail = 4,

    /// <summary>The recipient opens it, perhaps again.</summary>
    Read = 5,

    /// <summary>The recipient opens it and follows one link or two.</summary>
    ReadAndClick = 6,

    /// <summary>The recipient follows a link with pictures switched off.</summary>
    Click = 7,

    /// <summary>The recipient unsubscribes by the mail program's button (RFC 8058).</summary>
    Leave = 8,

    /// <summary>The recipient's mail program unsubscribes by e-mail (RFC 2369).</summary>
    LeaveByMail = 9,

    /// <summary>A security scanner asks for everything that the message leads to, within a moment.</summary>
    Scan = 10,

    /// <summary>A proxy fetches the pictures before anybody reads.</summary>
    Prefetch = 11,

    /// <summary>Somebody sends a bounce, a click and a one-click with tokens that were tampered with.</summary>
    Forge = 12,
}

/// <summary>How the sandbox treats one kind of recipient.</summary>
/// <param name="Word">What the local part begins with, before a digit, a hyphen or the end.</param>
/// <param name="Stage">Where it shows.</param>
/// <param name="Code">The reply code; 0 where there is no reply.</param>
/// <param name="Text">The reply's text, with its enhanced status code.</param>
/// <param name="Times">How many e-mails it shows in, from <paramref name="From"/> on; <see cref="Always"/> for all of
/// them.</param>
/// <param name="Expected">How the recipient ends under the default rules of delivery.</param>
/// <param name="From">The first attempt that it shows in.</param>
public sealed record SandboxRule(
    string Word, SandboxStage Stage, int Code, string Text, int Times, Outcome Expected, int From = 1)
{
    /// <summary>In every attempt.</summary>
    public const int Always = int.MaxValue;

    private const int SoftBouncesMax = 3;

    /// <summary>What happens later to a message that was accepted and stays so.</summary>
    public SandboxReaction Reaction { get; init; }

    /// <summary>How far the recipient goes with the campaign.</summary>
    public RecipientStatus ExpectedReach { get; init; }

    /// <summary>What becomes of a contact that was New; Active stays Active where this says New.</summary>
    public ContactStatus ExpectedStatus { get; init; }

    /// <summary>Whether each time it shows is a soft bounce, of which the third is the last.</summary>
    public bool IsSoft { get; init; }

    /// <summary>Whether it shows in an attempt at a recipient, counted from 1.</summary>
    public bool ShowsIn(int attempt) => attempt >= From && attempt - From < Times;

    /// <summary>The same rule for another number of attempts.</summary>
    internal SandboxRule For(int times)
    {
        var changed = this with { Times = times };
        if (!IsSoft)
        {
            return changed;
        }

        return times >= SoftBouncesMax
            ? changed with
            {
                Expected = Outcome.Bounced,
                ExpectedReach = RecipientStatus.None,
                ExpectedStatus = ContactStatus.MailboxFull,
            }
            : changed with
            {
                Expected = Outcome.Sent,
                ExpectedReach = RecipientStatus.Delivered,
                ExpectedStatus = ContactStatus.Active,
            };
    }
}
