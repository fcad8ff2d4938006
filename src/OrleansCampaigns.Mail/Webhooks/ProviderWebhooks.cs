using Microsoft.Extensions.Logging;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Mailboxes;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Takes the events of providers, and finds whom they are about by our own Message-ID alone.</summary>
/// <remarks>
/// An address in an event finds nobody: it may be any address. Each event is named after the provider's own identifier,
/// so that one that is delivered again counts once.
/// </remarks>
internal sealed partial class ProviderWebhooks(
    IEnumerable<IWebhookProvider> providers,
    IFeedback feedback,
    IRecipientDirectory directory,
    ISetAsideMessages setAside,
    RecipientTokens tokens,
    TimeProvider clock,
    ILogger<ProviderWebhooks> logger) : IProviderWebhooks
{
    // SendGrid gives up after three seconds, and a request of its may hold a thousand events.
    private const int AtOnceMax = 32;

    public async Task<Result<WebhookReceipt>> Receive(
        string provider, WebhookRequest request, CancellationToken cancellation = default)
    {
        if (Find(provider) is not { } sender)
        {
            return WebhookRefusals.Unknown;
        }

        var read = await Read(sender, request, cancellation);
        if (read.IsRefused)
        {
            return read.Refusal;
        }

        var campaigns = await FindCampaigns(read.Value, cancellation);
        var counts = new int[Enum.GetValues<FeedbackEffect>().Length + 1];
        var faults = 0;
        await Parallel.ForEachAsync(
            read.Value,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = cancellation },
            async (happened, token) =>
            {
                try
                {
                    var effect = await Apply(provider, happened, campaigns, token);
                    Interlocked.Increment(ref counts[(int)effect]);
                }
                catch (Exception fault) when (!Outages.Is(fault))
                {
                    Interlocked.Increment(ref faults);
                    LogNotApplied(provider, fault.GetType().Name);
                }
            });
        if (faults > 0)
        {
            // Delivered again it would fail again, and hold up what comes after it.
            await setAside.SetAside(
                request.Body, provider, SetAsideReasons.NotApplied, "webhook", cancellation: cancellation);
        }

        return new WebhookReceipt(
            counts[(int)FeedbackEffect.Applied] + counts[(int)FeedbackEffect.Early],
            counts[(int)FeedbackEffect.Repeated],
            counts[(int)FeedbackEffect.Ignored] + faults);
    }

    public bool Takes(string provider) => Find(provider) is not null;

    private IWebhookProvider? Find(string provider) =>
        providers.FirstOrDefault(known => known.Name == provider && known.IsConfigured);

    private async Task<Result<IReadOnlyList<ProviderEvent?>>> Read(
        IWebhookProvider sender, WebhookRequest request, CancellationToken cancellation)
    {
        try
        {
            return await sender.Read(request, cancellation);
        }
        catch (Exception fault) when (!Outages.Is(fault))
        {
            // The request may be a stranger's: nothing of it is kept.
            LogNotApplied(sender.Name, fault.GetType().Name);
            return WebhookRefusals.Malformed;
        }
    }

    private async Task<Dictionary<CampaignId, TrackedCampaign>> FindCampaigns(
        IReadOnlyList<ProviderEvent?> events, CancellationToken cancellation)
    {
        var campaigns = new Dictionary<CampaignId, TrackedCampaign>();
        foreach (var id in events.Select(Recipient).Where(found => found is not null).Select(
            found => found!.Value.Campaign).Distinct())
        {
            if (await directory.FindCampaign(id, cancellation) is { } campaign)
            {
                campaigns[id] = campaign;
            }
        }

        return campaigns;
    }

    private RecipientToken? Recipient(ProviderEvent? happened) =>
        happened?.MessageIds.Select(id => tokens.ReadMessageId(WithDomain(id?.Trim().Trim('<', '>'))))
            .FirstOrDefault(found => found is not null);

    // What messages carry for a provider has no room for the domain.
    private static string? WithDomain(string? id) =>
        id is null || id.Contains('@', StringComparison.Ordinal) ? id : id + "@";

    private async Task<FeedbackEffect> Apply(
        string provider,
        ProviderEvent? happened,
        Dictionary<CampaignId, TrackedCampaign> campaigns,
        CancellationToken cancellation)
    {
        if (happened is null
            || Recipient(happened) is not { } recipient
            || !campaigns.TryGetValue(recipient.Campaign, out var campaign))
        {
            return FeedbackEffect.Ignored;
        }

        var link = happened.Signal == FeedbackSignal.Click ? Number(campaign.Links, happened.Url) : 0;
        if (happened.Signal == FeedbackSignal.Click && link == 0)
        {
            return FeedbackEffect.Ignored;
        }

        var now = clock.GetUtcNow();
        var answer = await feedback.Apply(
            campaign.Account,
            recipient.Contact,
            new FeedbackEvent
            {
                Signal = happened.Signal,
                Campaign = recipient.Campaign,
                Key = ProviderEvent.KeyOf(provider, happened.Id),
                At = happened.At < now ? happened.At.Value : now,
                Source = provider,
                Outcome = happened.Bounce?.Outcome,
                Cause = happened.Bounce?.Cause ?? default,
                RetryAfter = happened.Bounce?.RetryAfter,
                Reply = happened.Reply,
                Link = link,
                IsMachine = happened.IsMachine,
                IsProxy = happened.IsProxy,
                Links = campaign.Links.Count,
            },
            cancellation);
        return answer.Effect;
    }

    /// <summary>The number of the link; 0 when the campaign has no such link, or one of our own making was clicked.
    /// </summary>
    private static int Number(IReadOnlyList<string> links, string? url)
    {
        for (var i = 0; i < links.Count; i++)
        {
            if (links[i] == url)
            {
                return i + 1;
            }
        }

        return 0;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An event of {Provider} could not be applied: {Failure}.")]
    private partial void LogNotApplied(string provider, string failure);
}
