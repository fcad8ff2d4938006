namespace OrleansCampaigns.Host.Serving;

/// <summary>What one process is in the cluster.</summary>
internal enum ServerRole
{
    /// <summary>A silo that answers the API, too.</summary>
    All,

    /// <summary>A silo: owns grains and sends. Its HTTP port answers for its health only.</summary>
    Silo,

    /// <summary>A client of the silos that answers the API.</summary>
    Api,
}
