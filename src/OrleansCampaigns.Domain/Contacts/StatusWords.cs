using System.Collections.Frozen;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>What a word in the column <c>status</c> of a file says of a contact.</summary>
/// <param name="Status">What the contact becomes. New changes nothing: the contact may be written to.</param>
/// <param name="IsUnconfirmed">Whether the contact has never agreed, or has not confirmed that it did: it must not be
/// taken in.</param>
public readonly record struct StatusWord(ContactStatus Status, bool IsUnconfirmed = false)
{
    /// <summary>The contact may be written to.</summary>
    public static StatusWord Subscribed => new(ContactStatus.New);

    /// <summary>Whichever of two words about one contact forbids more.</summary>
    public static StatusWord Stricter(StatusWord one, StatusWord other) => Rank(one) >= Rank(other) ? one : other;

    private static int Rank(StatusWord word) => word switch
    {
        { Status: ContactStatus.Complained } => 8,
        { Status: ContactStatus.Unsubscribed } => 7,
        { Status: ContactStatus.UnsubscribedByUs } => 6,
        { Status: ContactStatus.DoesNotExist } => 5,
        { IsUnconfirmed: true } => 4,
        { Status: ContactStatus.Unavailable } => 3,
        { Status: ContactStatus.MailboxFull } => 2,
        { Status: ContactStatus.Active } => 1,
        _ => 0,
    };
}

/// <summary>The words by which this software and well-known others say in a file how a contact stands.</summary>
/// <remarks>
/// Compared without regard to case, blanks and punctuation. A word that is not here is not guessed at: it may mean that
/// the contact has left.
/// </remarks>
public static class StatusWords
{
    private static readonly StatusWord Unconfirmed = new(ContactStatus.New, IsUnconfirmed: true);

    // Mailchimp, Brevo, SendGrid, Mailgun, Sendy, listmonk, HubSpot, Klaviyo, MailerLite, ActiveCampaign, Mautic,
    // Constant Contact, CleverReach, Campaign Monitor, and services that check addresses.
    private static readonly (StatusWord Word, string[] Spellings)[] Others =
    [
        (StatusWord.Subscribed,
            [
                "subscribed", "subscriber", "enabled", "confirmed", "opted in", "optin", "opt in", "explicit",
                "express", "implied", "implicit", "valid", "verified", "deliverable", "ok", "good", "regular",
                "single opt in", "double opt in", "resubscribed", "email sender: invalid", "marketable", "mailable",
                "engaged", "registered", "receiving", "yes", "true", "angemeldet", "abonniert", "bestätigt", "aktiv",
                "abonné", "inscrit", "actif", "suscrito", "activo", "iscritto", "attivo", "confermato", "подписан",
                "активен", "активный", "actief", "ativo", "inscrito",
            ]),
        (Unconfirmed,
            [
                "pending", "unconfirmed", "not confirmed", "awaiting confirmation", "waiting", "non-subscribed",
                "not subscribed", "never subscribed", "transactional", "non-marketing", "no consent", "not set",
                "unverified", "not opted in", "no opt in", "awaiting", "inactive (pending)", "non-consent",
                "not verified", "unbestätigt", "nicht bestätigt", "en attente", "pendiente", "in attesa",
                "ожидает подтверждения", "не подтверждён", "не подтвержден",
            ]),
        (new(ContactStatus.Unsubscribed),
            [
                "unsubscribed", "unsubscribe", "unsub", "opted out", "optout", "opt out", "left", "removed",
                "signed off", "revoked", "withdrawn", "global unsubscribe", "globally unsubscribed",
                "group unsubscribe", "unsubscribed from all", "no", "false", "abgemeldet", "ausgetragen",
                "désabonné", "désinscrit", "dado de baja", "baja", "cancelado", "disiscritto", "cancellato",
                "отписан", "отписался", "uitgeschreven", "descadastrado",
            ]),
        (new(ContactStatus.UnsubscribedByUs),
            [
                "suppressed", "suppression", "blocked", "blocklisted", "blacklisted", "blocklist", "blacklist",
                "denylisted", "do not mail", "do not email", "do not contact", "dnm", "dnc", "dne", "disabled",
                "unsubscribed by admin", "unsubscribed by administrator", "admin unsubscribed", "banned", "excluded",
                "deactivated", "disposable", "spamtrap", "spam trap",
                "manually unsubscribed", "archived", "deleted", "inactive", "paused", "quarantined",
                "gesperrt", "inaktiv", "bloqué", "bloqueado", "bloccato", "заблокирован", "неактивен",
            ]),
        (new(ContactStatus.DoesNotExist),
            [
                "cleaned", "bounced", "bounce", "hard bounce", "hard bounced", "hardbounce", "invalid",
                "invalid email", "invalid address", "undeliverable", "undelivered", "dead", "does not exist",
                "nonexistent", "no such user", "unknown user", "permanent", "permanent failure", "failed", "bad",
                "not deliverable", "mailbox not found", "user unknown", "unzustellbar", "invalide", "rebotado",
                "inválido", "non valido", "недействителен", "недоставляем",
            ]),
        (new(ContactStatus.MailboxFull),
            [
                "soft bounce", "soft bounced", "softbounce", "mailbox full", "full", "over quota", "soft",
            ]),
        (new(ContactStatus.Unavailable), ["error", "unavailable", "unreachable", "rejected"]),
        (new(ContactStatus.Complained),
            [
                "complained", "complaint", "complaints", "spam", "spam report", "spam complaint", "spamreport",
                "marked as spam", "reported as spam", "reported spam", "abuse", "abuse complaint", "reported",
                "junk", "beschwerde", "plainte", "queja", "жалоба",
            ]),
    ];

    private static readonly FrozenDictionary<string, StatusWord> Words = Collect();

    /// <summary>What the word says, or <see langword="null"/> when it is none that is known.</summary>
    /// <remarks>A contact that this software calls Active has received a campaign of ours. Other tools call every
    /// contact active that may be written to, which is for the caller to tell apart.</remarks>
    public static StatusWord? Find(string text) =>
        Words.TryGetValue(Key(text), out var word) ? word : null;

    /// <summary>A word or a header without what its writers vary: case, blanks and punctuation.</summary>
    public static string Key(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = AddressIdentity.Of(text);
        return string.Concat(folded.Where(char.IsLetterOrDigit));
    }

    private static FrozenDictionary<string, StatusWord> Collect()
    {
        var words = new Dictionary<string, StatusWord>(StringComparer.Ordinal);

        // Our own names come first: what an export of ours holds means what it meant there.
        foreach (var row in ContactStatusTable.Rows)
        {
            foreach (var name in new[] { row.Status.ToString(), row.DisplayName, row.SystemValue })
            {
                words.TryAdd(Key(name), new(row.Status));
            }
        }

        foreach (var status in Enum.GetValues<RecipientStatus>().Where(status => status != RecipientStatus.None))
        {
            words.TryAdd(Key(status.ToString()), new(ContactStatus.Active));
        }

        foreach (var (word, spellings) in Others)
        {
            foreach (var spelling in spellings)
            {
                words.TryAdd(Key(spelling), word);
            }
        }

        foreach (var row in OutcomeTable.Rows)
        {
            words.TryAdd(Key(row.DisplayName), new(StatusOf(row.Outcome)));
            words.TryAdd(Key(row.Name), new(StatusOf(row.Outcome)));
            words.TryAdd(Key(row.Outcome.ToString()), new(StatusOf(row.Outcome)));
        }

        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Without its cause, a failure is taken at its worst where the recipient may be at fault. Spam as an outcome says
    // that a server took our message for it, which is no contact's status.
    private static ContactStatus StatusOf(Outcome outcome) => outcome switch
    {
        Outcome.Sent => ContactStatus.Active,
        Outcome.Unsubscribed => ContactStatus.Unsubscribed,
        Outcome.Bounced => ContactStatus.DoesNotExist,
        Outcome.SoftBounced => ContactStatus.MailboxFull,
        Outcome.Rejected => ContactStatus.Unavailable,
        _ => ContactStatus.New,
    };
}
