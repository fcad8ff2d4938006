using System.Net;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Tests.Campaigns;

public sealed class CampaignChecksTests
{
    [Fact]
    public async Task Validation_tells_everything_that_forbids_a_start()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Draft);
        grain.Report = new ValidationReport(
            10, 9, 3, [new Refusal(RefusalKind.PaymentRequired, "licences.insufficient", "6 are missing.")]);

        var answer = await api.Client.Post($"{path}/validate");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("false", "10", "9", "3"), (
            answer["mayStart"], answer["audience"], answer["licencesNeeded"], answer["licencesFree"]));
        Assert.Equal("licences.insufficient", (string?)answer.Json["problems"]![0]!["code"]);
    }

    [Fact]
    public async Task A_preview_shows_the_message_of_one_contact()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Draft);
        var contact = api.Contacts.Add("ann@example.com");

        var preview = await api.Client.Get($"{path}/preview?contact={contact.Id}");

        Assert.Equal(("Hello", "<p>Hello</p>"), (preview["subject"], preview["html"]));
        Assert.Equal("Hello", (string?)preview.Json["headers"]!["Subject"]);
        (await api.Client.Get($"{path}/preview")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, "field.required", "contact");
        (await api.Client.Get($"{path}/preview?contact=con_x")).AssertProblem(
            HttpStatusCode.NotFound, "contact.unknown");
    }

    [Fact]
    public async Task A_test_goes_to_the_address_with_the_fields_of_the_contact()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Draft);
        var contact = api.Contacts.Add("ann@example.com");

        var sent = await api.Client.Post(
            $"{path}/test-send", $$"""{"address":"me@example.com","contact":"{{contact.Id}}"}""");

        Assert.Equal(("me@example.com", contact.Id), grain.Tested);
        Assert.Equal(
            ("SoftBounced", "Email Sender: Soft Bounced", "mailbox-full"), (
                sent["outcome"], sent["outcomeName"], sent["cause"]));
        Assert.Equal(452, (int)sent.Json["reply"]!["code"]!);
    }

    [Theory]
    [InlineData(ContactStatus.Unsubscribed)]
    [InlineData(ContactStatus.UnsubscribedByUs)]
    [InlineData(ContactStatus.Complained)]
    public async Task A_test_goes_to_nobody_who_wants_no_e_mail(ContactStatus status)
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Draft);
        api.Contacts.Add("ann@example.com", status: status);

        var answer = await api.Client.Post($"{path}/test-send", """{"address":"ann@example.com"}""");

        answer.AssertProblem(HttpStatusCode.Conflict, "test_send.opted_out");
        Assert.Null(grain.Tested);
    }

    [Theory]
    [InlineData("""{}""", "field.required", "address")]
    [InlineData("""{"address":"nobody"}""", "field.address", "address")]
    [InlineData("""{"address":"a@example.com","contact":"con_x"}""", "contact.unknown", "contact")]
    public async Task A_test_that_breaks_a_rule_is_not_sent(string json, string code, string field)
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Draft);

        (await api.Client.Post($"{path}/test-send", json)).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Null(grain.Tested);
    }
}
