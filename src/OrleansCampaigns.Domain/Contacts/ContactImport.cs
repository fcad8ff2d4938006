using Orleans;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>How a contact stands by the word of a file.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.ImportedStanding")]
public sealed record ImportedStanding
{
    /// <summary>What the contact becomes; New changes nothing.</summary>
    [Id(0)] public ContactStatus Status { get; init; }

    /// <summary>The Last Status that an export of ours tells; <see langword="null"/> when none is told.</summary>
    [Id(1)] public Outcome? LastStatus { get; init; }

    /// <summary>When that was assigned.</summary>
    [Id(2)] public DateTimeOffset? LastStatusAt { get; init; }

    /// <summary>Which import says so, and in which word; kept in the contact's history.</summary>
    [Id(3)] public string Reason { get; init; } = "";

    /// <summary>Whether it says anything that could change a contact.</summary>
    public bool SaysAnything => Status != ContactStatus.New || LastStatus is not null;
}

public sealed partial record Contact
{
    /// <summary>The source of changes that a file tells of.</summary>
    public const string ImportSource = "import";

    /// <summary>Learns how the contact stands by the word of a file.</summary>
    /// <remarks>
    /// A file never makes a contact available that is not: it may be older than what is known here. The same word
    /// twice changes nothing.
    /// </remarks>
    public Contact TakeStanding(ImportedStanding standing, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(standing);
        var contact = LastOutcome is null && standing.LastStatus is { } last and not Outcome.Queued
            ? this with { LastOutcome = last, LastOutcomeAt = standing.LastStatusAt ?? now }
            : this;
        if (standing.Status == ContactStatus.Active && !contact.HasReceived)
        {
            contact = contact with { HasReceived = true };
        }

        var next = contact.StatusBy(standing.Status);
        return next == Status
            ? contact
            : (contact with { Status = next, StatusSince = now }).Add(new HistoryEntry
            {
                At = now,
                Kind = HistoryKind.StatusChange,
                Source = ImportSource,
                Status = next,
                Reason = standing.Reason,
            });
    }

    private ContactStatus StatusBy(ContactStatus said)
    {
        var trigger = said switch
        {
            ContactStatus.DoesNotExist => ContactTrigger.NoSuchRecipient,
            ContactStatus.MailboxFull => ContactTrigger.MailboxFull,
            ContactStatus.Unavailable => ContactTrigger.Refused,
            ContactStatus.Unsubscribed => ContactTrigger.Unsubscribed,
            ContactStatus.UnsubscribedByUs => ContactTrigger.UnsubscribedByUs,
            ContactStatus.Complained => ContactTrigger.Complained,
            _ => ContactTrigger.None,
        };

        // A contact that rests keeps the reason for which it does.
        var rests = ContactStatusTable.Of(Status).Rests && ContactStatusTable.Of(said).Rests;
        return said == ContactStatus.Active && Status == ContactStatus.New ? ContactStatus.Active
            : rests ? Status
            : ContactStatusTable.Next(Status, trigger, HasReceived);
    }
}
