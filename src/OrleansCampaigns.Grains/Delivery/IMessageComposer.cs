using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>Compiles a campaign's content once, so that every message costs only its rendering.</summary>
public interface IMessageComposers
{
    /// <summary>
    /// Compiles; every problem of the definition's sender, content and time zone comes back, not only the first.
    /// </summary>
    CompiledContent Compile(CampaignId campaign, CampaignDefinition definition);
}

/// <summary>A compiled content, or what is wrong with it.</summary>
/// <param name="Composer">Makes messages; <see langword="null"/> when there are problems.</param>
/// <param name="Problems">Each names the field and the rule.</param>
public sealed record CompiledContent(IMessageComposer? Composer, IReadOnlyList<Refusal> Problems)
{
    /// <summary>What is likely a mistake, and forbids nothing.</summary>
    public IReadOnlyList<Refusal> Warnings { get; init; } = [];
}

/// <summary>Makes the messages of one campaign. Safe for concurrent use.</summary>
public interface IMessageComposer
{
    /// <summary>The fields that the templates use and that have no fallback: who lacks one cannot be sent to.</summary>
    IReadOnlySet<string> RequiredFields { get; }

    /// <summary>Every field that the templates use.</summary>
    IReadOnlySet<string> UsedFields => RequiredFields;

    /// <summary>What a relay must offer to carry any of the messages.</summary>
    MessageNeeds Needs => MessageNeeds.None;

    /// <summary>The tracked links, the first being number 1; one that differs by recipient is its template.</summary>
    IReadOnlyList<string> Links { get; }

    /// <summary>
    /// Makes the message for one recipient; refused <c>template.missing_field</c>, <c>template.render</c> and the like.
    /// </summary>
    /// <param name="recipient">Whom it is for.</param>
    /// <param name="now">The time of the Date header.</param>
    Result<IOutgoingMessage> Compose(RecipientProfile recipient, DateTimeOffset now);
}

/// <summary>
/// What a template can know of a recipient: <c>address</c>, <c>name</c> and the attributes by their names.
/// </summary>
public sealed record RecipientProfile(
    AccountId Account,
    ContactId Contact,
    string Address,
    string? Name,
    IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>
    /// Which e-mail of the campaign it is; <see langword="null"/> for previews and test sends, which carry no tracking.
    /// </summary>
    public RecipientPlace? Place { get; init; }
}

/// <summary>The place of a recipient in the audience, and which attempt is made.</summary>
public sealed record RecipientPlace(int Partition, long Seq, int Attempt);
