using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail;

/// <summary>Everything configurable about mail: the section <c>Mail</c>.</summary>
/// <remarks>Validated at start-up; each error names its configuration key and never shows a secret.</remarks>
public sealed class MailOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Mail";

    /// <summary>The least length of <see cref="Key"/>, in characters.</summary>
    public const int KeyLengthMin = 16;

    /// <summary>
    /// The secret that Message-IDs are derived with: the same on every silo and for ever, because what comes back
    /// is recognised by it.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>The envelope's sender; bounces go there. The campaign's sender when absent.</summary>
    public string? ReturnPath { get; set; }

    /// <summary>
    /// Whether every e-mail has a return path of its own, with a token behind a plus sign in the local part
    /// (<c>bounces+token@domain</c>), so that a bounce is told apart whatever it says. Only with a
    /// <see cref="ReturnPath"/>.
    /// </summary>
    public bool Verp { get; set; } = true;

    /// <summary>
    /// The mailbox that takes requests to unsubscribe, again with a token behind a plus sign;
    /// <c>unsubscribe@</c> and the domain of the <see cref="ReturnPath"/> when absent.
    /// </summary>
    public string? UnsubscribeAddress { get; set; }

    /// <summary>The relays; by their weights they share the campaigns that name none.</summary>
    public IList<RelayOptions> Relays { get; set; } = [];

    /// <summary>The DKIM keys; a message is signed by the key of its sender's domain, if there is one.</summary>
    public IList<DkimOptions> Dkim { get; set; } = [];
}
