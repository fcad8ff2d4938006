using System.Collections.Immutable;
using System.Net;
using OrleansCampaigns.Api.Tests.Campaigns;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Tests.Exports;

public sealed class ExportTests
{
    [Fact]
    public async Task Every_status_is_exported_as_its_system_value()
    {
        await using var api = await TestApi.Start();
        foreach (var row in ContactStatusTable.Rows)
        {
            api.Contacts.Add($"{row.Status}@example.com", status: row.Status);
        }

        var lines = (await api.Client.Get("/v1/contacts/export")).Text.Split("\r\n");

        Assert.Equal("address,name,status,last status,last status at,attributes", lines[0]);
        foreach (var row in ContactStatusTable.Rows)
        {
            Assert.Contains($"{row.Status}@example.com,,{row.SystemValue},,,", lines);
        }
    }

    [Fact]
    public async Task A_list_and_a_campaign_are_exported_with_all_eleven_system_values()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Finished);
        string[] expected =
        [
            "New", "Active", "Hard bounced", "Soft bounced", "Error", "Unsubscribed", "Unsubscribed by us", "Complaint",
            "Delivered", "Opened", "Clicked",
        ];
        foreach (var status in Enum.GetValues<ContactStatus>())
        {
            foreach (var recipient in Enum.GetValues<RecipientStatus>())
            {
                var row = api.Contacts.Add($"{status}.{recipient}@example.com", status: status);
                api.Contacts.Add(row with { LastRecipientStatus = recipient });
                api.Campaigns.Recipients.Add(CampaignResultTests.Row(row.Address) with
                {
                    ContactStatus = status,
                    RecipientStatus = recipient,
                });
            }
        }

        foreach (var export in new[] { "/v1/contacts/export", $"{path}/recipients/export" })
        {
            var lines = (await api.Client.Get(export)).Text.Split("\r\n")[1..^1].Select(line => line.Split(','));
            var values = lines.ToDictionary(cells => cells[0], cells => cells[2]);
            Assert.Equal(expected.Order(), values.Values.Distinct().Order());
            Assert.Equal("Clicked", values["Active.Clicked@example.com"]);
            Assert.Equal("Active", values["Active.None@example.com"]);

            // Whoever cannot be sent to is called what it is now, however far it went.
            Assert.Equal("Unsubscribed", values["Unsubscribed.Clicked@example.com"]);
            Assert.Equal("Hard bounced", values["DoesNotExist.Delivered@example.com"]);
        }

        var shown = (await api.Client.Get("/v1/contacts?limit=500")).Items.Select(item => (string?)item["systemValue"]);
        Assert.Equal(expected.Order(), shown.Distinct().Order());
    }

    [Fact]
    public async Task Attributes_have_the_columns_that_were_asked_for_or_one_together()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("ann@example.com", "=cmd|' /C calc'!A0");
        api.Contacts.Add(contact with
        {
            Attributes = ImmutableDictionary<string, string>.Empty.Add("city", "@Graz, \"AT\""),
            LastStatus = Outcome.SoftBounced,
            LastStatusAt = new DateTimeOffset(2030, 1, 1, 10, 0, 0, TimeSpan.FromHours(2)),
        });

        var named = await api.Client.Get("/v1/contacts/export?attributes=age,city&attributes=zip");
        var together = await api.Client.Get("/v1/contacts/export");
        var none = await api.Client.Get("/v1/contacts/export?attributes=");

        const string start = "ann@example.com,'=cmd|' /C calc'!A0,New,Email Sender: Soft Bounced,2030-01-01T08:00:00Z";
        Assert.Equal("text/csv", named.ContentType);
        Assert.Equal(
            $"address,name,status,last status,last status at,age,city,zip\r\n{start},,\"'@Graz, \"\"AT\"\"\",\r\n",
            named.Text);
        const string json = """""
            "{""city"":""@Graz, \""AT\""""}"
            """"";
        Assert.EndsWith($"{start},{json}\r\n", together.Text, StringComparison.Ordinal);
        Assert.EndsWith($"last status at\r\n{start}\r\n", none.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_is_written_when_asked_for()
    {
        await using var api = await TestApi.Start();

        var with = await api.Client.GetByteArrayAsync(new Uri("/v1/contacts/export?bom=true", UriKind.Relative));
        var without = await api.Client.GetByteArrayAsync(new Uri("/v1/contacts/export?bom=false", UriKind.Relative));

        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'a'], with[..4]);
        Assert.Equal((byte)'a', without[0]);
        (await api.Client.Get("/v1/contacts/export?bom=1"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.format", "bom");
    }

    [Fact]
    public async Task An_export_takes_a_view_or_a_filter_but_not_both()
    {
        await using var api = await TestApi.Start();
        var view = api.Lists.AddView("full", new ContactFilter { Statuses = [ContactStatus.MailboxFull] });
        api.Contacts.Add("new@example.com");
        api.Contacts.Add("full@example.com", status: ContactStatus.MailboxFull);

        var byView = await api.Client.Get($"/v1/contacts/export?viewId={view.Id}");
        var byFilter = await api.Client.Get("/v1/contacts/export?status=New");

        Assert.Contains("full@example.com", byView.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("new@example.com", byView.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("full@example.com", byFilter.Text, StringComparison.Ordinal);
        (await api.Client.Get($"/v1/contacts/export?viewId={view.Id}&status=New"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "filter.view_and_filter", "viewId");
        (await api.Client.Get("/v1/contacts/export?viewId=viw_9")).AssertProblem(
            HttpStatusCode.NotFound, "view.unknown");
    }

    [Fact]
    public async Task A_campaigns_recipients_are_exported_with_everything_that_happened()
    {
        await using var api = await TestApi.Start();
        var (path, _) = CampaignLifecycleTests.Make(api, CampaignStatus.Running);
        var at = new DateTimeOffset(2030, 1, 1, 8, 0, 0, TimeSpan.Zero);
        api.Campaigns.Recipients.Add(CampaignResultTests.Row("ann@example.com") with
        {
            Name = "Ann",
            Outcome = Outcome.SoftBounced,
            Cause = Cause.MailboxFull,
            Attempts = 2,
            ReplyCode = 452,
            EnhancedCode = "4.2.2",
            ReplyText = "=Full, sorry",
            NextAttemptAt = at.AddHours(1),
            UpdatedAt = at,
        });
        api.Campaigns.Recipients.Add(CampaignResultTests.Row("bob@example.com") with
        {
            Outcome = Outcome.Sent,
            Attempts = 1,
            InDoubt = true,
            RecipientStatus = RecipientStatus.Clicked,
            ContactStatus = ContactStatus.Active,
        });
        api.Campaigns.Recipients.Add(CampaignResultTests.Row("cy@example.com") with
        {
            Excluded = "does-not-exist",
            RecipientStatus = RecipientStatus.Delivered,
            ContactStatus = ContactStatus.DoesNotExist,
        });

        var lines = (await api.Client.Get($"{path}/recipients/export?attributes=city")).Text.Split("\r\n");

        Assert.Equal(
            [
                "address,name,status,last status,last status at,outcome,cause,excluded,attempts,"
                    + "reply code,enhanced code,reply text,in doubt,next attempt,fault,city",
                "ann@example.com,Ann,New,Email Sender: Soft Bounced,2030-01-01T08:00:00Z,Soft Bounced,mailbox-full,,2,"
                    + "452,4.2.2,\"'=Full, sorry\",no,2030-01-01T09:00:00Z,mailbox,",
                "bob@example.com,,Clicked,Email Sender: Sent,,Sent,,,1,,,,yes,,,",
                "cy@example.com,,Hard bounced,,,,,does-not-exist,0,,,,no,,,",
                "",
            ],
            lines);
    }

    [Fact]
    public async Task An_export_that_fails_before_its_first_row_is_a_problem()
    {
        await using var api = await TestApi.Start();
        api.Contacts.Add("ann@example.com");
        api.Contacts.ExportFailsAfter = 0;

        (await api.Client.Get("/v1/contacts/export")).AssertProblem(HttpStatusCode.InternalServerError, "internal");
    }

    [Fact]
    public async Task An_export_that_breaks_off_does_not_look_whole()
    {
        await using var api = await TestApi.Start();
        api.Contacts.Add("ann@example.com");
        api.Contacts.Add("bob@example.com");
        api.Contacts.ExportFailsAfter = 1;

        await Assert.ThrowsAsync<HttpRequestException>(() => api.Client.Get("/v1/contacts/export"));
    }

    [Fact]
    public async Task A_large_export_is_whole()
    {
        await using var api = await TestApi.Start();
        for (var i = 0; i < 5_000; i++)
        {
            api.Contacts.Add($"somebody.with.a.long.address.{i}@example.com", "Jörg 😀 Groß");
        }

        var lines = (await api.Client.Get("/v1/contacts/export")).Text.Split("\r\n");

        Assert.Equal(5_002, lines.Length);
        Assert.All(lines[1..^1], line => Assert.Contains(",Jörg 😀 Groß,New,", line, StringComparison.Ordinal));
    }
}
