using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class ReplyClassifierTests
{
    private static Classification Classify(string raw) => ReplyClassifier.Classify(SmtpReplyParser.Parse(raw));

    [Theory]
    [InlineData("250 2.0.0 OK: queued as 4XyZ12")]
    [InlineData("250 2.1.5 <user@example.org>, quota 98% used")]
    [InlineData("251 User not local; will forward to <other@example.org>")]
    [InlineData("250-mx.example.org accepted\r\n250 2.6.0 spam score 4.9, queued")]
    public void Any_positive_completion_is_sent(string reply) =>
        Assert.Equal(new Classification(Outcome.Sent, Cause.None), Classify(reply));

    [Theory]
    // Postfix, Sendmail, Exim, qmail, Exchange.
    [InlineData("550 5.1.1 <jo@example.org>: Recipient address rejected: User unknown in virtual alias table")]
    [InlineData("550 5.1.1 <jo@example.org>... User unknown")]
    [InlineData("550 Unrouteable address")]
    [InlineData("550 No Such User Here")]
    [InlineData("511 sorry, no mailbox here by that name (#5.1.1 - chkuser)")]
    [InlineData("554 delivery error: dd Sorry, your message cannot be delivered. This user doesn't have a yahoo.example account (jo@yahoo.example) [0]")]
    [InlineData("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jo@example.org not found by SMTP address lookup")]
    [InlineData("550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [BN8NAM12FT053.eop-nam12.prod.protection.outlook.com]")]
    [InlineData("550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)")]
    [InlineData("550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550 5.1.1 unnecessary spaces.")]
    [InlineData("550 5.1.1 Not our Customer")]
    [InlineData("550 Message was not accepted -- invalid mailbox. Local mailbox jo@example.ru is unavailable: user not found")]
    [InlineData("550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550")]
    [InlineData("550 5.1.1 jo@example.org is not a valid mailbox")]
    [InlineData("553 5.3.0 <jo@example.org>... Addressee unknown, relay=[192.0.2.7]")]
    [InlineData("550 jo@example.org... No such user here, quota manager says so")]
    [InlineData("551 5.1.1 This account has been deleted, the user no longer exists")]
    // Other languages.
    [InlineData("550 5.1.1 Empfänger unbekannt")]
    [InlineData("550 Benutzer unbekannt / user unknown")]
    [InlineData("550 5.1.1 Destinataire inconnu")]
    [InlineData("550 Cette adresse n'existe pas")]
    [InlineData("550 5.1.1 El usuario no existe")]
    [InlineData("550 Usuário inexistente")]
    [InlineData("550 5.1.1 Utente sconosciuto")]
    [InlineData("550 Użytkownik nie istnieje")]
    [InlineData("550 5.1.1 Пользователь не найден")]
    [InlineData("550 收件人不存在")]
    [InlineData("550 5.1.1 宛先のアドレスは存在しません")]
    public void An_unknown_recipient_is_a_bounce(string reply) =>
        Assert.Equal(new Classification(Outcome.Bounced, Cause.NoSuchMailbox), Classify(reply));

    [Theory]
    [InlineData("550 5.1.2 Host unknown (Name server: example.invalid: host not found)")]
    [InlineData("556 5.1.10 Recipient address has null MX")]
    [InlineData("5.1.2 Sorry, I couldn't find any host named example.invalid. (#5.1.2)")]
    [InlineData("550 Unrouteable mail domain example.invalid")]
    public void An_unknown_domain_is_a_bounce(string reply) =>
        Assert.Equal(new Classification(Outcome.Bounced, Cause.NoSuchDomain), Classify(reply));

    [Theory]
    [InlineData("550 5.1.8 <news@example.com>: Sender address rejected: Domain not found")]
    [InlineData("553 5.1.8 Domain of sender address news@example.com does not exist")]
    [InlineData("550 Sender verify failed: no such user")]
    [InlineData("550 5.1.7 No such domain example.com")]
    [InlineData("550 <news@example.com>: Sender address rejected: User unknown in relay recipient table")]
    [InlineData("550-Verification failed for <news@example.com>\r\n550-No such user here\r\n550 Sender verify failed")]
    [InlineData("501 5.1.7 Bad sender address: mailbox does not exist")]
    public void A_fault_of_the_sender_never_condemns_the_recipient(string reply) =>
        Assert.Equal(Outcome.Rejected, Classify(reply).Outcome);

    [Theory]
    [InlineData("552 5.2.2 Mailbox size limit exceeded")]
    [InlineData("552 5.2.2 <jo@example.org>: user is over quota")]
    [InlineData("452 4.2.2 The email account that you tried to reach is over quota")]
    [InlineData("554 5.2.2 mailbox full; disk quota exceeded")]
    [InlineData("550 The mailbox of user jo is full")]
    [InlineData("552 Requested mail action aborted: exceeded storage allocation")]
    [InlineData("550 5.7.1 Recipient's inbox is full")]
    [InlineData("422 The recipient's mailbox has exceeded its storage limit")]
    [InlineData("552 Postfach ist voll")]
    [InlineData("552 5.2.2 Boîte aux lettres du destinataire pleine")]
    [InlineData("552 5.2.2 Buzón lleno")]
    [InlineData("550 5.2.2 Caixa postal cheia")]
    [InlineData("552 5.2.2 Casella piena")]
    [InlineData("550 почтовый ящик переполнен")]
    [InlineData("552 用户邮箱已满")]
    [InlineData("552 5.2.2")]
    public void A_full_mailbox_is_a_soft_bounce(string reply) =>
        Assert.Equal(new Classification(Outcome.SoftBounced, Cause.MailboxFull), Classify(reply));

    [Theory]
    [InlineData("550 5.2.1 The email account that you tried to reach is disabled", Cause.MailboxInactive)]
    [InlineData("550 5.2.1 This mailbox has been deactivated", Cause.MailboxInactive)]
    [InlineData("554 delivery error: This account has been temporarily suspended", Cause.MailboxInactive)]
    [InlineData("525 5.7.13 Disabled recipient address", Cause.MailboxInactive)]
    [InlineData("550 5.2.1", Cause.MailboxInactive)]
    [InlineData("452 4.3.1 Insufficient system storage", Cause.ServerFull)]
    [InlineData("552 5.3.1 The mail system of this site is full, system full", Cause.ServerFull)]
    [InlineData("552 5.3.4 Message size exceeds fixed limit", Cause.TooBig)]
    [InlineData("552 5.2.3 Your message is too large. The maximum size is 25 MB", Cause.TooBig)]
    [InlineData("550 Message exceeded the maximum allowed size of 10240000 bytes", Cause.TooBig)]
    public void A_mailbox_that_cannot_take_it_now_is_a_soft_bounce(string reply, Cause cause) =>
        Assert.Equal(new Classification(Outcome.SoftBounced, cause), Classify(reply) with { RetryAfter = null });

    [Theory]
    [InlineData("450 4.2.0 <jo@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example/help", Cause.Greylisted)]
    [InlineData("451 4.7.1 Greylisting in action, please come back in 00:04:59", Cause.Greylisted)]
    [InlineData("554 5.7.1 You have been greylisted for 5 min", Cause.Greylisted)]
    [InlineData("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints", Cause.Throttled)]
    [InlineData("421 4.7.28 Gmail has detected an unusual rate of mail; your email has been rate limited", Cause.Throttled)]
    [InlineData("550 Domain frequency limited", Cause.Throttled)]
    [InlineData("550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered", Cause.Throttled)]
    [InlineData("421 4.3.2 Too many concurrent SMTP connections; please try again later", Cause.Throttled)]
    [InlineData("421 OFR004_104 [104] Trop de connexions, veuillez verifier votre configuration", Cause.Throttled)]
    [InlineData("452 4.5.3 Too many recipients", Cause.Throttled)]
    [InlineData("421 Service not available, closing transmission channel", Cause.ServerFault)]
    [InlineData("451 4.3.0 Temporary local problem - please try later", Cause.ServerFault)]
    [InlineData("451 4.4.1 Connection timed out", Cause.TimedOut)]
    [InlineData("454 4.7.5 Certificate validation failure", Cause.Authentication)]
    [InlineData("450 4.1.1 <jo@example.org>: Recipient address rejected: User unknown in local recipient table", Cause.NoSuchMailbox)]
    [InlineData("421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; retrying will NOT succeed", Cause.Blocked)]
    [InlineData("451 4.7.1 Message identified as spam, try another one", Cause.Spam)]
    [InlineData("450 Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org", Cause.Blocked)]
    [InlineData("499 whatever", Cause.Other)]
    public void A_temporary_refusal_is_deferred(string reply, Cause cause) =>
        Assert.Equal(new Classification(Outcome.Deferred, cause), Classify(reply) with { RetryAfter = null });

    [Theory]
    [InlineData("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org")]
    [InlineData("550 SC-001 (BAY004-MC1F1) Unfortunately, messages from 192.0.2.1 weren't sent. Please contact your Internet service provider since part of their network is on our block list.")]
    [InlineData("550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please forward this message")]
    [InlineData("554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.")]
    [InlineData("553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list")]
    [InlineData("521 5.3.0 flpd587 DNSBL:RBL 521< 192.0.2.1 >_is_blocked. For assistance forward this email to abuse_rbl@abuse.example")]
    [InlineData("554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@example.de to clarify.) (BL)")]
    [InlineData("550 JunkMail rejected - mail.example.com [192.0.2.1] is in an RBL, see http://rbl.example")]
    [InlineData("550 csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550")]
    [InlineData("571 Email from 192.0.2.1 is currently blocked by the anti-spam system of Example Online")]
    [InlineData("550 Access from ip address 192.0.2.1 blocked. Visit https://help.example.ru")]
    [InlineData("554-mx.example.net\r\n554-No SMTP service\r\n554 IP address is blacklisted")]
    [InlineData("550 5.7.1 Mail from dynamic IP addresses is not accepted here")]
    [InlineData("554 Refused, see https://lists.example/dnsbl-lookup.cgi?ip=192.0.2.1")]
    public void A_server_that_blocks_ours_is_a_bounce(string reply) =>
        Assert.Equal(new Classification(Outcome.Bounced, Cause.Blocked), Classify(reply));

    [Theory]
    [InlineData("550 5.7.1 Message rejected as spam by content filtering")]
    [InlineData("554 5.7.1 Message rejected under suspicion of SPAM; https://ya.example/1IrBc")]
    [InlineData("550 spam message rejected. Please visit http://help.example.ru/notspam-support/id?c=1")]
    [InlineData("554 DT:SPM 163 smtp10,please see http://mail.163.com/help/help_spam_16.htm")]
    [InlineData("550-5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent\r\n550 5.7.1 to Gmail, this message has been blocked.")]
    [InlineData("554 5.7.1 [P4] Message blocked due to spam content in the message.")]
    [InlineData("550 High probability of spam")]
    [InlineData("550 Mail content denied")]
    [InlineData("552 5.7.1 This message has been rejected due to content judged to be spam by the internet community")]
    [InlineData("550 A URL in this email (spam.example) is listed on https://list.example/")]
    [InlineData("554 5.7.1 Ihre Nachricht wurde wegen Spam abgelehnt")]
    [InlineData("550 5.7.1 此邮件被判定为垃圾邮件")]
    [InlineData("550 This message scored 11.2 spam points.")]
    public void A_message_refused_as_spam_is_spam(string reply) =>
        Assert.Equal(new Classification(Outcome.Spam, Cause.Spam), Classify(reply));

    [Theory]
    [InlineData("550-5.7.26 This mail has been blocked because the sender is unauthenticated.\r\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.", Cause.Authentication)]
    [InlineData("550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification and has a DMARC policy of reject", Cause.Authentication)]
    [InlineData("550 SPF Sender Invalid - envelope rejected", Cause.Authentication)]
    [InlineData("550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", Cause.Authentication)]
    [InlineData("530 5.7.0 Must issue a STARTTLS command first", Cause.Authentication)]
    [InlineData("554 5.7.1 <jo@example.org>: Relay access denied", Cause.Relaying)]
    [InlineData("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Cause.Relaying)]
    [InlineData("550 5.7.64 TenantAttribution; Relay Access Denied SMTP", Cause.Relaying)]
    [InlineData("552 5.7.0 This message was blocked because its content presents a potential security issue", Cause.Content)]
    [InlineData("554 5.7.1 Your message contains a virus: Eicar-Test-Signature", Cause.Content)]
    [InlineData("550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare line feeds", Cause.Content)]
    [InlineData("550 5.7.1 Messages missing a valid Message-ID header are not accepted", Cause.Content)]
    [InlineData("554 5.7.9 Message not accepted for policy reasons", Cause.Policy)]
    [InlineData("550 Administrative prohibition", Cause.Policy)]
    [InlineData("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated", Cause.Authentication)]
    [InlineData("554 5.4.6 Hop count exceeded - possible mail loop", Cause.Other)]
    [InlineData("550 Mailbox unavailable or access denied", Cause.Policy)]
    public void A_refusal_for_another_reason_is_rejected(string reply, Cause cause) =>
        Assert.Equal(new Classification(Outcome.Rejected, cause), Classify(reply));

    [Theory]
    [InlineData("550 5.1.1 <mailbox-full@spam.example.org>: User unknown", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("552 5.2.2 <user-unknown@example.org>: mailbox full, see https://help.example.org/spam/blocked", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("550 5.1.1 User unknown (in reply to RCPT TO command)", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("550 No such user (in reply to MAIL FROM command)", Outcome.Bounced, Cause.NoSuchMailbox)]
    public void Addresses_links_and_quoted_commands_decide_nothing(string reply, Outcome outcome, Cause cause) =>
        Assert.Equal(new Classification(outcome, cause), Classify(reply));

    [Fact]
    public void The_code_decides_on_time_where_code_and_status_disagree()
    {
        Assert.Equal(Outcome.Deferred, Classify("451 5.7.1 please look at our policy").Outcome);
        Assert.Equal(Outcome.Rejected, Classify("550 4.7.1 please look at our policy").Outcome);
    }

    [Fact]
    public void A_reply_without_a_code_goes_by_its_words()
    {
        Assert.Equal(Outcome.Bounced, Classify("User unknown").Outcome);
        Assert.Equal(Outcome.SoftBounced, Classify("mailbox full").Outcome);
        Assert.Equal(Outcome.Deferred, Classify("something happened").Outcome);
        Assert.Equal(Outcome.Deferred, Classify("lost connection with mx.example.org while performing the HELO handshake").Outcome);
    }
}
