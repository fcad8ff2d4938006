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

/// <summary>One reserved connection, good for one message. Disposing it gives it back.</summary>
public interface IMailLane : IAsyncDisposable
{
    /// <summary>The relay's name.</summary>
    string Relay { get; }

    /// <summary>Sends one message in one SMTP transaction, and classifies what came of it.</summary>
    /// <returns>
    /// The report; <see langword="null"/> when the connection turned out dead before the transaction began (a kept
    /// connection that the server had closed, a relay shutting down): no attempt was made, and the recipient's turn
    /// comes again.
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
