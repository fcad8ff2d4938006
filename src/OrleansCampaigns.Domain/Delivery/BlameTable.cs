namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Whose fault a cause is.</summary>
/// <remarks>Names are public: statistics, filters and exports hold them. Never renumber, only append.</remarks>
public enum Blame
{
    /// <summary>Nothing went wrong, or a person or our own list decided it.</summary>
    None = 0,

    /// <summary>The recipient's mailbox: full, inactive, missing, moved, or its address is none.</summary>
    Mailbox = 1,

    /// <summary>The recipient's server: greylisting, limits, faults, not reachable, its policy.</summary>
    Server = 2,

    /// <summary>
    /// Ours: authentication, our address, host or domain, the form, size or content of the message, our account.
    /// </summary>
    Ours = 3,
}

/// <summary>The table of causes: whose fault each of them is.</summary>
/// <remarks>
/// Only the mailbox's and its server's fault moves a contact's status; what is ours says nothing about the contact.
/// </remarks>
public static class BlameTable
{
    private static readonly (Blame Blame, Cause[] Causes)[] Rows =
    [
        (Blame.None,
            [
                Cause.None, Cause.DuplicateAddress, Cause.Unsubscribed, Cause.UnsubscribedByUs, Cause.Complained,
                Cause.LeftList,
            ]),
        (Blame.Mailbox,
            [
                Cause.MalformedAddress, Cause.MailboxFull, Cause.MailboxInactive, Cause.NoSuchMailbox,
                Cause.NoSuchDomain,
            ]),
        (Blame.Server,
            [
                Cause.ServerFull, Cause.Expired, Cause.Greylisted, Cause.Throttled, Cause.ServerFault,
                Cause.Unreachable, Cause.TimedOut, Cause.Policy, Cause.Other,
            ]),
        (Blame.Ours,
            [
                Cause.TooBig, Cause.Blocked, Cause.Authentication, Cause.Relaying, Cause.Content, Cause.Spam,
                Cause.SenderRefused, Cause.AccountSuspended, Cause.OwnQuota, Cause.TooLarge, Cause.MissingField,
                Cause.Unrenderable, Cause.NeedsSmtputf8,
            ]),
    ];

    private static readonly Dictionary<Cause, Blame> ByCause = Rows
        .SelectMany(row => row.Causes.Select(cause => (cause, row.Blame)))
        .ToDictionary(pair => pair.cause, pair => pair.Blame);

    /// <summary>Whose fault <paramref name="cause"/> is.</summary>
    public static Blame Fault(this Cause cause) => ByCause[cause];

    /// <summary>Whether <paramref name="cause"/> is our own fault.</summary>
    public static bool IsOurs(this Cause cause) => ByCause[cause] == Blame.Ours;

    /// <summary>The causes that are the fault of <paramref name="blame"/>.</summary>
    public static IReadOnlyList<Cause> CausesOf(Blame blame) =>
        [.. Rows.Where(row => row.Blame == blame).SelectMany(row => row.Causes)];

    /// <summary>The public name: <c>mailbox</c>, <c>server</c>, <c>ours</c>, or <c>none</c>.</summary>
    public static string Name(this Blame blame) => blame.ToString().ToLowerInvariant();

    /// <summary>The blame of that public name, or <see langword="null"/>.</summary>
    public static Blame? Parse(string name) =>
        Enum.GetValues<Blame>().Cast<Blame?>().FirstOrDefault(known => known!.Value.Name() == name);
}
