using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.TestKit.Replies;

/// <remarks>What holds us back: rates, allowances of others than the mailbox, busy and faulty servers, time.</remarks>
public static partial class ReplyCases
{
    private static IEnumerable<IEnumerable<ReplyCase>> Limits() =>
    [
        Of("rate", Outcome.Deferred, Cause.Throttled, """
            421 4.3.1 You have sent too many messages lately
            450 4.3.1 Your host is sending too many mails
            451 4.4.1 Rate limit reached, slow down
            421 4.2.1 Too much mail from your network today
            550 5.7.1 Message rate exceeded for this sender
            452 4.3.1 Too many recipients in this transaction
            421 4.3.2 An unusual volume of mail comes from your host
            450 4.2.1 This user gets mail too frequently, come back in an hour
            421 Demasiados mensajes en poco tiempo
            421 Trop de messages en peu de temps
            421 Zu viele Nachrichten von Ihrem Server
            421 Troppi messaggi dallo stesso indirizzo
            421 Zbyt wiele wiadomości z tego adresu
            421 Te veel berichten vanaf dit adres
            450 发送频率过高
            """),
        Of("an allowance that is not the mailbox's", Outcome.Deferred, Cause.Throttled, """
            450 4.7.3 Tenant queue quota exceeded
            451 4.7.3 The queue quota of this organisation is exceeded
            450 4.7.1 <jo@example.org>: Recipient address rejected: Policy Rejection- quota of messages exceeded
            454 4.7.0 Daily message quota reached, wait until tomorrow
            550 5.4.5 Hourly quota of your account is used up
            452 4.2.2 Domain quota exceeded for example.org
            550 5.7.0 Sending quota exceeded, resume tomorrow
            451 4.4.0 Message quota for this host reached
            """),
        Of("a busy or unready server", Outcome.Deferred, Cause.ServerFault, """
            421 4.4.1 Server too busy right now
            451 4.4.2 Mail server is busy, try later
            451 Relay host not ready
            450 Relay Server is not ready yet
            421 4.4.0 System overloaded
            421 Load too high, come back
            422 Your filter's licence has expired
            450 4.3.0 License expired
            451 qq trouble creating files in queue
            """),
        Of("too busy for us by policy", Outcome.Deferred, Cause.Throttled, """
            451 4.7.500 The server is busy, please retry later
            421 4.7.0 Server busy
            450 4.7.1 Our system is busy for your address
            451 4.7.550 Server is too busy for mail from you
            421 4.7.66 Service busy, retry in 10 minutes
            """),
        Of("greylisting in other languages", Outcome.Deferred, Cause.Greylisted, """
            451 4.7.1 Graulisting aktiv, bitte in 5 Minuten erneut versuchen
            450 4.7.1 Adresse mise en liste grise, revenez dans 300 secondes
            451 Lista gris activada, intente de nuevo
            450 4.2.0 Messo in lista grigia, riprovare
            451 Szara lista, proszę spróbować później
            450 您的地址在灰名单中
            """),
        Of("a server out of reach", Outcome.Deferred, Cause.Unreachable, """
            421 4.4.1 Connection refused by the next host
            451 4.4.1 No answer from host mx.example.org
            450 4.4.3 Temporary failure in name resolution
            451 4.4.3 DNS timed out, try again
            450 4.4.0 Host not found, try again
            421 4.4.2 Lost connection with mx.example.org
            """),
        Of("a time limit", Outcome.Deferred, Cause.TimedOut, """
            421 4.4.2 Idle timeout exceeded
            451 4.4.2 Connection timed out while waiting for data
            421 Délai dépassé
            451 Tempo scaduto
            421 等待超时
            """),
        Of("not available for now", Outcome.Deferred, Cause.Other, """
            450 4.2.0 <jo@example.org>: recipient is temporarily not available
            450 4.2.1 Please retry in a while
            451 Come back later
            450 4.2.1 Something went wrong over there
            421 Essayez plus tard
            """),
    ];
}
