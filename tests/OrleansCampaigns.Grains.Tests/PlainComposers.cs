using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Tests;

/// <summary>Messages without templates: grains only carry them.</summary>
public sealed class PlainComposers : IMessageComposers
{
    /// <summary>Called with the address before each message is made that is to be sent; may hold it up.</summary>
    public Action<string> OnCompose { get; set; } = _ => { };

    /// <summary>Why no message can be made for a recipient; it is made when this says nothing.</summary>
    public Func<RecipientProfile, Refusal?> Refuse { get; set; } = _ => null;

    /// <summary>What a template would ask of every contact.</summary>
    public IReadOnlySet<string> RequiredFields { get; set; } = new HashSet<string>();

    /// <summary>Why no content compiles; it does when this is <see langword="null"/>.</summary>
    public Refusal? Problem { get; set; }

    /// <summary>What is warned of in every content.</summary>
    public IReadOnlyList<Refusal> Warnings { get; set; } = [];

    /// <summary>Called before a content compiles.</summary>
    public Action OnCompile { get; set; } = () => { };

    public CompiledContent Compile(CampaignId campaign, CampaignDefinition definition)
    {
        OnCompile();
        return new(Problem is null ? new Composer(this, definition) : null, Problem is { } problem ? [problem] : [])
        {
            Warnings = Warnings,
        };
    }

    private sealed class Composer(PlainComposers composers, CampaignDefinition definition) : IMessageComposer
    {
        public IReadOnlySet<string> RequiredFields => composers.RequiredFields;

        public IReadOnlyList<string> Links => [];

        public Result<IOutgoingMessage> Compose(RecipientProfile recipient, DateTimeOffset now)
        {
            // A start makes some messages, too, to see whether they can be made: those have no place in the audience.
            if (recipient.Place is not null)
            {
                composers.OnCompose(recipient.Address);
            }

            if (composers.Refuse(recipient) is { } refusal)
            {
                return refusal;
            }

            return new Result<IOutgoingMessage> { Value = new Message(recipient.Address, definition.Content) };
        }
    }

    private sealed record Message(string Recipient, Content Content) : IOutgoingMessage
    {
        public string EnvelopeSender => "news@sender.example";

        public string MessageId => Recipient;

        public string Subject => Content.Subject;

        public string Html => Content.Html;

        public string Text => "";

        public IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>();
    }
}
