using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Databases;

#pragma warning disable CA1032, CA1064 // Never leaves its caller: it only rolls a transaction back.
/// <summary>Takes a refusal out of a transaction that is to leave nothing behind.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception
{
    /// <summary>Why.</summary>
    public Refusal Refusal { get; } = refusal;
}
#pragma warning restore CA1032, CA1064
