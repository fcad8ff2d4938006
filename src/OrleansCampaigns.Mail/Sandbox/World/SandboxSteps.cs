namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>What happens at one moment: all of it at once.</summary>
/// <param name="AfterMinutes">How long after the step before, or after the message was accepted.</param>
/// <param name="Actions">What happens.</param>
internal sealed record SandboxStep(double AfterMinutes, params SandboxAction[] Actions);

/// <summary>One message or request.</summary>
internal abstract record SandboxAction(SandboxSignalKind Kind)
{
    public bool IsMachine { get; init; }

    public bool IsRepeat { get; init; }

    public bool IsForged { get; init; }
}

/// <summary>A message by SMTP.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sender">The envelope's sender; empty for what must not be answered (RFC 5321 §4.5.5).</param>
/// <param name="To">The envelope's recipient.</param>
/// <param name="Content">The octets.</param>
internal sealed record MessageAction(SandboxSignalKind Kind, string Sender, string To, byte[] Content)
    : SandboxAction(Kind);

/// <summary>A request by HTTP.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Method">How it asks.</param>
/// <param name="Url">What it asks for.</param>
/// <param name="UserAgent">Who it says it is.</param>
/// <param name="Form">The body of a POST.</param>
internal sealed record RequestAction(
    SandboxSignalKind Kind, HttpMethod Method, Uri Url, string UserAgent, string? Form = null)
    : SandboxAction(Kind);
