using System.Collections.Immutable;
using System.Net;
using System.Text.Encodings.Web;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Api.Tests.Campaigns;

public sealed class CampaignResultTests
{
    [Fact]
    public async Task Statistics_name_all_ten_outcomes_and_the_licences()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);
        grain.Statistics = new CampaignStatistics
        {
            Status = CampaignStatus.Running,
            Totals = new CampaignTotals
            {
                Audience = 10,
                Outcomes = ImmutableDictionary<Outcome, long>.Empty.Add(Outcome.Sent, 6).Add(Outcome.SoftBounced, 2),
                Excluded = ImmutableDictionary<string, long>.Empty.Add("mailbox-full", 2),
                Causes = ImmutableDictionary<Cause, long>.Empty.Add(Cause.MailboxFull, 2),
                Attempts = 9,
                Retries = 1,
                RetriesWaiting = 2,
                InDoubt = 1,
            },
            Licences = new Reservation(8, 7, 0, IsSettled: false),
            NextRetryAt = api.Clock.GetUtcNow(),
            WaitingFor = "relay main is down",
        };

        var answer = await api.Client.Get($"{path}/statistics");

        var outcomes = answer.Json["outcomes"]!.AsObject();
        Assert.Equal(Enum.GetNames<Outcome>().Order(), outcomes.Select(pair => pair.Key).Order());
        Assert.Equal((6, 0), ((int)outcomes["Sent"]!, (int)outcomes["Spam"]!));
        Assert.Equal(("10", "2", "9", "1"), (
            answer["audience"], answer["excludedTotal"], answer["attempts"], answer["inDoubt"]));
        Assert.Equal(2, (int)answer.Json["causes"]!["mailbox-full"]!);
        Assert.Equal(2, (int)answer.Json["excluded"]!["mailbox-full"]!);
        Assert.Equal((8, 7), ((int)answer.Json["licences"]!["reserved"]!, (int)answer.Json["licences"]!["deducted"]!));
        Assert.Equal("relay main is down", answer["waitingFor"]);
    }

    [Fact]
    public async Task Statistics_tell_whose_fault_it_was()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);
        grain.Statistics = new CampaignStatistics
        {
            Status = CampaignStatus.Running,
            Totals = new CampaignTotals
            {
                Audience = 12,
                Excluded = ImmutableDictionary<string, long>.Empty.Add("too-large", 1).Add("mailbox-full", 4),
                Causes = ImmutableDictionary<Cause, long>.Empty.Add(Cause.MailboxFull, 2).Add(Cause.Greylisted, 1)
                    .Add(Cause.Authentication, 3).Add(Cause.Unsubscribed, 1),
            },
            Licences = new Reservation(8, 7, 0, IsSettled: false),
        };

        var answer = await api.Client.Get($"{path}/statistics");

        Assert.Equal(
            """{"mailbox":2,"server":1,"ours":4}""", answer.Json["faults"]!.ToJsonString());
    }

    [Fact]
    public async Task Statistics_tell_what_people_and_machines_did()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = CampaignLifecycleTests.Make(api, CampaignStatus.Finished);
        grain.Statistics = new CampaignStatistics
        {
            Status = CampaignStatus.Finished,
            Totals = new CampaignTotals
            {
                Delivered = 90,
                Opened = 41,
                Clicked = 12,
                Opens = 77,
                Clicks = 19,
                MachineOpens = 30,
                MachineClicks = 8,
                Unsubscribed = 3,
                Complained = 2,
                NotAttempted = 5,
            },
            Licences = new Reservation(0, 0, 0, IsSettled: true),
        };

        var answer = await api.Client.Get($"{path}/statistics");

        Assert.Equal(
            ["90", "41", "12", "77", "19", "30", "8", "3", "2", "5"],
            new[]
            {
                "delivered", "opened", "clicked", "opens", "clicks", "machineOpens", "machineClicks", "unsubscribed",
                "complained", "notAttempted",
            }.Select(name => answer[name]));
    }

    [Fact]
    public async Task Engagement_shows_links_and_hours()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);
        api.Recipients.Engagement = new CampaignEngagement(
            [new(2, "https://shop.example/{{city}}", 5, 7, 3)],
            [new(api.Clock.GetUtcNow(), 100, 40, 10, 4, 2, 1)]);

        var answer = await api.Client.Get($"{path}/engagement");

        Assert.Equal(
            """{"link":2,"url":"https://shop.example/{{city}}","recipients":5,"clicks":7,"machineClicks":3}""",
            answer.Json["links"]![0]!.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        var hour = answer.Json["hours"]![0]!;
        Assert.Equal(api.Clock.GetUtcNow(), (DateTimeOffset)hour["hour"]!);
        Assert.Equal(
            [100, 40, 10, 4, 2, 1],
            new[] { "sent", "opened", "clicked", "bounced", "unsubscribed", "complained" }.Select(
                name => (int)hour[name]!));
        (await api.Client.Get($"/v1/campaigns/{Domain.CampaignId.Create(api.Clock.GetUtcNow())}/engagement"))
            .AssertProblem(HttpStatusCode.NotFound, "campaign.unknown");
    }

    [Fact]
    public async Task A_recipient_tells_its_outcome_attempts_and_system_value()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);
        api.Campaigns.Recipients.Add(Row("ann@example.com") with
        {
            Outcome = Outcome.SoftBounced,
            Cause = Cause.MailboxFull,
            Attempts = 2,
            ReplyCode = 452,
            EnhancedCode = "4.2.2",
            ReplyText = "Full",
            ContactStatus = ContactStatus.MailboxFull,
        });
        api.Campaigns.Recipients.Add(
            Row("bob@example.com") with { Excluded = "does-not-exist", ContactStatus = ContactStatus.DoesNotExist });

        var items = (await api.Client.Get($"{path}/recipients")).Items.ToList();

        Assert.Equal(
            ("SoftBounced", "mailbox-full", "Soft bounced"),
            ((string?)items[0]["outcome"], (string?)items[0]["cause"], (string?)items[0]["systemValue"]));
        Assert.Equal((2, 452), ((int)items[0]["attempts"]!, (int)items[0]["reply"]!["code"]!));
        Assert.Equal((null, "does-not-exist"), ((string?)items[1]["outcome"], (string?)items[1]["excluded"]));
    }

    [Fact]
    public async Task Recipients_are_filtered_by_outcome_exclusion_and_doubt()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);

        await api.Client.Get(
            $"{path}/recipients?outcome=Soft%20Bounced&outcome=Sent&excluded=false&inDoubt=true"
            + "&recipientStatus=opened&recipientStatus=Clicked&fault=ours&fault=Server");

        Assert.Equal([Outcome.SoftBounced, Outcome.Sent], api.Campaigns.Asked!.Outcomes);
        Assert.Equal((false, true), (api.Campaigns.Asked.Excluded, api.Campaigns.Asked.InDoubt));
        Assert.Equal([RecipientStatus.Opened, RecipientStatus.Clicked], api.Campaigns.Asked.RecipientStatuses);
        Assert.Equal([Blame.Ours, Blame.Server], api.Campaigns.Asked.Faults);
    }

    [Theory]
    [InlineData("outcome=Opened", "field.unknown_value", "outcome")]
    [InlineData("recipientStatus=Sent", "field.unknown_value", "recipientStatus")]
    [InlineData("recipientStatus=3", "field.unknown_value", "recipientStatus")]
    [InlineData("fault=nobody", "field.unknown_value", "fault")]
    [InlineData("fault=none", "field.unknown_value", "fault")]
    [InlineData("excluded=yes", "field.format", "excluded")]
    [InlineData("inDoubt=", "field.format", "inDoubt")]
    public async Task A_filter_that_cannot_be_meant_is_refused(string query, string code, string field)
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);

        (await api.Client.Get($"{path}/recipients?{query}")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
        (await api.Client.Get($"{path}/recipients/export?{query}")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
    }

    internal static RecipientRow Row(string address) => new()
    {
        Contact = Fakes.FakeContacts.IdOf(Domain.AccountId.Main, address),
        Address = address,
    };
}
