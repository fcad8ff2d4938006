using System.Net;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Tests.Requests;

public sealed class PagingTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("501")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("99999999999")]
    public async Task A_limit_outside_its_range_is_refused(string limit)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Get($"/v1/lists?limit={limit}"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.out_of_range", "limit");
    }

    [Fact]
    public async Task Pages_follow_each_other_until_the_end()
    {
        await using var api = await TestApi.Start();
        for (var i = 0; i < 5; i++)
        {
            api.Lists.Add($"list {i}");
        }

        Assert.Equal(["list 0", "list 1", "list 2", "list 3", "list 4"], await All(api, "/v1/lists?limit=2"));
    }

    [Fact]
    public async Task Views_and_keys_have_pages_too()
    {
        await using var api = await TestApi.Start();
        for (var i = 0; i < 5; i++)
        {
            api.Lists.AddView($"view {i}", new ContactFilter());
        }

        Assert.Equal(["view 0", "view 1", "view 2", "view 3", "view 4"], await All(api, "/v1/views?limit=2"));
        Assert.Equal(["client", "administrator"], await All(api, "/v1/api-keys?limit=1"));
    }

    [Fact]
    public async Task The_default_is_fifty()
    {
        await using var api = await TestApi.Start();
        for (var i = 0; i < 51; i++)
        {
            api.Lists.Add($"list {i}");
        }

        var page = await api.Client.Get("/v1/lists");

        Assert.Equal(50, page.Items.Count());
        Assert.NotNull(page["nextCursor"]);
    }

    [Theory]
    [InlineData("/v1/lists?cursor=broken")]
    [InlineData("/v1/views?cursor=broken")]
    public async Task A_cursor_of_another_listing_is_refused(string path)
    {
        await using var api = await TestApi.Start();

        (await api.Client.Get(path)).AssertProblem(HttpStatusCode.UnprocessableEntity, "request.cursor", "cursor");
    }

    [Fact]
    public async Task A_parameter_given_twice_is_refused()
    {
        await using var api = await TestApi.Start();

        (await api.Client.Get("/v1/lists?limit=1&limit=2"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "request.repeated_parameter", "limit");
    }

    private static async Task<List<string?>> All(TestApi api, string path)
    {
        var names = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await api.Administrator.Get(
                cursor is null ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}");
            Assert.Equal(HttpStatusCode.OK, page.Status);
            names.AddRange(page.Items.Select(item => (string?)item["name"]));
            cursor = page["nextCursor"];
        }
        while (cursor is not null && names.Count < 100);

        return names;
    }
}
