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
}

/// <summary>How the sandbox treats one kind of recipient.</summary>
/// <param name="Word">What the local part begins with, before a digit, a hyphen or the end.</param>
/// <param name="Stage">Where it shows.</param>
/// <param name="Code">The reply code; 0 where there is no reply.</param>
/// <param name="Text">The reply's text, with its enhanced status code.</param>
/// <param name="Times">How many attempts it shows in, from the first; <see cref="Always"/> for all of them.</param>
/// <param name="Expected">How the recipient ends under the default rules of delivery.</param>
public sealed record SandboxRule(
    string Word, SandboxStage Stage, int Code, string Text, int Times, Outcome Expected)
{
    /// <summary>In every attempt.</summary>
    public const int Always = int.MaxValue;
}
