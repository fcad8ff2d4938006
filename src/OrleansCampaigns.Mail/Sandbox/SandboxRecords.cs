namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>One message that the sandbox accepted.</summary>
/// <param name="MessageId">Its Message-ID, without angle brackets; empty when it had none.</param>
/// <param name="Sender">The envelope's sender; empty when there was none.</param>
/// <param name="Recipient">The envelope's recipient.</param>
/// <param name="At">When.</param>
/// <param name="Size">Its octets.</param>
/// <param name="Content">The octets themselves, when <see cref="SandboxOptions.KeepMessages"/> asks for it.</param>
public sealed record SandboxDelivery(
    string MessageId,
    string Sender,
    string Recipient,
    DateTimeOffset At,
    long Size,
    ReadOnlyMemory<byte>? Content);

/// <summary>One attempt at a recipient, refused or not.</summary>
/// <param name="Recipient">Who was named (RCPT TO).</param>
/// <param name="Began">When the transaction began (MAIL FROM).</param>
public sealed record SandboxAttempt(string Recipient, DateTimeOffset Began);

/// <summary>What the sandbox counted so far.</summary>
public sealed record SandboxSnapshot
{
    /// <summary>How many messages were accepted, repeated ones included.</summary>
    public required long Accepted { get; init; }

    /// <summary>How many of them had been accepted before, by their Message-ID.</summary>
    public required long Duplicates { get; init; }

    /// <summary>How many recipients were named (RCPT TO): the attempts.</summary>
    public required long Attempts { get; init; }

    /// <summary>How many messages were read to their end, accepted or not.</summary>
    public required long Transactions { get; init; }

    /// <summary>How many octets were read in messages.</summary>
    public required long Octets { get; init; }

    /// <summary>How many connections there were.</summary>
    public required long Connections { get; init; }

    /// <summary>How many there are.</summary>
    public required int ConnectionsNow { get; init; }

    /// <summary>How many there were at once, at most.</summary>
    public required int ConnectionsAtOnceMax { get; init; }
}
