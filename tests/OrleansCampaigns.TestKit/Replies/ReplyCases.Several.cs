using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.TestKit.Replies;

/// <remarks>Replies that quote others, advise, or show the header of what they refuse.</remarks>
public static partial class ReplyCases
{
    private static IEnumerable<IEnumerable<ReplyCase>> Several() =>
    [
        Of("a wrapped reply: missing", Outcome.Bounced, Cause.NoSuchMailbox, """
            554 5.4.7 Delivery given up: host mx.example.org said: 550 5.1.1 no such user here
            550 5.7.1 Could not hand over your message (mx.example.org replied: 550 Unknown user)
            554 Rejected by policy of the next server, which answered "550 5.1.1 mailbox does not exist"
            550 5.0.0 Undeliverable; the response was: 550 User jo not found
            450 4.1.1 Unverified address: host mx.example.org said: 550 5.1.1 user unknown
            """),
        Of("a wrapped reply: full", Outcome.SoftBounced, Cause.MailboxFull, """
            550 5.1.1 Message bounced: host mx.example.org said: 452 4.2.2 mailbox full
            554 5.4.7 Expired after three days (last reply: 452 4.2.2 over quota)
            550 5.1.1 Bad destination; remote server returned 552 5.2.2 the mailbox is full
            554 No luck. Response: 552 Too much mail data
            550 User unknown? The server said: 550 5.2.2 quota exceeded
            """),
        Of("a wrapped reply: temporary", Outcome.Deferred, Cause.Throttled, """
            554 5.4.7 Gave up: host mx.example.org said: 421 4.7.0 too many connections
            550 5.1.1 Returned to you (smtp; 451 4.7.1 rate limit exceeded)
            554 5.0.0 Failed for good, the reply was: 450 too many messages from your host
            550 Could not deliver, got 421 4.3.2 slow down
            554 5.4.7 Lifetime is over; last error: 452 4.5.3 too many recipients
            """),
        Of("a callout about the sender", Outcome.Rejected, Cause.SenderRefused, """
            550 5.1.7 Sender address rejected: host mx.example.com said: 550 5.1.1 user unknown
            550 Sender verify failed: 550 no such user
            450 4.1.7 Sender address rejected: undeliverable address: host mx said: 550 5.1.1 mailbox not found
            553 Bad sender address: the server replied 550 unknown user
            550 Your address could not be verified, sender callout got 550 User unknown
            """),
        Of("several in one line", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 5.1.1 no such user 503 5.5.1 need RCPT before DATA
            550 5.1.1 <jo@example.org> unknown user; 554 5.5.1 no valid recipients
            503 5.5.1 Bad sequence. 550 5.1.1 user jo does not exist
            554 5.5.1 Error: no valid recipients; 550 5.1.1 recipient not found
            550 5.7.1 <jo@example.org>: Recipient address rejected: User unknown 554 5.5.1 Error: no valid recipients
            """),
        Of("advice after the reason: missing", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 No such user. Please check that your server is not on a block list
            550 5.1.1 User unknown. If you are taken for a spammer, see https://example.org/spam
            550 The mailbox does not exist. Contact postmaster if your message was blocked as spam
            550 5.7.1 Unknown recipient. For more information on SPF and DKIM, see our page
            550 Recipient not found. Please retry later if the server was too busy
            """),
        Of("advice after the reason: policy", Outcome.Rejected, Cause.Policy, """
            550 5.7.1 Refused by local policy. Please check that the mailbox is not full
            554 Access is prohibited. If the user is unknown to you, do not write
            550 5.7.1 Not authorised. See whether the account is disabled
            554 5.7.0 Against our policies. Please make sure that the recipient exists; it may not exist any more
            550 Mail refused by policy. You may have typed an unknown user
            """),
        Of("quoted header fields", Outcome.Bounced, Cause.Blocked, """
            554 5.7.1 Your host is blocked using bl.example.net; Subject: Your mailbox is full
            550 Client host blocked; Message-ID: <full-quota@example.com>; From: unknown user
            554 5.7.1 Listed in a block list; Received: from relay.example.com with SMTP id spam
            550 5.7.1 Your IP is blocked; Date: Mon, 1 Jan 2024; Subject: No such user
            554 Bad reputation; X-Spam-Note: no DKIM here
            """),
    ];
}
