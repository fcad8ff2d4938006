using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.TestKit.Replies;

/// <remarks>Mailboxes and domains that are not there, in many words and languages.</remarks>
public static partial class ReplyCases
{
    private static IEnumerable<IEnumerable<ReplyCase>> Missing() =>
    [
        Of("not in a list", Outcome.Bounced, Cause.NoSuchMailbox, """
            554 5.7.1 <jo@example.org>: Recipient address rejected: not in the list of valid recipients
            550 5.7.1 Recipient is not in our directory
            550 5.7.1 Address not on the recipient list of this domain
            554 The user is not in our database
            550 5.4.1 jo is not listed in our address book
            """),
        Of("misspelt", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 5.7.1 Unkown user
            550 Recepient does not exist
            550 user uknown here
            554 Mailbox dose not exist
            550 No such recipent
            550 Invalid adress
            550 maibox not found
            550 This user does not exsist
            550 Usuario desconosido
            550 Uknown recipiant
            """),
        Of("Spanish", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 El usuario es desconocido
            550 Usuario no encontrado en este servidor
            554 5.7.1 Dirección incorrecta
            550 La casilla no existe
            550 Destinatario no válido
            550 No se encontró el buzón
            """),
        Of("Portuguese", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Utilizador desconhecido
            550 Usuário não encontrado
            550 O endereço não existe
            554 5.7.1 Conta inexistente
            550 Destinatário não encontrado
            """),
        Of("French", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Utilisateur inexistant
            550 Destinataire introuvable
            554 5.7.1 Ce compte n'existe plus
            550 Adresse e-mail inconnue
            550 La boîte demandée n'existe pas
            """),
        Of("German", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Unbekannter Empfänger
            550 Der Nutzer ist unbekannt
            554 5.7.1 Kein solches Postfach
            550 Die Adresse existiert nicht
            550 Ungültige Empfängeradresse
            550 Postfach nicht gefunden
            """),
        Of("Italian", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Utente non trovato
            550 Casella inesistente
            554 5.7.1 Indirizzo errato
            550 Il destinatario non esiste
            550 Destinatario sconosciuto
            """),
        Of("Polish", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Nieznany adresat, konto nie istnieje
            550 Nie ma takiego użytkownika
            554 5.7.1 Brak takiej skrzynki
            550 Nie znaleziono odbiorcy
            550 Użytkownik nieznany
            """),
        Of("Dutch", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Gebruiker onbekend
            550 Deze postbus bestaat niet
            554 5.7.1 Onbekend adres
            550 Ontvanger niet gevonden
            550 Geen dergelijke gebruiker
            """),
        Of("Russian", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 Неизвестный получатель
            550 Такого пользователя нет
            554 5.7.1 Адрес не существует
            550 Пользователь не зарегистрирован
            550 Ящик не найден
            """),
        Of("Japanese", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 宛先が不明です
            550 該当するユーザーがいません
            554 5.7.1 メールアドレスが存在しません
            550 受信者が見つかりません
            550 ユーザ不明
            """),
        Of("Chinese", Outcome.Bounced, Cause.NoSuchMailbox, """
            550 无效的收件人
            550 找不到收件人
            554 5.7.1 没有该用户
            550 查无此人
            550 未知用户
            550 該用戶不存在
            """),
        Of("no such domain", Outcome.Bounced, Cause.NoSuchDomain, """
            550 5.4.4 DNS lookup failed for example.invalid
            550 The domain example.invalid has no MX record
            554 5.7.1 Unable to resolve example.invalid
            550 No mail exchanger for this domain
            554 Lookup of the domain failed: responded with code NXDOMAIN
            550 Le domaine n'existe pas
            550 El dominio no existe
            550 Die Domain existiert nicht
            550 域名不存在
            450 4.1.2 Domain not found
            """),
        Of("a malformed address", Outcome.Bounced, Cause.MalformedAddress, """
            501 Invalid recipient address
            501 5.5.2 Syntax error in RCPT TO
            501 5.5.4 Malformed recipient mailbox
            553 5.1.3 Recipient address syntax is wrong
            501 RCPT TO syntax error near "@@"
            501 5.1.3 Bad address
            501 Badly formed address in RCPT
            """),
    ];
}
