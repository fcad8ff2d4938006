namespace OrleansCampaigns.Grains.Delivery;

/// <summary>The sending windows of relays, as they stand in this silo.</summary>
/// <remarks>For whoever chooses between relays: one whose window is used up is passed over.</remarks>
public interface IRelayWindows
{
    /// <summary>How many messages the relay may be given soon; very many when it is not limited.</summary>
    int Openings(string relay, int wanted);

    /// <summary>Waits until the relay may be given one, or until it is cancelled.</summary>
    Task WhenOpen(string relay, int wanted, CancellationToken cancellation);
}
