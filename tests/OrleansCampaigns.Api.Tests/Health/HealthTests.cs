using System.Net;

namespace OrleansCampaigns.Api.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task A_process_that_reaches_its_cluster_is_ready()
    {
        await using var api = await TestApi.Start();

        var live = await api.Anonymous.Get("/health/live");
        var ready = await api.Anonymous.Get("/health/ready");

        Assert.Equal((HttpStatusCode.OK, "live"), (live.Status, live["status"]));
        Assert.Equal((HttpStatusCode.OK, "ready"), (ready.Status, ready["status"]));
    }

    [Fact]
    public async Task A_process_without_its_cluster_is_alive_and_not_ready()
    {
        await using var api = await TestApi.Start();
        api.Health.Reason = "The cluster does not answer.";

        Assert.Equal(HttpStatusCode.OK, (await api.Anonymous.Get("/health/live")).Status);
        (await api.Anonymous.Get("/health/ready")).AssertProblem(HttpStatusCode.ServiceUnavailable, "not_ready");
    }

    [Fact]
    public async Task A_wrong_key_does_not_matter_where_none_is_needed()
    {
        await using var api = await TestApi.Start();
        using var wrong = api.Connect("wrong");

        Assert.Equal(HttpStatusCode.OK, (await wrong.Get("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await wrong.Get("/openapi/v1.json")).Status);
    }
}
