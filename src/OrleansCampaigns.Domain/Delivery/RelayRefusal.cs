namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Where in a transaction a reply was given.</summary>
public enum SmtpStage
{
    /// <summary>In answer to MAIL FROM: the relay knows of no recipient yet.</summary>
    Sender = 0,

    /// <summary>In answer to RCPT TO or to DATA: the relay knows the recipient and nothing of the content.</summary>
    Recipient = 1,

    /// <summary>In answer to the end of the message.</summary>
    Content = 2,
}

/// <summary>Whom a refusal by the relay speaks about.</summary>
public enum RefusalSubject
{
    /// <summary>The recipient or the message: it is the outcome of an attempt.</summary>
    Recipient = 0,

    /// <summary>Us, as far as this recipient's domain is concerned: no attempt; others may go on.</summary>
    Route = 1,

    /// <summary>Us, whoever the recipient is: no attempt; the campaign waits.</summary>
    Sender = 2,

    /// <summary>The relay itself, whoever the sender is: no attempt; everyone who sends by it waits.</summary>
    Relay = 3,
}

/// <summary>Tells what a relay says about a recipient from what it says about us or about itself.</summary>
/// <remarks>
/// A refusal of MAIL FROM cannot be about a recipient, whatever its words and code say (RFC 5321 §3.3). Later replies
/// are about the recipient unless they plainly speak about us: servers such as Postfix say only in answer to RCPT TO
/// that they do not take the sender.
/// </remarks>
public static class RelayRefusal
{
    /// <summary>Whom <paramref name="reply"/>, a refusal given at <paramref name="stage"/>, speaks about.</summary>
    public static RefusalSubject SubjectOf(SmtpReply reply, SmtpStage stage)
    {
        ArgumentNullException.ThrowIfNull(reply);

        var cause = ReplyClassifier.Classify(reply).Cause;
        if (reply.Code is 530 or 534 or 535 or 538)
        {
            return RefusalSubject.Relay;
        }

        if (stage == SmtpStage.Sender)
        {
            return reply.Code / 100 == 4 && !IsAboutSender(cause) ? RefusalSubject.Relay : RefusalSubject.Sender;
        }

        return cause is Cause.Relaying or Cause.SenderRefused or Cause.AccountSuspended or Cause.OwnQuota
            || (stage == SmtpStage.Recipient && IsEndOfSession(reply, cause))
            ? RefusalSubject.Route
            : RefusalSubject.Recipient;
    }

    private static bool IsAboutSender(Cause cause) => cause is Cause.SenderRefused or Cause.AccountSuspended
        or Cause.OwnQuota or Cause.Throttled or Cause.Greylisted or Cause.Authentication or Cause.Policy
        or Cause.TooBig;

    // 421 closes the connection (RFC 5321 §3.8). Receivers also limit rates with it, which is about the recipient's
    // domain.
    private static bool IsEndOfSession(SmtpReply reply, Cause cause) => reply.Code == 421
        && cause is Cause.ServerFault or Cause.Other or Cause.TimedOut or Cause.Unreachable;
}
