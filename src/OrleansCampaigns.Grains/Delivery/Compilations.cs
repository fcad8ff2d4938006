using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Grains.Campaigns;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>Compiles the contents of campaigns outside grain turns, a few at a time on each silo.</summary>
/// <remarks>
/// A large template takes a processor for a while. In a grain's turn that would be one of the threads on which all
/// other grains take theirs, for each campaign that is looked at: whoever writes templates could stop the sending of
/// all.
/// </remarks>
internal sealed class Compilations(IMessageComposers composers, PumpPermits permits) : IDisposable
{
    private readonly SemaphoreSlim _places = new(AtOnceMax);

    /// <summary>How many are made at the same time: half of the processors stay free.</summary>
    public static int AtOnceMax { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>What <see cref="IMessageComposers.Compile"/> answers.</summary>
    public async Task<CompiledContent> Compile(CampaignId campaign, CampaignDefinition definition)
    {
        await _places.WaitAsync();
        try
        {
            return await Task.Factory.StartNew(
                () => composers.Compile(campaign, definition), CancellationToken.None,
                TaskCreationOptions.DenyChildAttach, permits.Threads);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
