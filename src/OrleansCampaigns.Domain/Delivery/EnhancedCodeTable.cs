namespace OrleansCampaigns.Domain.Delivery;

/// <summary>One row of the tables of statuses and codes.</summary>
/// <param name="Why">What it says.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Cause">The cause.</param>
internal sealed record StatusRow(string Why, Outcome Outcome, Cause Cause);

/// <summary>What an enhanced status code (RFC 3463, IANA registry) says when the words say nothing.</summary>
internal static class EnhancedCodeTable
{
    private static readonly (StatusRow Row, string[] Details)[] Rows =
    [
        // 1.6 is "moved, no forwarding address", 1.10 a null MX (RFC 7505) or Exchange's unknown recipient.
        (new("no such mailbox", Outcome.Bounced, Cause.NoSuchMailbox), ["1.1", "1.6", "1.10", "1.351"]),
        (new("no such domain", Outcome.Bounced, Cause.NoSuchDomain), ["1.2", "4.310"]),
        (new("bad syntax of the address", Outcome.Bounced, Cause.MalformedAddress), ["1.3"]),
        (new("the sender's address is bad", Outcome.Rejected, Cause.SenderRefused), ["1.7", "1.8"]),
        (new("relayed where reports are not understood", Outcome.Rejected, Cause.Other), ["1.9"]),

        (new("the mailbox is disabled", Outcome.SoftBounced, Cause.MailboxInactive), ["2.1", "7.13"]),
        (new("the mailbox is full", Outcome.SoftBounced, Cause.MailboxFull), ["2.2"]),
        (new("the message is too big", Outcome.SoftBounced, Cause.TooBig), ["2.3", "3.4"]),
        (new("trouble with a mailing list or a loop", Outcome.Rejected, Cause.Other), ["2.4", "4.6", "4.14"]),

        (new("the system has a fault", Outcome.Deferred, Cause.ServerFault), ["3.0", "3.2", "3.5"]),
        (new("the system is full", Outcome.SoftBounced, Cause.ServerFull), ["3.1"]),
        (new("the system lacks a feature", Outcome.Rejected, Cause.Content), ["3.3"]),

        (new("the server cannot be reached", Outcome.Deferred, Cause.Unreachable), ["4.0", "4.1", "4.2", "4.3"]),

        // A relay that cannot route may be wrong about its own DNS: the contact is not condemned.
        (new("no route", Outcome.Bounced, Cause.Other), ["4.4"]),
        (new("congestion or too many recipients", Outcome.Deferred, Cause.Throttled), ["4.5", "5.3"]),
        (new("the delivery time ran out", Outcome.Deferred, Cause.Expired), ["4.7", "4.300"]),

        // RFC 7372 and RFC 7489 ff.: DKIM, SPF, reverse DNS, several of them.
        (new("authentication is missing or failed", Outcome.Rejected, Cause.Authentication),
            [
                "7.8", "7.9", "7.10", "7.11", "7.12", "7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27",
                "7.29", "7.30",
            ]),
        (new("an unusual rate of unsolicited mail from us", Outcome.Bounced, Cause.Blocked), ["7.28"]),
    ];

    // Whatever their detail is.
    private static readonly (StatusRow Row, string Subject)[] Subjects =
    [
        (new("the dialogue is faulty", Outcome.Rejected, Cause.Content), "5."),
        (new("the content cannot be carried", Outcome.Rejected, Cause.Content), "6."),
        (new("a policy or a security matter", Outcome.Rejected, Cause.Policy), "7."),
    ];

    private static readonly Dictionary<string, StatusRow> ByDetail = Rows
        .SelectMany(row => row.Details.Select(detail => (detail, row.Row)))
        .ToDictionary(pair => pair.detail, pair => pair.Row);

    /// <summary>Whether <paramref name="status"/> blames the sender: nothing follows for the recipient.</summary>
    public static bool IsAboutSender(string? status) => SubjectAndDetail(status) is "1.7" or "1.8";

    /// <summary>Whether <paramref name="status"/> finds fault with the form of the recipient's address.</summary>
    public static bool IsAboutForm(string? status) => SubjectAndDetail(status) is "1.3";

    /// <summary>Whether <paramref name="status"/> means a disabled mailbox, and often anything.</summary>
    public static bool IsAboutMailbox(string? status) => SubjectAndDetail(status) is "2.1";

    /// <summary>Whether the network or the route is what <paramref name="status"/> finds fault with.</summary>
    public static bool IsAboutRoute(string? status) =>
        SubjectAndDetail(status)?.StartsWith("4.", StringComparison.Ordinal) is true;

    /// <summary>What <paramref name="status"/> comes to, whatever its class, or nothing.</summary>
    public static StatusRow? Find(string? status)
    {
        if (SubjectAndDetail(status) is not { } detail || detail is "0.0" or "5.0")
        {
            return null;
        }

        return ByDetail.GetValueOrDefault(detail)
            ?? Array.Find(Subjects, row => detail.StartsWith(row.Subject, StringComparison.Ordinal)).Row;
    }

    private static string? SubjectAndDetail(string? status) => status?[(status.IndexOf('.') + 1)..];
}
