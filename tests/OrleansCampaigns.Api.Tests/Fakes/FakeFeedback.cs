using System.Collections.Concurrent;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Takes events; an unsubscribe changes the contact's grain as the real one does.</summary>
public sealed class FakeFeedback(FakeGrains grains) : IFeedback
{
    /// <summary>What was applied, in order.</summary>
    public ConcurrentQueue<(AccountId Account, ContactId Contact, FeedbackEvent Event)> Applied { get; } = new();

    /// <summary>Everything that was tried, also in vain.</summary>
    public ConcurrentQueue<FeedbackEvent> Tried { get; } = new();

    /// <summary>What applying fails with, if it does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What applying waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Whether an unsubscribe is taken and then forgotten.</summary>
    public bool Forgets { get; set; }

    public async Task<FeedbackAnswer> Apply(
        AccountId account, ContactId contact, FeedbackEvent happened, CancellationToken cancellation = default)
    {
        Tried.Enqueue(happened);
        await Gate;
        if (Failure is not null)
        {
            throw Failure;
        }

        Applied.Enqueue((account, contact, happened));
        var grain = grains.Contact(account, contact);
        if (happened.Signal == FeedbackSignal.Unsubscribe
            && !Forgets
            && grain.Contact.Status != ContactStatus.Complained)
        {
            grain.Contact = grain.Contact with { Status = ContactStatus.Unsubscribed };
        }

        return new(FeedbackEffect.Applied, null);
    }
}

/// <summary>Takes messages and answers what a test decides.</summary>
public sealed class FakeFeedbackMessages : IFeedbackMessages
{
    public List<(byte[] Message, string? Recipient, string Source)> Received { get; } = [];

    public FeedbackReceipt Receipt { get; set; } = new("bounce", 1, 0, 0, IsSetAside: false);

    public Exception? Failure { get; set; }

    public Task<FeedbackReceipt> Receive(
        ReadOnlyMemory<byte> message,
        string? envelopeRecipient,
        string source,
        CancellationToken cancellation = default)
    {
        Received.Add((message.ToArray(), envelopeRecipient, source));
        return Failure is null ? Task.FromResult(Receipt) : Task.FromException<FeedbackReceipt>(Failure);
    }
}

/// <summary>Takes a provider's request and answers what a test decides.</summary>
public sealed class FakeWebhooks : IProviderWebhooks
{
    public List<(string Provider, WebhookRequest Request)> Received { get; } = [];

    /// <summary>The providers that are configured; all, when not said.</summary>
    public IReadOnlyList<string>? Known { get; set; }

    public Result<WebhookReceipt> Answer { get; set; } = new WebhookReceipt(1, 0, 0);

    public bool Takes(string provider) => Known?.Contains(provider) ?? true;

    public Exception? Failure { get; set; }

    public Task<Result<WebhookReceipt>> Receive(
        string provider, WebhookRequest request, CancellationToken cancellation = default)
    {
        Received.Add((provider, request));
        return Failure is null ? Task.FromResult(Answer) : Task.FromException<Result<WebhookReceipt>>(Failure);
    }
}
