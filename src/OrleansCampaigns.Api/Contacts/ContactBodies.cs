using OrleansCampaigns.Api.Suppressions;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>A contact.</summary>
internal sealed record ContactBody
{
    /// <summary>Names the contact without telling its address.</summary>
    public required ContactId Id { get; init; }

    /// <summary>The address, normalised where it is properly formatted.</summary>
    public required string Address { get; init; }

    /// <summary>Whether the address is properly formatted.</summary>
    public required bool AddressIsValid { get; init; }

    /// <summary>The name, if given.</summary>
    public string? Name { get; init; }

    /// <summary>Further fields.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Whether and why it can be sent to.</summary>
    public required ContactStatus Status { get; init; }

    /// <summary>The status as people see it.</summary>
    public required string StatusName { get; init; }

    /// <summary>
    /// What exports hold: how far it went with its latest campaign, or else what it is.
    /// </summary>
    public required string SystemValue { get; init; }

    /// <summary>What happened in the latest campaign.</summary>
    public Outcome? LastStatus { get; init; }

    /// <summary>The Last Status as people see it.</summary>
    public string? LastStatusName { get; init; }

    /// <summary>When the Last Status was assigned.</summary>
    public DateTimeOffset? LastStatusAt { get; init; }

    /// <summary>How far it went with the campaign that the Last Status is of.</summary>
    public required RecipientStatus LastRecipientStatus { get; init; }

    /// <summary>When it was uploaded.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public static ContactBody From(ContactRow row) => new()
    {
        Id = row.Id,
        Address = row.Address,
        AddressIsValid = row.AddressIsValid,
        Name = row.Name is "" ? null : row.Name,
        Attributes = row.Attributes,
        Status = row.Status,
        StatusName = row.Status.DisplayName(),
        SystemValue = RecipientStatusRules.SystemValue(row.LastRecipientStatus, row.Status),
        LastStatus = row.LastStatus,
        LastStatusName = row.LastStatus?.DisplayName(),
        LastStatusAt = row.LastStatusAt,
        LastRecipientStatus = row.LastRecipientStatus,
        CreatedAt = row.CreatedAt,
    };
}

/// <summary>A contact's status, and where each recent campaign stands with it.</summary>
internal sealed record ContactStateBody
{
    /// <summary>Which contact.</summary>
    public required ContactId Id { get; init; }

    /// <summary>Whether and why it can be sent to.</summary>
    public required ContactStatus Status { get; init; }

    /// <summary>The status as people see it.</summary>
    public required string StatusName { get; init; }

    /// <summary>The status as exports hold it.</summary>
    public required string SystemValue { get; init; }

    /// <summary>When the status was last set.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>Until when an unavailable contact rests; the next campaign after that tries it again.</summary>
    public DateTimeOffset? RestsUntil { get; init; }

    /// <summary>What happened in the latest campaign.</summary>
    public Outcome? LastStatus { get; init; }

    /// <summary>The Last Status as people see it.</summary>
    public string? LastStatusName { get; init; }

    /// <summary>When the Last Status was assigned.</summary>
    public DateTimeOffset? LastStatusAt { get; init; }

    /// <summary>Why nothing is sent to it whatever its status: its address or domain is suppressed.</summary>
    public SuppressionBody? Suppression { get; init; }

    /// <summary>Where each recent campaign stands.</summary>
    public required IReadOnlyList<DeliveryBody> Deliveries { get; init; }

    /// <param name="id">Which contact.</param>
    /// <param name="state">What its grain says.</param>
    /// <param name="reached">How far it went with its latest campaign, which may be on a page of its history.</param>
    /// <param name="suppression">What suppresses its address; nothing when absent.</param>
    public static ContactStateBody From(
        ContactId id, ContactState state, RecipientStatus reached, Suppression? suppression) => new()
        {
            Id = id,
            Status = state.Status,
            StatusName = state.Status.DisplayName(),
            SystemValue = RecipientStatusRules.SystemValue(reached, state.Status),
            StatusSince = state.StatusSince,
            RestsUntil = state.RestsUntil,
            Suppression = suppression is null ? null : SuppressionBody.From(suppression),
            LastStatus = state.LastStatus,
            LastStatusName = state.LastStatus?.DisplayName(),
            LastStatusAt = state.LastStatusAt,
            Deliveries = [.. state.Deliveries.Select(DeliveryBody.From)],
        };
}

/// <summary>What a mail server said.</summary>
/// <param name="Code">The three-digit code.</param>
/// <param name="EnhancedCode">The enhanced status code (RFC 3463).</param>
/// <param name="Text">The text.</param>
internal sealed record ReplyBody(int Code, string? EnhancedCode, string Text)
{
    public static ReplyBody? From(SmtpReply? reply) =>
        reply is null ? null : new(reply.Code, reply.EnhancedCode, reply.Text);
}

/// <summary>Where one campaign stands with one contact.</summary>
internal sealed record DeliveryBody
{
    /// <summary>The campaign.</summary>
    public required CampaignId CampaignId { get; init; }

    /// <summary>Which pass of the campaign: 1, and one more for each "retry failed".</summary>
    public required int Pass { get; init; }

    /// <summary>The outcome; absent when the contact is excluded from the campaign.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The outcome as people see it.</summary>
    public string? OutcomeName { get; init; }

    /// <summary>Why, such as <c>mailbox-full</c>.</summary>
    public string? Cause { get; init; }

    /// <summary>Why the contact is excluded, which is no outcome.</summary>
    public string? Excluded { get; init; }

    /// <summary>Whether a crash or a lost connection hid the fate of an attempt.</summary>
    public required bool InDoubt { get; init; }

    /// <summary>How many attempts there were.</summary>
    public required int Attempts { get; init; }

    /// <summary>How far the contact went with the campaign.</summary>
    public required RecipientStatus RecipientStatus { get; init; }

    /// <summary>When the audience was taken.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>When the next attempt is due.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What the server last said.</summary>
    public ReplyBody? Reply { get; init; }

    public static DeliveryBody From(CampaignDelivery delivery) => new()
    {
        CampaignId = delivery.Campaign,
        Pass = delivery.Pass,
        Outcome = delivery.Excluded is null ? delivery.Outcome : null,
        OutcomeName = delivery.Excluded is null ? delivery.Outcome.DisplayName() : null,
        Cause = NameOf(delivery.Cause),
        Excluded = delivery.Excluded,
        InDoubt = delivery.InDoubt,
        Attempts = delivery.Attempts,
        RecipientStatus = delivery.RecipientStatus,
        QueuedAt = delivery.QueuedAt,
        NextAttemptAt = delivery.NextAttemptAt,
        UpdatedAt = delivery.UpdatedAt,
        Reply = ReplyBody.From(delivery.Reply),
    };

    /// <summary>The public name of a cause; nothing where there is nothing to explain.</summary>
    public static string? NameOf(Cause cause) => cause == Domain.Delivery.Cause.None ? null : cause.Name();
}
