using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.TestKit.Replies;

/// <remarks>Refusals of us, of our message and by the recipient.</remarks>
public static partial class ReplyCases
{
    private static IEnumerable<IEnumerable<ReplyCase>> Refusals() =>
    [
        Of("no connection from us", Outcome.Bounced, Cause.Blocked, """
            554 5.7.1 Connection refused
            550 We refuse connections from your server; connection rejected
            554 Go away, your host is unwelcome
            421 4.7.0 Connection refused, your IP is filtered
            521 5.7.1 Connection denied
            554 You are not allowed to connect here
            """),
        Of("a 521 is permanent", Outcome.Bounced, Cause.Blocked, """
            521 example.org does not take mail
            521 5.3.2 Service unavailable
            521 Closing transmission channel
            521 mx.example.org
            521 5.0.0 Not today
            """),
        Of("our address or reputation", Outcome.Bounced, Cause.Blocked, """
            550 Refused by our policy (IP based)
            554 5.7.1 Your IP is filtered here
            550 La IP está en una lista negra
            554 Votre serveur est sur liste noire
            550 5.7.1 Poor reputation of your network
            554 Ihre Adresse steht auf einer schwarzen Liste
            """),
        Of("something banned in the message", Outcome.Rejected, Cause.Content, """
            554 5.7.1 Blocked content
            550 The message contains banned words
            552 5.7.0 Banned attachment found
            550 Content blocked by filter
            554 5.6.0 Your mail contains forbidden words
            550 Anhang nicht erlaubt
            """),
        Of("a bare ban", Outcome.Rejected, Cause.Policy, """
            554 Banned
            550 Such mail is banned
            550 5.7.1 banned here
            554 This is banned
            550 5.7.0 Banned for good
            """),
        Of("the sender's address", Outcome.Rejected, Cause.SenderRefused, """
            550 5.1.1 <news@example.com>: unauthorised sender
            550 Your sender domain does not exist
            554 5.7.1 Sender is not allowed here
            553 5.1.8 Sender address rejected: domain not found
            501 Expéditeur invalide
            550 Remitente desconocido
            550 Absender unbekannt
            """),
        Of("the sender's account", Outcome.Rejected, Cause.AccountSuspended, """
            550 Message sending for this account is disabled
            554 5.7.1 Your account is suspended
            550 Sending is disabled for your mailbox
            535 Your account has been disabled
            550 Outgoing mail of this user is suspended
            """),
        Of("no relaying", Outcome.Rejected, Cause.Relaying, """
            554 5.7.1 Relay access denied
            550 We will not relay for you
            553 You use me as a relay and may not
            550 Relaying is prohibited
            550 5.7.1 Unable to relay for jo@example.org
            """),
        Of("refused by the recipient", Outcome.Rejected, Cause.Policy, """
            550 Rejected by the recipient
            554 5.7.1 The recipient has blocked you
            550 User does not want your mail
            550 5.7.1 Recipient refused the message
            450 4.7.1 Policy rejection, abuse
            """),
        Of("spam", Outcome.Spam, Cause.Spam, """
            550 5.2.0 Looks like spam
            554 Suspected spam sender
            550 Nachricht als Spam eingestuft
            552 Considerado spam por nuestro filtro
            554 邮件被识别为垃圾邮件
            """),
        Of("authentication", Outcome.Rejected, Cause.Authentication, """
            550 Spoofed message refused
            550 5.7.1 DMARC failure for your domain
            554 Cannot resolve your hostname
            550 Your reverse DNS does not match
            530 5.7.0 Log in first
            """),
    ];
}
