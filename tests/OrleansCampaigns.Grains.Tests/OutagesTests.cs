using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Grains.Tests;

public sealed class OutagesTests
{
    [Fact]
    public void What_meets_every_call_alike_is_an_outage()
    {
        Exception[] outages =
        [
            new StorageUnavailableException("full"), new TimeoutException(), new IOException(),
            new TaskCanceledException(), new InconsistentStateException("another has written"),
            new SiloUnavailableException(), new OrleansException("the runtime's own word"),
            new OrleansException("wrapped", new StorageUnavailableException("full")),
            new AggregateException(new JsonException(), new TimeoutException()),
        ];

        Assert.All(outages, outage => Assert.True(Outages.Is(outage), outage.GetType().Name));
    }

    /// <summary>The runtime wraps what the storage of a state throws: an unreadable state must not look like an outage,
    /// or what is to be applied to it is tried for ever.</summary>
    [Fact]
    public void What_comes_of_one_grain_s_state_is_none()
    {
        Exception[] faults =
        [
            new JsonException("no state"), new OrleansException("wrapped", new JsonException("no state")),
            new InvalidOperationException(), new EndOfStreamException(), new AggregateException(new JsonException()),
        ];

        Assert.All(faults, fault => Assert.False(Outages.Is(fault), fault.GetType().Name));
        Assert.False(Outages.Is(null));
    }
}
