namespace OrleansCampaigns.Domain.Delivery;

/// <summary>When an outcome costs a licence.</summary>
public enum LicenceRule
{
    /// <summary>Never.</summary>
    None,

    /// <summary>Not yet: the outcome that follows decides.</summary>
    NotYet,

    /// <summary>Once per recipient and campaign.</summary>
    DeductedOnce,
}

/// <summary>The table of outcomes: which are retried, what they cost, what people see.</summary>
public static class OutcomeTable
{
    /// <summary>One row of the table.</summary>
    /// <param name="Outcome">The outcome.</param>
    /// <param name="IsTemporary">Temporary outcomes are retried automatically; permanent ones never are.</param>
    /// <param name="Licence">What it costs.</param>
    /// <param name="Name">Its name as people read it, without the prefix.</param>
    public sealed record Row(Outcome Outcome, bool IsTemporary, LicenceRule Licence, string Name)
    {
        /// <summary>What the Last Status of a contact shows.</summary>
        public string DisplayName => $"Email Sender: {Name}";
    }

    /// <summary>Every outcome, in the order of the source document.</summary>
    public static IReadOnlyList<Row> Rows { get; } =
    [
        new(Outcome.Invalid, IsTemporary: false, LicenceRule.None, "Invalid"),
        new(Outcome.Queued, IsTemporary: true, LicenceRule.NotYet, "Queued"),
        new(Outcome.Sent, IsTemporary: false, LicenceRule.DeductedOnce, "Sent"),
        new(Outcome.Duplicated, IsTemporary: false, LicenceRule.None, "Duplicated"),
        new(Outcome.Rejected, IsTemporary: false, LicenceRule.DeductedOnce, "Rejected"),
        new(Outcome.Spam, IsTemporary: false, LicenceRule.DeductedOnce, "Spam"),
        new(Outcome.Unsubscribed, IsTemporary: false, LicenceRule.None, "Unsubscribed"),
        new(Outcome.Bounced, IsTemporary: false, LicenceRule.DeductedOnce, "Bounced"),
        new(Outcome.SoftBounced, IsTemporary: true, LicenceRule.DeductedOnce, "Soft Bounced"),
        new(Outcome.Deferred, IsTemporary: true, LicenceRule.DeductedOnce, "Deferred"),
    ];

    /// <summary>The row of <paramref name="outcome"/>.</summary>
    public static Row Of(Outcome outcome) => Rows[(int)outcome - 1];

    /// <summary>Whether <paramref name="outcome"/> is retried automatically.</summary>
    public static bool IsTemporary(this Outcome outcome) => Of(outcome).IsTemporary;

    /// <summary>Whether <paramref name="outcome"/> makes a finished campaign one with failures.</summary>
    public static bool IsFailure(this Outcome outcome) =>
        outcome is Outcome.Rejected or Outcome.Spam or Outcome.Bounced;

    /// <summary>Whether an operator's "retry failed" may try a recipient again that ended this way.</summary>
    /// <remarks>
    /// Whatever was our fault may have been mended, and so may whatever the server did. Not where the mailbox or domain
    /// is known not to exist, nor where the same message would be taken for spam once more.
    /// </remarks>
    public static bool MayBeRetriedByHand(Outcome outcome, Cause cause) => outcome.IsFailure() && cause is not
        (Cause.NoSuchMailbox or Cause.NoSuchDomain or Cause.Spam);
}
