using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>The silo's way out: bounded pools of connections to the configured relays.</summary>
/// <remarks>
/// A lane is one live connection, reserved before anything is promised about a recipient. So a relay that is down, full
/// or refuses our credentials keeps campaigns waiting and burns no attempt.
/// </remarks>
public interface IMailRelays
{
    /// <summary>
    /// Waits until the relay takes messages and at least one lane is free, then takes up to <paramref name="max"/>.
    /// </summary>
    /// <param name="relay">The relay's configured name; the first one when <see langword="null"/>.</param>
    /// <param name="max">How many lanes at most; at least 1.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>At least one lane, each connected and authenticated.</returns>
    Task<IReadOnlyList<IMailLane>> Reserve(string? relay, int max, CancellationToken cancellation);

    /// <summary>
    /// The same for a campaign: relays that refuse it for now, or cannot carry its messages, are passed over.
    /// </summary>
    /// <returns>No lane when every relay that might take them does so: <see cref="GetHold(LaneRequest)"/>.</returns>
    Task<IReadOnlyList<IMailLane>> ReserveFor(LaneRequest wanted, int max, CancellationToken cancellation) =>
        Reserve(wanted.Relay, max, cancellation);

    /// <summary>Why no relay takes the campaign's messages now; <see langword="null"/> when one may.</summary>
    /// <remarks>Once its time has come, one message finds out whether it is mended.</remarks>
    RelayHold? GetHold(LaneRequest wanted) => null;

    /// <summary>Why no relay takes the campaign's messages to a domain now; null when one may.</summary>
    RelayHold? GetHold(LaneRequest wanted, string domain) => null;

    /// <summary>
    /// Whether the campaign may send to the domain by that relay now. Where the relay refused it before, one call in
    /// a while is told so: its message finds out whether it is mended.
    /// </summary>
    bool MayTry(LaneRequest wanted, string relay, string domain) => true;

    /// <summary>Lets a campaign try again at once what was refused: an operator says that it is mended.</summary>
    void TryAgain(CampaignId campaign)
    {
    }

    /// <summary>How many lanes there are at most for what goes to the relay, or to any that shares it; 0 when that is
    /// not known.</summary>
    int CountLanes(string? relay) => 0;

    /// <summary>How the relay is.</summary>
    RelayState GetState(string? relay);

    /// <summary>Whether a relay of that name is configured (any at all, for <see langword="null"/>).</summary>
    bool Knows(string? relay);
}

/// <summary>How a relay is.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="IsUp">Whether it takes messages, as far as is known.</param>
/// <param name="Detail">Why not: "cannot connect", "credentials refused", …; never holds a secret.</param>
/// <param name="NextProbeAt">When it is tried again.</param>
public sealed record RelayState(string Name, bool IsUp, string? Detail, DateTimeOffset? NextProbeAt);

/// <summary>Which lanes a campaign asks for.</summary>
/// <param name="Relay">The relay's configured name; any that shares such campaigns when null.</param>
/// <param name="Campaign">What is refused to one campaign says nothing about another.</param>
public sealed record LaneRequest(string? Relay, CampaignId Campaign)
{
    /// <summary>What every message of the campaign needs.</summary>
    public MessageNeeds Needs { get; init; } = MessageNeeds.None;
}

/// <summary>What a relay must offer to carry any message of a campaign; known before the first recipient.</summary>
/// <param name="Utf8">Whether the sender's address needs SMTPUTF8 (RFC 6531).</param>
/// <param name="Size">The octets of the smallest message, measured when it is asked for.</param>
public sealed record MessageNeeds(bool Utf8, Lazy<long> Size)
{
    /// <summary>Nothing that any server might lack.</summary>
    public static MessageNeeds None { get; } = new(Utf8: false, new Lazy<long>(() => 0L));
}

/// <summary>A relay does not take a campaign's messages, or those to one domain, for a reason that is ours.</summary>
/// <param name="Relay">The relay's name.</param>
/// <param name="Detail">What it said or lacks, with its code and without addresses.</param>
/// <param name="Since">Since when.</param>
/// <param name="NextTryAt">When it is tried again.</param>
public sealed record RelayHold(string Relay, string Detail, DateTimeOffset Since, DateTimeOffset NextTryAt)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"relay {Relay}: {Detail}";
}

/// <summary>One reserved connection, good for one message. Disposing it gives it back.</summary>
public interface IMailLane : IAsyncDisposable
{
    /// <summary>The relay's name.</summary>
    string Relay { get; }

    /// <summary>Sends one message in one SMTP transaction, and classifies what came of it.</summary>
    /// <returns>
    /// The report; <see langword="null"/> when the connection turned out dead before the transaction began (a kept
    /// connection that the server had closed, a relay shutting down), or the relay refused us and not the recipient: no
    /// attempt was made, and the recipient's turn comes again.
    /// </returns>
    /// <remarks>Never throws for what a server does; only for cancellation before the transaction begins.</remarks>
    Task<AttemptReport?> Send(IOutgoingMessage message, CancellationToken cancellation);
}

/// <summary>A message ready to be handed over.</summary>
public interface IOutgoingMessage
{
    /// <summary>The envelope's sender.</summary>
    string EnvelopeSender { get; }

    /// <summary>The envelope's recipient.</summary>
    string Recipient { get; }

    /// <summary>The Message-ID without angle brackets: the same for every attempt at one recipient.</summary>
    string MessageId { get; }

    /// <summary>The subject, as the recipient sees it.</summary>
    string Subject { get; }

    /// <summary>The HTML body.</summary>
    string Html { get; }

    /// <summary>The text alternative.</summary>
    string Text { get; }

    /// <summary>The headers worth looking at, by name.</summary>
    IReadOnlyDictionary<string, string> Headers { get; }
}
