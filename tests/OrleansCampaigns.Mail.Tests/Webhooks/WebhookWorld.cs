using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MimeKit;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Tests.Feedback;
using OrleansCampaigns.Mail.Webhooks;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

/// <summary>A campaign that was sent to Ann by way of every provider, and what they say of it.</summary>
internal sealed class WebhookWorld : IFeedback, IRecipientDirectory, ISnsClient, ISignedTokens, IDisposable
{
    public const string Link = "https://shop.example/spring";

    private readonly SnsCertificates _certificates;
    private readonly HashSet<string> _known = [];
    private readonly ProviderWebhooks _webhooks;

    public WebhookWorld(Action<WebhookOptions>? configure = null)
    {
        configure?.Invoke(Options);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        _certificates = new(this, Clock);
        _webhooks = new(
            [
                new SesWebhook(options, _certificates, this, Clock),
                new SendGridWebhook(options, Clock),
                new MailgunWebhook(options, this, Clock),
                new PostmarkWebhook(options),
            ],
            this, this, SetAside, Tokens, Clock, NullLogger<ProviderWebhooks>.Instance);
        MessageId = $"{Tokens.MakeMessageId(new(Given.Campaign, Ann, 0))}@news.example";
    }

    public static ContactId Ann { get; } = new($"con_{new string('a', 32)}");

    public static AccountId Account { get; } = new("shop");

    public WebhookOptions Options { get; } = new();

    public ManualClock Clock { get; } = new();

    public RecipientTokens Tokens { get; } = new(
        new TokenKeys([new(0, [.. "an installation's secret"u8], DateTimeOffset.MinValue)]));

    /// <summary>Our Message-ID of Ann's e-mail, without angle brackets.</summary>
    public string MessageId { get; }

    public ConcurrentQueue<(AccountId Account, ContactId Contact, FeedbackEvent Event)> Applied { get; } = new();

    public RecordedSetAside SetAside { get; } = new();

    /// <summary>Which contents tokens were used for.</summary>
    public Dictionary<string, string> UsedTokens { get; } = [];

    /// <summary>What is served at which address.</summary>
    public Dictionary<string, string> Served { get; } = [];

    /// <summary>What was fetched.</summary>
    public List<string> Fetched { get; } = [];

    /// <summary>What was confirmed.</summary>
    public List<string> Confirmed { get; } = [];

    /// <summary>What applying fails with, if it does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The headers of Ann's e-mail as the provider receives them.</summary>
    public HeaderList Headers(RelayProvider provider)
    {
        var relay = Given.RelayAt(25);
        relay.Provider = provider;
        var composers = new MessageComposers(
            Microsoft.Extensions.Options.Options.Create(Given.Options(relay)),
            Microsoft.Extensions.Options.Options.Create(new TrackingOptions()),
            Tokens);
        var composed = composers.Compile(Given.Campaign, Given.Definition()).Composer!.Compose(
            Given.Recipient("ann@example.org").Placed() with { Contact = Ann }, Given.Noon);
        return Given.ReadBack(Assert.IsType<OutgoingMessage>(composed.Value)).Mime.Headers;
    }

    public Task<Result<WebhookReceipt>> Send(
        string provider, string body, params (string Name, string Value)[] headers) =>
        _webhooks.Receive(
            provider,
            new(
                Encoding.UTF8.GetBytes(body),
                headers.ToDictionary(header => header.Name, header => header.Value),
                "application/json"));

    /// <summary>Sends what must be taken, and answers the one event it came to.</summary>
    public async Task<FeedbackEvent> Take(Task<Result<WebhookReceipt>> sending)
    {
        Assert.Equal(new WebhookReceipt(1, 0, 0), Value(await sending));
        var (account, contact, happened) = Applied.Last();
        Assert.Equal((Account, Ann, Given.Campaign), (account, contact, happened.Campaign));
        return happened;
    }

    /// <summary>Sends what must be taken and be of no consequence.</summary>
    public async Task Ignore(Task<Result<WebhookReceipt>> sending)
    {
        Assert.Equal(new WebhookReceipt(0, 0, 1), Value(await sending));
        Assert.Empty(Applied);
    }

    public async Task Refuse(string code, Task<Result<WebhookReceipt>> sending)
    {
        var answer = await sending;
        Assert.Equal(code, answer.Refusal?.Code);
        Assert.Empty(Applied);
    }

    public Task<FeedbackAnswer> Apply(
        AccountId account, ContactId contact, FeedbackEvent happened, CancellationToken cancellation = default)
    {
        if (Failure is not null)
        {
            return Task.FromException<FeedbackAnswer>(Failure);
        }

        Applied.Enqueue((account, contact, happened));
        lock (_known)
        {
            return Task.FromResult(new FeedbackAnswer(
                _known.Add(happened.Key) ? FeedbackEffect.Applied : FeedbackEffect.Repeated, null));
        }
    }

    public Task<TrackedCampaign?> FindCampaign(CampaignId campaign, CancellationToken cancellation = default) =>
        Task.FromResult(
            campaign == Given.Campaign ? new TrackedCampaign(Account, ["https://other.example/", Link]) : null);

    public Task<(AccountId Account, ContactId Contact)?> FindRecipient(
        CampaignId campaign, int partition, long seq, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<Result<CampaignEngagement>> GetEngagement(
        AccountId account, CampaignId campaign, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<string?> GetCertificate(Uri url, CancellationToken cancellation)
    {
        Fetched.Add(url.AbsoluteUri);
        return Task.FromResult(Served.GetValueOrDefault(url.AbsoluteUri));
    }

    public Task<bool> Use(
        string provider, string token, string content, CancellationToken cancellation = default) =>
        Task.FromResult(UsedTokens.TryAdd(token, content) || UsedTokens[token] == content);

    public Task Confirm(Uri url, CancellationToken cancellation)
    {
        Confirmed.Add(url.AbsoluteUri);
        return Task.CompletedTask;
    }

    public void Dispose() => _certificates.Dispose();

    private static WebhookReceipt Value(Result<WebhookReceipt> answer)
    {
        Assert.Null(answer.Refusal);
        return answer.Value!;
    }
}
