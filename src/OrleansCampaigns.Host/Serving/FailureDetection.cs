using Orleans.Configuration;

namespace OrleansCampaigns.Host.Serving;

/// <summary>How soon silos notice that one of them has died or hangs.</summary>
/// <remarks>
/// <para>
/// Orleans' probes are adaptive: <see cref="ClusterMembershipOptions.ProbeTimeout"/> is only where they begin, and what
/// bounds a death's discovery is <see cref="ClusterMembershipOptions.MaxProbeTimeout"/>. A vote is withheld, too, while
/// a connection has brought a message within <see cref="ClusterMembershipOptions.NumMissedProbesLimit"/> times that:
/// so a silo that says nothing for less than half of the bound is left alone.
/// </para>
/// <para>
/// A hung silo has answered its last probe at 0; the next begins at 1 part at the latest, and the third that fails does
/// so at 4. Should it have gone through another silo that hangs as well, it is repeated directly, which fails at 5: by
/// then that silo's missing signs of life have disqualified it as a messenger and as a voter. The sixth part is for
/// the vote, the news of it, and the campaigns' look at their partitions.
/// </para>
/// </remarks>
internal static class FailureDetection
{
    /// <summary>The least bound: below it, a pause of the garbage collector looks like a death.</summary>
    public static readonly TimeSpan TakeOverMin = TimeSpan.FromSeconds(3);

    /// <summary>The greatest bound.</summary>
    public static readonly TimeSpan TakeOverMaxMax = TimeSpan.FromMinutes(2);

    private const int Parts = 6;
    private const int MissedProbesMax = 3;
    private const int MissedSignsMax = 3;

    /// <summary>Sets everything that the time is made of until a silo's work goes on elsewhere.</summary>
    /// <param name="options">The options of a silo; all silos need the same.</param>
    /// <param name="takeOverMax">The bound, <see cref="TakeOverMin"/> to <see cref="TakeOverMaxMax"/>.</param>
    public static void Configure(ClusterMembershipOptions options, TimeSpan takeOverMax)
    {
        options.NumMissedProbesLimit = MissedProbesMax;
        options.MaxProbeTimeout = takeOverMax / Parts;
        options.ProbeTimeout = takeOverMax / Parts / 2;
        options.MinProbeTimeout = takeOverMax / Parts / 4;

        // Two silos must agree, directly or one on the other's behalf, unless there are not that many.
        options.NumVotesForDeathDeclaration = 2;

        // Signs of life go to the database: without three of them a silo counts for no vote and carries no probe.
        options.IAmAliveTablePublishTimeout = takeOverMax / Parts / 2;
        options.NumMissedTableIAmAliveLimit = MissedSignsMax;

        // Silos tell each other; where that is lost, they read the table.
        options.TableRefreshTimeout = takeOverMax / Parts;
    }
}
