using System.Net;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Licences;

public sealed class LicenceTests
{
    [Fact]
    public async Task A_grant_is_in_the_ledger_with_who_and_why()
    {
        await using var api = await TestApi.Start();

        var granted = await api.Administrator.Post("/v1/licences/grants", """{"amount":500,"reason":"Order 7"}""");
        var ledger = await api.Client.Get("/v1/licences");

        Assert.Equal((HttpStatusCode.OK, "500"), (granted.Status, granted["balance"]));
        Assert.Equal(granted.Text, ledger.Text);
        var line = Assert.Single(ledger.Json["lines"]!.AsArray())!;
        Assert.Equal(
            ("grant", "administrator", "Order 7"), (
                (string?)line["kind"], (string?)line["actor"], (string?)line["reason"]));
    }

    [Fact]
    public async Task An_administrator_grants_to_another_account()
    {
        await using var api = await TestApi.Start();
        await api.Access.CreateKey(new AccountId("shop"), "theirs", ApiRole.Client);

        await api.Administrator.Send(
            HttpMethod.Post, "/v1/licences/grants", """{"amount":5,"actor":"Eve","reason":"Gift"}""", (
                "X-Account", "shop"));

        Assert.Equal(5, api.Grains.Account("ac:shop").Ledger.Balance);
        Assert.Equal("0", (await api.Client.Get("/v1/licences"))["balance"]);
    }

    [Fact]
    public async Task What_a_campaign_holds_is_shown()
    {
        await using var api = await TestApi.Start();
        var account = api.Grains.Account("ac:main");
        var campaign = CampaignId.Create(api.Clock.GetUtcNow());
        await account.Grant(100, "Eve", "Order");
        account.Ledger = account.Ledger.Reserve(campaign, 1, 40, api.Clock.GetUtcNow()).Value!.Report(campaign, 10);

        var ledger = await api.Client.Get("/v1/licences");

        Assert.Equal(("60", "30", "10"), (ledger["balance"], ledger["held"], ledger["deductedTotal"]));
        Assert.Equal(campaign.Value, (string?)ledger.Json["lines"]![1]!["campaignId"]);
    }

    [Theory]
    [InlineData("""{"reason":"x"}""", HttpStatusCode.UnprocessableEntity, "field.required", "amount")]
    [InlineData("""{"amount":5}""", HttpStatusCode.UnprocessableEntity, "field.required", "reason")]
    [InlineData("""{"amount":0,"reason":"x"}""", HttpStatusCode.UnprocessableEntity, "licences.amount", "amount")]
    [InlineData("""{"amount":1.5,"reason":"x"}""", HttpStatusCode.UnprocessableEntity, "request.wrong_type", "amount")]
    [InlineData("""{"amount":"5","reason":"x"}""", HttpStatusCode.UnprocessableEntity, "request.wrong_type", "amount")]
    [InlineData(
        """{"amount":-9223372036854775808,"reason":"x"}""",
        HttpStatusCode.UnprocessableEntity, "licences.amount", "amount")]
    [InlineData("""{"amount":-5,"reason":"x"}""", HttpStatusCode.Conflict, "licences.insufficient", null)]
    [InlineData(
        """{"amount":5,"reason":"x\ny"}""", HttpStatusCode.UnprocessableEntity, "field.control_characters", "reason")]
    public async Task A_grant_that_breaks_a_rule_is_refused(
        string json, HttpStatusCode status, string code, string? field)
    {
        await using var api = await TestApi.Start();

        (await api.Administrator.Post("/v1/licences/grants", json)).AssertProblem(status, code, field);
    }
}
