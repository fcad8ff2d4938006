using OrleansCampaigns.Api.Refusals;

namespace OrleansCampaigns.Api.Requests;

/// <summary>Something read from a request that may turn out to be unreadable.</summary>
/// <remarks><see cref="RequestGate"/> answers the problem, so that handlers see only what could be read.</remarks>
internal interface IRefusable
{
    Problem? Problem { get; }
}
