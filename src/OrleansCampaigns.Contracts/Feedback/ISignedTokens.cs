namespace OrleansCampaigns.Contracts.Feedback;

/// <summary>Remembers the one-time tokens that signed requests were proven with.</summary>
/// <remarks>
/// Some providers sign a time and a token and not what they deliver: a reader of one request could put another
/// content under its signature. Remembered for a day, over all processes; a signature must not count for longer.
/// </remarks>
public interface ISignedTokens
{
    /// <summary>Uses a token for a content. Durable when it returns.</summary>
    /// <param name="provider">Whose token it is.</param>
    /// <param name="token">The token.</param>
    /// <param name="content">A digest of what it was sent with.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether it was not used before, or for the same content: a delivery that is repeated.</returns>
    Task<bool> Use(string provider, string token, string content, CancellationToken cancellation = default);
}
