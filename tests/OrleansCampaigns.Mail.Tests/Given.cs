using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MimeKit;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests;

/// <summary>What most tests begin with.</summary>
internal static class Given
{
    public static readonly CampaignId Campaign = new("cmp_0123456789abcdef0123456789abcdef");
    public static readonly DateTimeOffset Noon = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Patience = Eventually.Patience;

    /// <summary>Where recipients reach the API, for messages that are tracked.</summary>
    public const string PublicUrl = "https://news.example";

    public static MailOptions Options(params RelayOptions[] relays) =>
        new() { Key = "a key that only tests know", Relays = [.. relays] };

    /// <summary>The tokens of an installation, as the host makes them.</summary>
    public static RecipientTokens Tokens(MailOptions? options = null) => new(new(
        [new(0, System.Text.Encoding.UTF8.GetBytes((options ?? Options()).Key!), DateTimeOffset.MinValue)]));

    public static RelayOptions RelayAt(int port) => new()
    {
        Name = "main",
        Host = "127.0.0.1",
        Port = port,
        Security = RelaySecurity.None,
        LocalDomain = "client.example",
        ConnectTimeout = TimeSpan.FromSeconds(10),
        CommandTimeout = TimeSpan.FromSeconds(10),
        AcceptTimeout = TimeSpan.FromSeconds(10),
    };

    public static MailRelays Relays(MailOptions options, TimeProvider? clock = null) =>
        new(Wrap(options), clock ?? TimeProvider.System, NullLogger<MailRelays>.Instance);

    public static MailRelays Relays(int port, Action<RelayOptions>? change = null, TimeProvider? clock = null)
    {
        var relay = RelayAt(port);
        change?.Invoke(relay);
        return Relays(Options(relay), clock);
    }

    public static CampaignDefinition Definition(
        string html = "<p>Hello</p>",
        string? text = null,
        string subject = "Hello",
        params (string Name, string Value)[] fallbacks) => new()
        {
            Sender = new Sender("news@sender.example", "The News"),
            Content = new Content
            {
                Subject = subject,
                Html = html,
                Text = text,
                Fallbacks = fallbacks.ToImmutableDictionary(pair => pair.Name, pair => pair.Value),
            },
        };

    public static CompiledContent Compiled(
        CampaignDefinition definition, MailOptions? options = null, string? publicUrl = null) =>
        new MessageComposers(
            Wrap(options ?? Options()),
            new OptionsWrapper<TrackingOptions>(new() { PublicUrl = publicUrl }),
            Tokens(options)).Compile(Campaign, definition);

    public static IMessageComposer Composer(
        CampaignDefinition definition, MailOptions? options = null, string? publicUrl = null)
    {
        var compiled = Compiled(definition, options, publicUrl);
        Assert.Empty(compiled.Problems);
        return compiled.Composer!;
    }

    public static RecipientProfile Recipient(
        string address = "anna@mail.example", string? name = null, params (string Name, string Value)[] attributes) =>
        new(AccountId.Main, ContactId.Of("key"u8, AccountId.Main, address), address, name,
            attributes.ToDictionary(pair => pair.Name, pair => pair.Value));

    /// <summary>The recipient with a place in the campaign's audience: no preview and no test.</summary>
    public static RecipientProfile Placed(this RecipientProfile recipient, int attempt = 1) =>
        recipient with { Place = new(3, 70_000, attempt) };

    public static OutgoingMessage Message(string recipient = "anna@mail.example", string html = "<p>Hello</p>") =>
        Message(Definition(html), Recipient(recipient));

    public static OutgoingMessage Message(
        CampaignDefinition definition,
        RecipientProfile recipient,
        MailOptions? options = null,
        string? publicUrl = null)
    {
        var composed = Composer(definition, options, publicUrl).Compose(recipient, Noon);
        Assert.Null(composed.Refusal);
        return Assert.IsType<OutgoingMessage>(composed.Value);
    }

    private static OptionsWrapper<MailOptions> Wrap(MailOptions options) => new(options);

    /// <summary>The message as its recipient's program reads it: written, and parsed again.</summary>
    public static (MimeMessage Mime, string Raw) ReadBack(OutgoingMessage message)
    {
        using var written = new MemoryStream();
        using (var mime = message.ToMime())
        {
            mime.WriteTo(message.Format, written);
        }

        var raw = System.Text.Encoding.UTF8.GetString(written.ToArray());
        written.Position = 0;
        return (MimeMessage.Load(written), raw);
    }

    /// <summary>Sends one message over one lane.</summary>
    public static async Task<Domain.Contacts.AttemptReport?> SendOne(
        this MailRelays relays, string recipient = "anna@mail.example", string html = "<p>Hello</p>")
    {
        var message = Message(recipient, html);
        var lanes = await relays.Reserve(null, 1, CancellationToken.None).WaitAsync(Patience);
        await using var lane = Assert.Single(lanes);
        return await lane.Send(message, CancellationToken.None).WaitAsync(Patience);
    }
}
