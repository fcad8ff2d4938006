namespace OrleansCampaigns.Domain.Delivery;

/// <summary>What an enhanced status code (RFC 3463, IANA registry) says when the words say nothing.</summary>
internal static class EnhancedCodeTable
{
    /// <summary>Whether <paramref name="status"/> blames the sender: nothing follows for the recipient.</summary>
    public static bool IsAboutSender(string? status) => SubjectAndDetail(status) is "1.7" or "1.8";

    /// <summary>Whether <paramref name="status"/> finds fault with the form of the recipient's address.</summary>
    public static bool IsAboutForm(string? status) => SubjectAndDetail(status) is "1.3";

    /// <summary>The outcome and cause of <paramref name="status"/>, whatever its class, or none.</summary>
    public static (Outcome Outcome, Cause Cause)? Find(string? status) => SubjectAndDetail(status) switch
    {
        null or "0.0" or "5.0" => null,

        // 1.6 is "moved, no forwarding address", 1.10 a null MX (RFC 7505) or Exchange's unknown recipient.
        "1.1" or "1.6" or "1.10" or "1.351" => (Outcome.Bounced, Cause.NoSuchMailbox),
        "1.2" => (Outcome.Bounced, Cause.NoSuchDomain),
        "1.3" => (Outcome.Bounced, Cause.MalformedAddress),
        "1.7" or "1.8" => (Outcome.Rejected, Cause.SenderRefused),
        "1.9" => (Outcome.Rejected, Cause.Other),

        "2.1" => (Outcome.SoftBounced, Cause.MailboxInactive),
        "2.2" => (Outcome.SoftBounced, Cause.MailboxFull),
        "2.3" => (Outcome.SoftBounced, Cause.TooBig),
        "2.4" => (Outcome.Rejected, Cause.Other),

        "3.0" or "3.2" or "3.5" => (Outcome.Deferred, Cause.ServerFault),
        "3.1" => (Outcome.SoftBounced, Cause.ServerFull),
        "3.3" => (Outcome.Rejected, Cause.Content),
        "3.4" => (Outcome.SoftBounced, Cause.TooBig),

        "4.0" or "4.1" or "4.2" or "4.3" => (Outcome.Deferred, Cause.Unreachable),
        "4.310" => (Outcome.Bounced, Cause.NoSuchDomain),

        // A relay that cannot route may be wrong about its own DNS: the contact is not condemned.
        "4.4" => (Outcome.Bounced, Cause.Other),
        "4.5" => (Outcome.Deferred, Cause.Throttled),
        "4.6" or "4.14" => (Outcome.Rejected, Cause.Other),
        "4.7" or "4.300" => (Outcome.Deferred, Cause.Expired),

        "5.3" => (Outcome.Deferred, Cause.Throttled),

        // RFC 7372 and RFC 7489 ff.: DKIM, SPF, reverse DNS, several of them.
        "7.8" or "7.9" or "7.10" or "7.11" or "7.12" => (Outcome.Rejected, Cause.Authentication),
        "7.20" or "7.21" or "7.22" or "7.23" or "7.24" or "7.25" or "7.26" or "7.27" or "7.29" or "7.30" =>
            (Outcome.Rejected, Cause.Authentication),
        "7.13" => (Outcome.SoftBounced, Cause.MailboxInactive),
        "7.28" => (Outcome.Bounced, Cause.Blocked),

        var detail when detail.StartsWith("5.", StringComparison.Ordinal) => (Outcome.Rejected, Cause.Content),
        var detail when detail.StartsWith("6.", StringComparison.Ordinal) => (Outcome.Rejected, Cause.Content),
        var detail when detail.StartsWith("7.", StringComparison.Ordinal) => (Outcome.Rejected, Cause.Policy),
        _ => null,
    };

    private static string? SubjectAndDetail(string? status) => status?[(status.IndexOf('.') + 1)..];
}
