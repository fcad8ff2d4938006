using System.Net;
using OrleansCampaigns.Api.Tests.Fakes;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Api.Tests.Campaigns;

public sealed class CampaignLifecycleTests
{
    [Fact]
    public async Task Starting_is_answered_at_once()
    {
        await using var api = await TestApi.Start();
        var (path, _) = Make(api, CampaignStatus.Draft);

        var started = await api.Client.Post($"{path}/start");

        Assert.Equal((HttpStatusCode.Accepted, "Starting"), (started.Status, started["status"]));
        Assert.Equal(path, started.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_refused_start_tells_everything_that_is_wrong()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Make(api, CampaignStatus.Draft);
        grain.Refused = Refusal.Invalid("campaign.relay.unknown", "There is no relay named x.", "relay") with
        {
            Others = [new("campaign.audience.missing", "audience is missing.", "audience")],
        };

        var answer = await api.Client.Post($"{path}/start");

        answer.AssertProblem(HttpStatusCode.UnprocessableEntity, "campaign.relay.unknown", "relay");
        Assert.Equal(
            ["campaign.relay.unknown", "campaign.audience.missing"],
            answer.Json["problems"]!.AsArray().Select(problem => (string)problem!["code"]!));
    }

    [Theory]
    [InlineData("start", CampaignStatus.Running, "campaign.already_started")]
    [InlineData("pause", CampaignStatus.Draft, "campaign.not_running")]
    [InlineData("resume", CampaignStatus.Draft, "campaign.not_paused")]
    [InlineData("cancel", CampaignStatus.Finished, "campaign.already_ended")]
    [InlineData("unschedule", CampaignStatus.Running, "campaign.already_started")]
    [InlineData("retry-failed", CampaignStatus.Finished, "campaign.nothing_failed")]
    public async Task What_the_status_does_not_allow_is_a_conflict(string command, CampaignStatus status, string code)
    {
        await using var api = await TestApi.Start();
        var (path, _) = Make(api, status);

        (await api.Client.Post($"{path}/{command}")).AssertProblem(HttpStatusCode.Conflict, code);
    }

    [Theory]
    [InlineData("pause", CampaignStatus.Running, "Paused")]
    [InlineData("resume", CampaignStatus.Paused, "Running")]
    [InlineData("cancel", CampaignStatus.Running, "Cancelled")]
    [InlineData("unschedule", CampaignStatus.Scheduled, "Draft")]
    public async Task What_the_status_allows_is_done_and_may_be_repeated(
        string command, CampaignStatus before, string after)
    {
        await using var api = await TestApi.Start();
        var (path, _) = Make(api, before);

        for (var i = 0; i < 2; i++)
        {
            var answer = await api.Client.Post($"{path}/{command}");
            Assert.Equal((HttpStatusCode.OK, after), (answer.Status, answer["status"]));
        }
    }

    [Fact]
    public async Task Failed_recipients_are_tried_again_as_a_new_pass()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Make(api, CampaignStatus.FinishedWithFailures);
        grain.Campaign = grain.Campaign with { IsSettled = true };

        var answer = await api.Client.Post($"{path}/retry-failed");

        Assert.Equal((HttpStatusCode.Accepted, "Running", "2"), (answer.Status, answer["status"], answer["pass"]));
    }

    [Fact]
    public async Task Why_a_start_came_to_nothing_is_told()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Make(api, CampaignStatus.Starting);
        grain.Campaign = grain.Campaign.FailStart(
            new(RefusalKind.PaymentRequired, "licences.insufficient", "5 are missing."));

        var campaign = await api.Client.Get(path);

        Assert.Equal("Draft", campaign["status"]);
        Assert.Equal("licences.insufficient", (string?)campaign.Json["startRefusal"]!["code"]);
    }

    [Theory]
    [InlineData("2030-05-01T09:00:00+02:00", "2030-05-01T07:00:00+00:00")]
    [InlineData("2030-05-01T09:00:00Z", "2030-05-01T09:00:00+00:00")]
    [InlineData("2030-05-01T09:00:00.5Z", "2030-05-01T09:00:00.5+00:00")]
    public async Task A_campaign_is_scheduled_for_a_moment(string given, string meant)
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Make(api, CampaignStatus.Draft);

        var answer = await api.Client.Post($"{path}/schedule", $$"""{"scheduledAt":"{{given}}"}""");

        Assert.Equal((HttpStatusCode.OK, "Scheduled"), (answer.Status, answer["status"]));
        Assert.Equal(
            DateTimeOffset.Parse(meant, System.Globalization.CultureInfo.InvariantCulture), grain.Campaign.ScheduledAt);
    }

    [Theory]
    [InlineData("""{}""", "field.required")]
    [InlineData("""{"scheduledAt":"tomorrow"}""", "field.format")]
    [InlineData("""{"scheduledAt":"2030-05-01T09:00:00"}""", "field.format")]
    [InlineData("""{"scheduledAt":"2030-05-01"}""", "field.format")]
    [InlineData("""{"scheduledAt":"2001-05-01T09:00:00Z"}""", "campaign.schedule.past")]
    public async Task A_moment_that_cannot_be_meant_is_refused(string json, string code)
    {
        await using var api = await TestApi.Start();
        var (path, _) = Make(api, CampaignStatus.Draft);

        (await api.Client.Post($"{path}/schedule", json)).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, "scheduledAt");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PUT", "")]
    [InlineData("POST", "/validate")]
    [InlineData("POST", "/test-send")]
    [InlineData("POST", "/schedule")]
    [InlineData("POST", "/unschedule")]
    [InlineData("POST", "/start")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry-failed")]
    [InlineData("GET", "/statistics")]
    [InlineData("GET", "/recipients")]
    [InlineData("GET", "/recipients/export")]
    public async Task An_unknown_campaign_is_not_found_whoever_it_belongs_to(string method, string path)
    {
        await using var api = await TestApi.Start();
        var (theirs, _) = Make(api, CampaignStatus.Running, new AccountId("other"));
        var body = (method, path) switch
        {
            ("PUT", _) => """{"name":"a"}""",
            (_, "/schedule") => """{"scheduledAt":"2030-05-01T09:00:00Z"}""",
            (_, "/test-send") => """{"address":"a@example.com"}""",
            _ => null,
        };

        foreach (var campaign in new[] { theirs, "/v1/campaigns/cmp_nothing" })
        {
            (await api.Client.Send(new HttpMethod(method), campaign + path, body))
                .AssertProblem(HttpStatusCode.NotFound, "campaign.unknown");
        }
    }

    internal static (string Path, FakeCampaignGrain Grain) Make(
        TestApi api, CampaignStatus status, AccountId? account = null)
    {
        var id = CampaignId.Create(api.Clock.GetUtcNow());
        var grain = api.Grains.Campaign($"cp:{id.Value[4..]}");
        grain.Campaign = new Campaign { Id = id, Account = account ?? AccountId.Main, Status = status };
        return ($"/v1/campaigns/{id}", grain);
    }
}
