using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>What validation warns of forbids nothing, and what an author said of a message is kept.</summary>
public abstract class ValidationWarningTests(Databases databases, DatabaseKind kind)
{
    [Fact]
    public async Task A_relay_that_is_not_reached_is_told_and_keeps_no_campaign_from_starting()
    {
        await using var engine = await databases.StartEngine(kind);
        var campaign = await engine.Draft(["a@one.example"]);
        Assert.Empty((await campaign.Validate(Engine.Account)).Value!.Warnings);
        engine.Relays.GoDown();

        var report = (await campaign.Validate(Engine.Account)).Value!;

        var warning = Assert.Single(report.Warnings);
        Assert.Equal(("relay.unreachable", "relay"), (warning.Code, warning.Field));
        Assert.Contains("scripted is not reached: cannot connect", warning.Detail, StringComparison.Ordinal);
        Assert.Equal((0, 1L), (report.Problems.Count, report.Audience));
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        engine.Relays.ComeUp();
        Assert.Equal(CampaignStatus.Finished, (await Engine.Ended(campaign)).Status);
    }

    [Fact]
    public async Task What_the_content_is_warned_of_is_told_even_when_it_has_problems()
    {
        await using var engine = await databases.StartEngine(kind);
        engine.Composers.Warnings = [Refusal.Invalid("content.foreign_tag", "*|FNAME|*", "content.html")];
        engine.Composers.Problem = Refusal.Invalid("template.syntax", "wrong", "content.html");
        var campaign = await engine.Draft(["a@one.example"]);

        var report = (await campaign.Validate(Engine.Account)).Value!;

        Assert.Equal(
            ("template.syntax", "content.foreign_tag"),
            (Assert.Single(report.Problems).Code, Assert.Single(report.Warnings).Code));
    }

    [Fact]
    public async Task Headers_and_inline_images_are_kept_when_the_campaign_is_read_anew()
    {
        await using var engine = await databases.StartEngine(kind);
        var campaign = engine.Grains.Campaign(CampaignId.Create(TimeProvider.System.GetUtcNow()));
        var definition = new CampaignDefinition
        {
            Name = "test",
            Sender = new("news@sender.example", null, "Office <office@sender.example>, b@sender.example"),
            Content = new()
            {
                Subject = "Hello",
                Html = "<img src=\"cid:logo@sender.example\">",
                Headers = [new("X-Customer", "{{number}} “x”"), new("List-Id", "")],
                Attachments =
                [
                    new("logo.png", "image/png", [1, 2]) { ContentId = "logo@sender.example" },
                    new("a.png", "image/png", [3]) { Inline = false },
                ],
            },
        };
        Assert.Null((await campaign.Create(Engine.Account, definition)).Refusal);
        await Engine.Forget(campaign);

        var kept = (await campaign.Get(Engine.Account)).Value!.Definition;

        Assert.Equal(definition.Sender, kept.Sender);
        Assert.Equal(definition.Content.Headers, kept.Content.Headers);
        Assert.Equal(
            [("logo@sender.example", null), (null, false)],
            kept.Content.Attachments.Select(file => (file.ContentId, file.Inline)));
    }
}

[Trait("Needs", "PostgreSQL")]
public sealed class EmbeddedValidationWarningTests(Databases databases)
    : ValidationWarningTests(databases, DatabaseKind.Embedded);

[Trait("Needs", "PostgreSQL")]
public sealed class ClusterValidationWarningTests(Databases databases)
    : ValidationWarningTests(databases, DatabaseKind.Cluster);
