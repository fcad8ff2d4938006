namespace OrleansCampaigns.Domain.Delivery;

/// <summary>The one place that turns a reply into an outcome and its cause.</summary>
/// <remarks>
/// The words decide, rule by rule in a fixed order; then the enhanced status code; then the first digit. Words come
/// first because servers are careless with codes: 5.7.1 means thirteen different things, and a full mailbox is usually
/// called permanent. The first digit has the last word on time alone: a 4xx is never a final refusal.
/// </remarks>
public static class ReplyClassifier
{
    /// <summary>The outcome and cause of <paramref name="reply"/>.</summary>
    public static Classification Classify(SmtpReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);

        var severity = reply.Code > 0 ? reply.Code / 100 : (reply.EnhancedCode is { } status ? status[0] - '0' : 0);
        if (severity == 2)
        {
            return new Classification(Outcome.Sent, Cause.None);
        }

        var (outcome, cause) = ByReason(reply) ?? ByCode(reply.Code, severity);

        if (severity is 3 or 4 && outcome is not Outcome.SoftBounced)
        {
            outcome = Outcome.Deferred;
        }

        var retryAfter = outcome is Outcome.Deferred or Outcome.SoftBounced ? RetryHint.Find(reply.Text) : null;
        return new Classification(outcome, cause, retryAfter);
    }

    /// <summary>
    /// Whether <paramref name="reply"/> gives a reason: by its words, its status, or one of the few codes that do.
    /// </summary>
    /// <remarks>A bounce message quotes several replies: the one with a reason is the one that counts.</remarks>
    public static bool IsExplained(SmtpReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return ByReason(reply) is not null || reply.Code is 542 or 552 or 556;
    }

    private static (Outcome Outcome, Cause Cause)? ByReason(SmtpReply reply)
    {
        var text = ReplyText.Of(reply.Text);
        return ByWords(text, reply) ?? EnhancedCodeTable.Find(reply.EnhancedCode) ?? ByLastWords(text, reply);
    }

    private static (Outcome, Cause)? ByWords(ReplyText text, SmtpReply reply)
    {
        if (FindRule(text, reply) is not { } rule)
        {
            return null;
        }

        var saysMissing = rule.Cause is Cause.NoSuchMailbox or Cause.NoSuchDomain;
        if ((saysMissing && EnhancedCodeTable.IsAboutSender(reply.EnhancedCode))
            || (rule.Cause == Cause.Content && EnhancedCodeTable.IsAboutForm(reply.EnhancedCode)))
        {
            return null;
        }

        // Docomo gives the same reply when its subscriber's filter refuses the sender.
        return saysMissing && text.Names.Contains("docomo", StringComparison.OrdinalIgnoreCase)
            ? (Outcome.Bounced, Cause.Other)
            : (rule.Outcome, rule.Cause);
    }

    private static (Outcome, Cause)? ByLastWords(ReplyText text, SmtpReply reply)
    {
        foreach (var rule in LastRules)
        {
            if (rule.Matches(text.Words, reply.Code, reply.EnhancedCode))
            {
                return (rule.Outcome, rule.Cause);
            }
        }

        return null;
    }

    /// <summary>The rule that decides, or <see langword="null"/> when the words say nothing we know.</summary>
    internal static ReplyRule? FindRule(ReplyText text, SmtpReply reply)
    {
        foreach (var rule in Rules)
        {
            if (rule.Matches(text.Words, reply.Code, reply.EnhancedCode))
            {
                return rule;
            }
        }

        return text.Names.Length > 0 && BlockListNames.Matches(text.Names) ? BlockListNames : null;
    }

    private static (Outcome, Cause) ByCode(int code, int severity) => (code, severity) switch
    {
        (_, 3 or 4 or 0) => (Outcome.Deferred, Cause.Other),
        (552, _) => (Outcome.SoftBounced, Cause.MailboxFull),
        (556, _) => (Outcome.Bounced, Cause.NoSuchDomain),
        (542, _) => (Outcome.Bounced, Cause.NoSuchMailbox), // MessageLabs: "542 <address> Rejected".
        (551, _) => (Outcome.Rejected, Cause.Relaying),
        (500 or 501 or 502 or 503 or 504 or 555, _) => (Outcome.Rejected, Cause.Content),
        (530 or 535 or 538, _) => (Outcome.Rejected, Cause.Authentication),
        (571, _) => (Outcome.Rejected, Cause.Policy),
        (550, _) => (Outcome.Bounced, Cause.Other),
        _ => (Outcome.Rejected, Cause.Other),
    };

    // A reply may hold nothing but a link to the block list that refuses us.
    private static readonly ReplyRule BlockListNames =
        new("a link to a block list", Outcome.Bounced, Cause.Blocked,
            "*spamhaus.*", "*spamcop.*", "*dnsbl*", "*/rbl*", "*sorbs.net*", "*barracudacentral*", "*uceprotect*",
            "*mail-abuse.*", "*blocklist*", "*blacklist*", "*lookup.cgi?ip*");

    private static readonly ReplyRule[] Rules =
    [
        .. LimitRules.Plain,
        MissingRules.NotListed,
        .. BlockRules.Account,
        BlockRules.ListedLink,
        BlockRules.Listed,
        .. BlockRules.Unauthenticated,
        .. BlockRules.Blocked,
        BlockRules.Sender,
        .. MailboxRules.SentBack,
        MessageRules.Form,
        MissingRules.RefusedAtTheEdge,
        MissingRules.NoSuchDomain,
        MissingRules.SomeHostMissing,
        .. MissingRules.NoSuchMailbox,
        MessageRules.Relaying,
        MessageRules.Spam,
        .. MessageRules.Content,
        MessageRules.Loop,
        MessageRules.BareSpam,
        MessageRules.Policy,
        .. LimitRules.Faint,
    ];

    // For replies whose status says nothing either.
    private static readonly ReplyRule[] LastRules = [MessageRules.MailboxUnavailable, MessageRules.BareBlocked];
}
