using System.Text;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Chooses, among the replies that a bounce quotes, the one that says why; and classifies it.</summary>
internal static class BounceDiagnosis
{
    // A class without any detail: final, and no reason given.
    private const string Final = "5.0.0";

    /// <summary>How much of a reply is read, in characters.</summary>
    public const int TextCharactersMax = 1500;

    /// <summary>A reply out of <paramref name="text"/>; final unless it says otherwise.</summary>
    public static SmtpReply Reply(string text, string? status = null)
    {
        var reply = SmtpReplyParser.Parse(PlainText.Cut(text, TextCharactersMax));
        var enhanced = reply.EnhancedCode is { } own && !IsBare(own) ? own : status ?? reply.EnhancedCode;
        return reply with { EnhancedCode = enhanced ?? (reply.Code == 0 ? Final : null) };
    }

    /// <summary>The first of <paramref name="replies"/> that explains itself, else the first at all.</summary>
    public static SmtpReply Choose(IEnumerable<SmtpReply> replies)
    {
        SmtpReply? first = null;
        foreach (var reply in replies)
        {
            // What was accepted on the way explains no bounce.
            if (reply.Code is >= 200 and < 400)
            {
                continue;
            }

            if (ReplyClassifier.IsExplained(reply))
            {
                return reply;
            }

            if (first is null || (first.Code == 0 && reply.Code > 0))
            {
                first = reply;
            }
        }

        return first ?? new SmtpReply(0, Final, "");
    }

    /// <summary>The outcome of a recipient whose delivery failed.</summary>
    /// <param name="reply">The reply that says why.</param>
    /// <param name="status">The status that the reporting server gave itself.</param>
    public static Classification Classify(SmtpReply reply, string? status) => Explain(reply, status).Classification;

    /// <summary>The same, with the reason.</summary>
    public static ReplyExplanation Explain(SmtpReply reply, string? status)
    {
        var result = ReplyClassifier.Explain(reply);
        var (outcome, cause) = (result.Classification.Outcome, result.Classification.Cause);

        // The reporting server calls it temporary: it gave up waiting, nobody refused the recipient for good.
        var temporary = status?[0] == '4' && reply.EnhancedCode?[0] is not '5';
        if (temporary && outcome is not (Outcome.SoftBounced or Outcome.Deferred))
        {
            return result with
            {
                Classification = result.Classification with { Outcome = Outcome.Deferred },
                Why = $"{result.Why}; the report calls it temporary ({status})",
            };
        }

        if (cause is Cause.NoSuchMailbox && IsTranslation(reply))
        {
            return result with
            {
                Classification = new Classification(Outcome.Bounced, Cause.Other),
                Why = $"{result.Why}; words of another language alone call nobody non-existent",
            };
        }

        // "Failed" with a reply that accepts: the report says more than the reply.
        return outcome is Outcome.Sent
            ? result with
            {
                Classification = new Classification(Outcome.Rejected, Cause.Other),
                Why = "the report says that it failed, the reply does not",
            }
            : result;
    }

    /// <summary>
    /// Whether nothing but words in another language speaks: products translate one sentence for several cases, so
    /// nobody is called non-existent on it.
    /// </summary>
    private static bool IsTranslation(SmtpReply reply)
    {
        if (reply.Code != 0 || (reply.EnhancedCode is { } status && !IsBare(status)) || Ascii.IsValid(reply.Text))
        {
            return false;
        }

        var plain = reply with { Text = string.Join(' ', reply.Text.Split(' ').Where(word => Ascii.IsValid(word))) };
        return ReplyClassifier.Classify(plain).Cause is not Cause.NoSuchMailbox;
    }

    private static bool IsBare(string enhanced) => enhanced.EndsWith(".0.0", StringComparison.Ordinal);
}
