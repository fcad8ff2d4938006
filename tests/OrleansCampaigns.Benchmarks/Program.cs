using System.CommandLine;
using OrleansCampaigns.Benchmarks;

var root = new RootCommand("Measures the engine: starts PostgreSQL, a sink and silos by itself, and cleans up.")
{
    ThroughputBenchmark.Create(),
    GrowthBenchmark.Create(),
    DirectoryBenchmark.Create(),
    SilosBenchmark.Create(),
    FairnessBenchmark.Create(),
};
return await root.Parse(args).InvokeAsync();
