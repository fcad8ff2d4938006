[assembly: AssemblyFixture(typeof(OrleansCampaigns.Scenarios.ShortLivedProcesses))]

namespace OrleansCampaigns.Scenarios;

/// <summary>Half a dozen processes that live for seconds gain nothing from code that is compiled to be measured first.
/// </summary>
public sealed class ShortLivedProcesses
{
    public ShortLivedProcesses() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
}
