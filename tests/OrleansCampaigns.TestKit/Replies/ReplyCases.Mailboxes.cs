using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.TestKit.Replies;

/// <remarks>Mailboxes that are there: full, inactive, too small; and systems without room.</remarks>
public static partial class ReplyCases
{
    private static IEnumerable<IEnumerable<ReplyCase>> Mailboxes() =>
    [
        Of("a full mailbox", Outcome.SoftBounced, Cause.MailboxFull, """
            552 Too much mail data for <jo@example.org>
            452 4.1.1 <jo@example.org> is over quota
            550 5.1.1 <jo@example.org>: the inbox is out of space
            554 5.7.1 Recipient's mailbox has exceeded its limit
            550 5.2.1 Mailbox of jo is too full
            552 5.2.2 The user has used up the space allotted
            552 Das Postfach von Jo ist voll
            550 La boîte de réception pleine ne prend plus rien
            552 El buzón está lleno
            552 La cuota ha sido superada
            552 A caixa de correio está cheia
            552 La casella è piena
            552 Skrzynka odbiorcy jest pełna
            552 Het postvak zit vol
            552 почтовый ящик переполнен
            552 该用户邮箱已满
            552 メールボックスがいっぱいです
            """),
        Of("a full system", Outcome.SoftBounced, Cause.ServerFull, """
            452 4.2.2 The storage of the mail system is full
            552 5.2.2 Mail server out of space
            451 The disk of our server is full
            452 4.3.1 Server storage quota exceeded
            552 No space left on device
            431 Mail store is full
            """),
        Of("a message too big", Outcome.SoftBounced, Cause.TooBig, """
            552 5.2.2 Message size exceeds the limit of this user
            550 5.7.1 Your mail is too large for us
            554 The message exceeds the size that we take
            552 Le message est trop volumineux
            552 Mensaje demasiado grande
            552 Nachricht zu groß
            552 邮件过大
            523 Length exceeds administrative limit
            """),
        Of("an inactive mailbox", Outcome.SoftBounced, Cause.MailboxInactive, """
            550 5.1.1 Inactive mbox
            550 5.2.1
            450 4.2.1 Mailbox unavailable
            550 5.2.1 <jo@example.org>: mailbox is disabled
            550 5.1.1 This mailbox was blocked because of inactivity
            550 The account of Jo is suspended
            554 5.7.1 The user is locked
            550 Das Konto wurde gesperrt
            550 La cuenta está bloqueada
            550 Compte suspendu
            550 Casella disattivata
            550 Konto zablokowane
            550 该帐户已被冻结
            """),
    ];
}
