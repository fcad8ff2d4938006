namespace OrleansCampaigns.Grains.Mailboxes;

/// <summary>Keeps messages that had no effect and should not be lost.</summary>
public interface ISetAsideMessages
{
    /// <summary>Keeps one. Durable when it returns; the same message again is kept once.</summary>
    /// <param name="message">The octets as received; of a large message the beginning is kept.</param>
    /// <param name="source">Where it was collected.</param>
    /// <param name="reason">One of <see cref="Contracts.Feedback.SetAsideReasons"/>.</param>
    /// <param name="kind">What it seems to be.</param>
    /// <param name="octets">How large it was, if only a part of it was received; otherwise 0.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task SetAside(
        ReadOnlyMemory<byte> message,
        string source,
        string reason,
        string kind,
        long octets = 0,
        CancellationToken cancellation = default);
}
