using System.Text.RegularExpressions;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Turns what a provider says of a bounce into what it comes to.</summary>
internal static partial class ProviderBounce
{
    /// <summary>The event with its outcome, cause and reply.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="diagnostic">What the refusing server said, as far as the provider quotes it.</param>
    /// <param name="status">The enhanced status code, where it is told apart.</param>
    /// <param name="code">The code of the reply, where it is told apart.</param>
    /// <param name="otherwise">What it comes to by the provider's own words, if the server's explain nothing.</param>
    public static ProviderEvent Classified(
        ProviderEvent happened, string? diagnostic, string? status, int code, Classification otherwise)
    {
        var (bounce, reply) = Classify(diagnostic, status, code, otherwise);
        return happened with { Signal = FeedbackSignal.Bounce, Bounce = bounce, Reply = reply };
    }

    /// <summary>What a bounce comes to, and the reply that says so; <see langword="null"/> when none is quoted.
    /// </summary>
    public static (Classification Bounce, SmtpReply? Reply) Classify(
        string? diagnostic, string? status, int code, Classification otherwise)
    {
        status = Status().Match(status ?? "") is { Success: true } match ? match.Value.Trim() : null;
        var reply = BounceDiagnosis.Reply(DeliveryReports.WithoutType(diagnostic ?? ""), status);
        if (reply.Code == 0 && code is >= 400 and < 600)
        {
            reply = reply with { Code = code };
        }

        var result = ReplyClassifier.IsExplained(reply)
            ? BounceDiagnosis.Classify(reply, status)
            : Unexplained(reply, otherwise);
        var isQuoted = reply.Code > 0 || reply.Text.Length > 0;
        return (result, isQuoted ? reply : null);
    }

    /// <summary>The event with an outcome that the provider decided on, without asking anybody.</summary>
    public static ProviderEvent Decided(ProviderEvent happened, Outcome outcome, Cause cause) =>
        happened with { Signal = FeedbackSignal.Bounce, Bounce = new(outcome, cause) };

    // A server that asked for patience and said no more was never a final refusal.
    private static Classification Unexplained(SmtpReply reply, Classification otherwise) =>
        reply.Code / 100 == 4 && otherwise.Outcome is Outcome.Bounced or Outcome.Rejected
            ? otherwise with { Outcome = Outcome.Deferred, Cause = Cause.Other }
            : otherwise;

    [GeneratedRegex(@"^\s*[245]\.\d{1,3}\.\d{1,3}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Status();
}
