namespace OrleansCampaigns.Domain.Delivery;

/// <summary>The one place that turns a reply into an outcome and its cause.</summary>
/// <remarks>
/// The words decide; then the enhanced status code; then the first digit. Words come first because servers are careless
/// with codes: 5.7.1 means thirteen different things, and a full mailbox is usually called permanent. Of the words, the
/// first sentence that names a fact decides, then what is said vaguely, and advice only where nothing else is said. A
/// reply that a server quotes from another one decides before what the server says itself. The first digit has the last
/// word on time alone: a 4xx is never a final refusal.
/// </remarks>
public static class ReplyClassifier
{
    /// <summary>The outcome and cause of <paramref name="reply"/>.</summary>
    public static Classification Classify(SmtpReply reply) => Explain(reply).Classification;

    /// <summary>
    /// Whether <paramref name="reply"/> gives a reason: by its words, its status, or one of the few codes that do.
    /// </summary>
    /// <remarks>A bounce message quotes several replies: the one with a reason is the one that counts.</remarks>
    public static bool IsExplained(SmtpReply reply) => Explain(reply).IsReason;

    /// <summary>The outcome and cause of <paramref name="reply"/>, and the rule that made them.</summary>
    public static ReplyExplanation Explain(SmtpReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);

        if (SeverityOf(reply) == 2)
        {
            return new(new Classification(Outcome.Sent, Cause.None), ReplyGround.Code, "accepted");
        }

        var parts = ReplyParts.Of(reply);
        if (parts.Count == 1)
        {
            return Judge(reply);
        }

        var judged = Deciding(reply, parts) is { } part ? Quoted(reply, Judge(part)) : Judge(reply);
        return judged with
        {
            Classification = judged.Classification with { RetryAfter = RetryAfter(reply, judged.Classification) },
        };
    }

    /// <summary>The reply that decides among several in one text; none where the whole says more.</summary>
    private static SmtpReply? Deciding(SmtpReply reply, IReadOnlyList<ReplyPart> parts)
    {
        // "Sender address rejected: undeliverable address: mx said: 550 user unknown" is about the sender.
        if (IsAboutSender(parts[0].Reply))
        {
            return parts[0].Reply;
        }

        var given = parts.Skip(parts[0].Reply.Text.Length > 0 ? 0 : 1)
            .Where(part => SeverityOf(part.Reply) is not (2 or 3) && !IsConsequence(part.Reply))
            .Select(part => (part, Judged: Judge(part.Reply)))
            .Where(pair => pair.Judged.IsReason)
            .ToList();
        if (given.Count == 0)
        {
            // What stands before a quotation and what is quoted make no phrase together.
            return parts[^1] is { IsQuoted: true } last && SeverityOf(last.Reply) is not (2 or 3) ? last.Reply : null;
        }

        var quoted = given.FindLast(pair => pair.part.IsQuoted);
        if (quoted.Judged is not null)
        {
            return quoted.part.Reply;
        }

        // Of several beside each other, the one about the recipient.
        var own = given.Find(pair => pair.Judged.Classification.Cause.Fault() == Blame.Mailbox);
        return (own.Judged is null ? given[0] : own).part.Reply;
    }

    private static bool IsAboutSender(SmtpReply reply) =>
        EnhancedCodeTable.IsAboutSender(reply.EnhancedCode) || FindRule(ReplyText.Of(reply.Text), reply) is
        { Rule.Cause: Cause.SenderRefused };

    /// <summary>What servers say to the commands that follow a refused recipient.</summary>
    private static bool IsConsequence(SmtpReply reply) =>
        reply.Code == 503 || ConsequenceRule.Matches(ReplyText.Of(reply.Text).Words);

    private static ReplyExplanation Quoted(SmtpReply whole, ReplyExplanation inner)
    {
        // The server that we speak with may try again although the one behind it has refused.
        var waits = SeverityOf(whole) == 4
            && inner.Classification.Outcome is not (Outcome.SoftBounced or Outcome.Deferred);
        return inner with
        {
            Classification = waits
                ? inner.Classification with { Outcome = Outcome.Deferred }
                : inner.Classification,
            Why = $"{inner.Why}; so says the reply that is quoted",
        };
    }

    private static TimeSpan? RetryAfter(SmtpReply reply, Classification classification) =>
        classification.Outcome is Outcome.Deferred or Outcome.SoftBounced ? RetryHint.Find(reply.Text) : null;

    private static int SeverityOf(SmtpReply reply) =>
        reply.Code > 0 ? reply.Code / 100 : (reply.EnhancedCode is { } status ? status[0] - '0' : 0);

    private static ReplyExplanation Judge(SmtpReply reply)
    {
        var severity = SeverityOf(reply);
        var text = ReplyText.Of(reply.Text);
        var found = ByWords(text, reply)
            ?? ByStatus(text, reply)
            ?? ByLastWords(text, reply)
            ?? ByCode(reply, severity);
        var (outcome, cause) = (found.Classification.Outcome, found.Classification.Cause);
        if (severity is 3 or 4 && outcome is not (Outcome.SoftBounced or Outcome.Deferred))
        {
            outcome = Outcome.Deferred;
            found = found with { Why = $"{found.Why}; a {severity}xx is no refusal for good" };
        }
        else if (reply.Code == 521 && outcome is Outcome.Deferred && cause is not (Cause.Greylisted or Cause.Throttled))
        {
            (outcome, cause) = (Outcome.Bounced, Cause.Blocked);
            found = found with { Why = $"{found.Why}; a 521 is permanent (RFC 7504)" };
        }

        var classification = new Classification(outcome, cause);
        return found with
        {
            Classification = classification with { RetryAfter = RetryAfter(reply, classification) },
        };
    }

    private static ReplyExplanation? ByWords(ReplyText text, SmtpReply reply)
    {
        if (FindRule(text, reply) is not { } found)
        {
            return null;
        }

        var rule = found.Rule;
        var saysMissing = rule.Cause is Cause.NoSuchMailbox or Cause.NoSuchDomain;
        if ((saysMissing && EnhancedCodeTable.IsAboutSender(reply.EnhancedCode))
            || (rule.Cause == Cause.Content && EnhancedCodeTable.IsAboutForm(reply.EnhancedCode)))
        {
            return null;
        }

        // Docomo gives the same reply when its subscriber's filter refuses the sender.
        return saysMissing && text.Names.Contains("docomo", StringComparison.OrdinalIgnoreCase)
            ? Explained(Outcome.Bounced, Cause.Other, ReplyGround.Words,
                $"\"{found.Evidence}\": {rule.Why}, or a filter of this provider")
            : Explained(rule, found.Evidence);
    }

    private static ReplyExplanation? ByStatus(ReplyText text, SmtpReply reply)
    {
        if (EnhancedCodeTable.Find(reply.EnhancedCode) is not { } row)
        {
            return null;
        }

        // X.2.1 is said of anything that a mailbox may have. It counts where the reply has nothing else to say.
        if (EnhancedCodeTable.IsAboutMailbox(reply.EnhancedCode) && !SaysNothing(text))
        {
            return null;
        }

        return Explained(row.Outcome, row.Cause, ReplyGround.Status, $"status {reply.EnhancedCode}: {row.Why}");
    }

    private static ReplyExplanation? ByLastWords(ReplyText text, SmtpReply reply)
    {
        foreach (var rule in LastRules)
        {
            if (rule.Find(text.Words, reply.Code, reply.EnhancedCode) is { } evidence)
            {
                return Explained(rule, evidence);
            }
        }

        return null;
    }

    private static ReplyExplanation ByCode(SmtpReply reply, int severity)
    {
        var row = ReplyCodeTable.Of(reply.Code, severity);
        return Explained(row.Outcome, row.Cause, ReplyGround.Code,
            reply.Code > 0 ? $"code {reply.Code}: {row.Why}" : row.Why) with
        {
            IsReason = ReplyCodeTable.Explains(reply.Code),
        };
    }

    private static ReplyExplanation Explained(ReplyRule rule, string evidence) => Explained(
        rule.Outcome, rule.Cause,
        rule.Weight == RuleWeight.Plain ? ReplyGround.Words : ReplyGround.VagueWords,
        $"\"{evidence}\": {rule.Why}");

    private static ReplyExplanation Explained(Outcome outcome, Cause cause, ReplyGround ground, string why) =>
        new(new Classification(outcome, cause), ground, why) { IsReason = true };

    /// <summary>The rule that decides, or <see langword="null"/> when the words say nothing we know.</summary>
    private static (ReplyRule Rule, string Evidence)? FindRule(ReplyText text, SmtpReply reply)
    {
        foreach (var sentence in text.Told)
        {
            if (FirstOf(PlainRules, sentence, reply) is { } plain)
            {
                return plain;
            }
        }

        // Phrases that reach over the end of a sentence, vague words, and last what stands in advice.
        return FirstOf(Rules, text.ToldWords, reply)
            ?? (text.ToldWords.Length < text.Words.Length ? FirstOf(Rules, text.Words, reply) : null)
            ?? (text.Names.Length > 0 && BlockListNames.Find(text.Names) is { } name ? (BlockListNames, name) : null);
    }

    private static (ReplyRule Rule, string Evidence)? FirstOf(ReplyRule[] rules, string words, SmtpReply reply)
    {
        foreach (var rule in rules)
        {
            if (rule.Find(words, reply.Code, reply.EnhancedCode) is { } evidence)
            {
                return (rule, evidence);
            }
        }

        return null;
    }

    /// <summary>Whether the reply only repeats that the mail is refused.</summary>
    private static bool SaysNothing(ReplyText text)
    {
        foreach (var word in text.Words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length > 2 && !EmptyWords.Contains(word))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly HashSet<string> EmptyWords =
    [
        "mailbox", "recipient", "user", "account", "address", "email", "mail", "message", "unavailable", "available",
        "not", "rejected", "refused", "denied", "undeliverable", "delivery", "failed", "failure", "error", "sorry",
        "requested", "action", "taken", "the", "this", "for", "host", "url", "your", "was", "has", "been", "could",
        "delivered", "smtp", "server", "said", "reply", "command", "rcpt", "cannot", "accept", "accepted", "status",
        "disabled", "unable", "deliver", "bounce", "bounced", "returned", "permanent", "temporary", "with",
    ];

    private static readonly ReplyRule ConsequenceRule =
        new("follows from a refused recipient", Outcome.Rejected, Cause.Other,
            "no valid recipient*", "need rcpt*", "rcpt first", "must have a recipient", "no recipients", "bad sequence",
            "valid rcpt command", "rcpt before data");

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
        MessageRules.BannedContent,
        BlockRules.Listed,
        .. BlockRules.Unauthenticated,
        .. BlockRules.Blocked,
        BlockRules.RefusedConnection,
        BlockRules.Sender,
        MessageRules.ByRecipient,
        .. MailboxRules.SentBack,
        .. MissingRules.MalformedAddress,
        MessageRules.Form,
        MissingRules.RefusedAtTheEdge,
        MissingRules.NoSuchDomain,
        MissingRules.DnsFailure,
        MissingRules.SomeHostMissing,
        .. MissingRules.NoSuchMailbox,
        MissingRules.InOtherLanguages,
        MessageRules.Relaying,
        MessageRules.Spam,
        .. MessageRules.Content,
        MessageRules.Loop,
        MessageRules.BareSpam,
        MessageRules.Policy,
        .. LimitRules.Faint,
    ];

    private static readonly ReplyRule[] PlainRules = [.. Rules.Where(rule => rule.Weight == RuleWeight.Plain)];

    // For replies whose status says nothing either.
    private static readonly ReplyRule[] LastRules = [MessageRules.MailboxUnavailable, MessageRules.BareBlocked];

    /// <summary>Every rule that looks at words.</summary>
    internal static IEnumerable<ReplyRule> AllRules => [.. Rules, .. LastRules, ConsequenceRule];
}
