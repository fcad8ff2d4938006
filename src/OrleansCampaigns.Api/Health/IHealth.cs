namespace OrleansCampaigns.Api.Health;

/// <summary>Whether this process can do its work.</summary>
public interface IHealth
{
    /// <summary>What is missing, in a few words that may be public; <see langword="null"/> when nothing is.</summary>
    Task<string?> WhyNotReady(CancellationToken cancellation);
}
