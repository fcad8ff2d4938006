using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Webhooks;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

public sealed class ProviderWebhooksTests
{
    private const string Secret = "a long enough secret";

    [Theory]
    [InlineData("ses")]
    [InlineData("sendgrid")]
    [InlineData("mailgun")]
    [InlineData("postmark")]
    [InlineData("SES")]
    [InlineData("sparkpost")]
    public async Task A_provider_without_settings_is_refused(string provider)
    {
        using var world = new WebhookWorld();

        await world.Refuse("webhook.unknown", world.Send(provider, "{}"));
    }

    [Fact]
    public async Task While_storage_is_away_the_request_fails_so_that_it_comes_again()
    {
        using var world = new WebhookWorld(options => options.Postmark.Secret = Secret);
        world.Failure = new StorageUnavailableException("The disk is full.");

        await Assert.ThrowsAsync<StorageUnavailableException>(() => Send(world, Complaint(world.MessageId)));
        world.Failure = null;
        await world.Take(Send(world, Complaint(world.MessageId)));
    }

    [Fact]
    public async Task A_Message_ID_that_was_altered_concerns_nobody()
    {
        using var world = new WebhookWorld(options => options.Postmark.Secret = Secret);

        for (var i = 0; i < world.MessageId.IndexOf('@', StringComparison.Ordinal); i++)
        {
            var other = world.MessageId[i] == 'a' ? 'b' : 'a';
            await world.Ignore(Send(world, Complaint($"{world.MessageId[..i]}{other}{world.MessageId[(i + 1)..]}")));
        }

        var stranger = new Domain.CampaignId("cmp_0123456789abcdef0123456789abcdee");
        await world.Ignore(Send(
            world, Complaint($"{world.Tokens.MakeMessageId(new(stranger, WebhookWorld.Ann, 0))}@news.example")));
    }

    [Fact]
    public async Task Nothing_happens_later_than_now()
    {
        using var world = new WebhookWorld(options => options.Postmark.Secret = Secret);
        var json = Complaint(world.MessageId);
        json["BouncedAt"] = "2999-01-01T00:00:00Z";

        Assert.Equal(Given.Noon, (await world.Take(Send(world, json))).At);
    }

    [Fact]
    public void A_host_is_wired_by_its_configuration()
    {
        using var world = new WebhookWorld();
        var services = new ServiceCollection()
            .AddLogging().AddSingleton<IFeedback>(world).AddSingleton<IRecipientDirectory>(world)
            .AddSingleton<ISignedTokens>(world).AddSingleton<ISetAsideMessages>(world.SetAside)
            .AddSingleton(world.Tokens)
            .AddProviderWebhooks(Configuration(
                ("Ses:TopicArns:0", "arn:aws:sns:eu-west-1:123456789012:feedback"),
                ("SendGrid:PublicKey", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC832gApTMbQGk5+XExrKi2tQbfOt"
                    + "qZtTveJxYBpHO+yToZOPnYsYxEX1z1lZ9ODXvwSkTpeGogYBJYlkz95OQg=="),
                ("Mailgun:SigningKey", "key"),
                ("Postmark:Username", "postmark"),
                ("Postmark:Password", Secret)))
            .BuildServiceProvider(validateScopes: true);
        using (services)
        {
            Assert.NotNull(services.GetRequiredService<IProviderWebhooks>());
            Assert.All(services.GetServices<IWebhookProvider>(), provider => Assert.True(provider.IsConfigured));
            Assert.Equal(4, services.GetServices<IWebhookProvider>().Count());
        }
    }

    [Fact]
    public void What_is_wrong_is_said_at_start_up_by_key_and_without_secrets()
    {
        var services = new ServiceCollection().AddProviderWebhooks(Configuration(
            ("Ses:TopicArns:0", "arn:aws:sns:eu-west-1:123456789012:feedback"),
            ("Ses:TopicArns:1", "https://sns.eu-west-1.amazonaws.com/"),
            ("SendGrid:PublicKey", "no-key"),
            ("Mailgun:SigningKey", ""),
            ("Postmark:Password", "short"),
            ("Postmark:Secret", "also-short")));
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IOptions<WebhookOptions>>().Value);

        Assert.Equal(
            [
                "Mail:Webhooks:Mailgun:SigningKey", "Mail:Webhooks:Postmark:Password", "Mail:Webhooks:Postmark:Secret",
                "Mail:Webhooks:Postmark:Username", "Mail:Webhooks:SendGrid:PublicKey", "Mail:Webhooks:Ses:TopicArns:1",
            ],
            failure.Failures.Select(problem => problem[..problem.IndexOf(' ', StringComparison.Ordinal)]).Order());
        Assert.DoesNotContain("short", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no-key", failure.Message, StringComparison.Ordinal);
    }

    private static JsonObject Complaint(string messageId) => new()
    {
        ["RecordType"] = "SpamComplaint",
        ["ID"] = 42,
        ["Email"] = "ann@example.org",
        ["Metadata"] = new JsonObject { ["message-id"] = messageId },
    };

    private static Task<Domain.Result<WebhookReceipt>> Send(WebhookWorld world, JsonObject json) =>
        world.Send("postmark", json.ToJsonString(), ("X-Webhook-Secret", Secret));

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(
            setting => KeyValuePair.Create($"Mail:Webhooks:{setting.Key}", (string?)setting.Value))).Build();
}
