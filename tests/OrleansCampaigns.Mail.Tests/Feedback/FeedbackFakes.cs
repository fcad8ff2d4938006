using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>A campaign that was sent to two contacts, and everything that may come back of it.</summary>
internal sealed class SentCampaign : IRecipientDirectory, IContactIdentity
{
    public const string RosasAddress = "rosa@example.org";
    public const string KarlsAddress = "karl@example.net";
    public const string ReturnPath = "bounces@news.example";

    public static readonly CampaignId Campaign = CampaignId.Create(Given.Noon);
    public static readonly ContactId Rosa = ContactId.Of("key"u8, AccountId.Main, RosasAddress);
    public static readonly ContactId Karl = ContactId.Of("key"u8, AccountId.Main, KarlsAddress);

    public SentCampaign()
    {
        Addresses = new FeedbackAddresses(
            Tokens, new OptionsWrapper<MailOptions>(new MailOptions { ReturnPath = ReturnPath }));
        Messages = new FeedbackMessages(
            Tokens, Addresses, this, this, Feedback, SetAside, Clock, NullLogger<FeedbackMessages>.Instance);
    }

    public static RecipientTokens Tokens { get; } =
        new(new TokenKeys([new TokenKey(0, "a key that only tests know"u8.ToArray(), DateTimeOffset.MinValue)]));

    public ManualClock Clock { get; } = new();

    public FeedbackAddresses Addresses { get; }

    public FeedbackMessages Messages { get; }

    public RecordedFeedback Feedback { get; } = new();

    public RecordedSetAside SetAside { get; } = new();

    /// <summary>The return path of the e-mail to Rosa.</summary>
    public static string RosasReturnPath(int attempt = 1) =>
        $"bounces+{Tokens.MakeAddress(TokenPurpose.ReturnPath, new(Campaign, 2, 7, attempt))}@news.example";

    public static string RosasUnsubscribeAddress { get; } = "unsubscribe+"
        + Tokens.MakeAddress(TokenPurpose.UnsubscribeAddress, new AddressToken(Campaign, 2, 7, 1)) + "@news.example";

    public static string RosasMessageId { get; } =
        $"{Tokens.MakeMessageId(new RecipientToken(Campaign, Rosa, 0))}@news.example";

    /// <summary>A sample, as it comes back for the e-mail to Rosa.</summary>
    public static string Sample(string name, string? returnPath = null, string? messageId = null) =>
        Encoding.UTF8.GetString(FeedbackSamples.Read(name))
            .Replace("b-7f3a.9c@bounces.news.example", returnPath ?? RosasReturnPath(), StringComparison.Ordinal)
            .Replace("k2v5.cmp_spring@news.example", messageId ?? RosasMessageId, StringComparison.Ordinal);

    public Task<FeedbackReceipt> Receive(string message, string? envelopeRecipient = null) =>
        Messages.Receive(Encoding.UTF8.GetBytes(message), envelopeRecipient, "test");

    public Task<TrackedCampaign?> FindCampaign(CampaignId campaign, CancellationToken cancellation = default) =>
        Task.FromResult(campaign == Campaign ? new TrackedCampaign(AccountId.Main, []) : null);

    public Task<(AccountId Account, ContactId Contact)?> FindRecipient(
        CampaignId campaign, int partition, long seq, CancellationToken cancellation = default) =>
        Task.FromResult<(AccountId, ContactId)?>((partition, seq) switch
        {
            (2, 7) when campaign == Campaign => (AccountId.Main, Rosa),
            (2, 8) when campaign == Campaign => (AccountId.Main, Karl),
            _ => null,
        });

    public Task<Result<CampaignEngagement>> GetEngagement(
        AccountId account, CampaignId campaign, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public bool Owns(AccountId account, ContactId contact, string address) =>
        ContactId.Of("key"u8, account, address) == contact;
}

/// <summary>Keeps what was applied; an event counts once, as in the contact.</summary>
internal sealed class RecordedFeedback : IFeedback
{
    private readonly ConcurrentDictionary<(ContactId, CampaignId, FeedbackSignal, string), bool> known = [];

    public ConcurrentQueue<(ContactId Contact, FeedbackEvent Event)> Events { get; } = [];

    public Func<Exception?> Failure { get; set; } = () => null;

    public int Repeats { get; private set; }

    public Task<FeedbackAnswer> Apply(
        AccountId account, ContactId contact, FeedbackEvent happened, CancellationToken cancellation = default)
    {
        if (Failure() is { } failure)
        {
            throw failure;
        }

        if (!known.TryAdd((contact, happened.Campaign, happened.Signal, happened.Key), true))
        {
            Repeats++;
            return Task.FromResult(new FeedbackAnswer(FeedbackEffect.Repeated, null));
        }

        Events.Enqueue((contact, happened));
        return Task.FromResult(new FeedbackAnswer(FeedbackEffect.Applied, null));
    }
}

/// <summary>Keeps what was set aside.</summary>
internal sealed class RecordedSetAside : ISetAsideMessages
{
    public ConcurrentQueue<(string Reason, string Kind, byte[] Octets)> Messages { get; } = [];

    public Task SetAside(
        ReadOnlyMemory<byte> message,
        string source,
        string reason,
        string kind,
        long octets = 0,
        CancellationToken cancellation = default)
    {
        Messages.Enqueue((reason, kind, message.ToArray()));
        return Task.CompletedTask;
    }
}
