using System.Globalization;
using System.Text;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>The headers by which columns are known.</summary>
/// <remarks>
/// Those of Mailchimp, Google Contacts, Outlook, Thunderbird, HubSpot, Brevo, Klaviyo and others, in English, German,
/// French, Spanish, Italian, Portuguese, Dutch, Polish, Russian and more. Compared without regard to case, blanks,
/// punctuation, accents and invisible characters.
/// </remarks>
internal static class ImportHeaders
{
    /// <summary>Headers of addresses, the plainest first: a file may have several.</summary>
    private static readonly string[] Addresses = Keys(
        "address", "email", "e-mail", "mail", "email address", "e-mail address", "mail address", "primary email",
        "primary email address", "e-mail 1 - value", "email 1", "e-mail 1", "email 1 address", "contact email",
        "subscriber email", "recipient", "recipient email", "subscriber", "user email", "customer email", "work email",
        "business email", "personal email", "home email", "email (work)", "email (personal)", "emails", "email id",
        "subscriber email address", "contact email address", "customer email address", "user email address",
        "e-mail 1 - wert", "e-mail 1 - valeur", "e-mail 1 - valor", "e-mail 1 - valore", "e-mail 1 - waarde",
        "e-mail 1 - wartość", "e-mail 1 - значение", "smtp", "smtp address", "internet address", "primary e-mail",
        "primary smtp address",
        // German
        "e-mail-adresse", "emailadresse", "mailadresse", "e-mail 1", "primäre e-mail-adresse", "primäre e-mail",
        "haupt-e-mail", "e-mail geschäftlich", "e-mail privat", "adresse e-mail", "empfänger", "elektronische adresse",
        // French
        "adresse mail", "adresse électronique", "adresse de messagerie", "courriel", "adresse courriel", "mél", "mel",
        "courrier électronique", "adresse électronique principale", "adresse mail principale",
        "adresse e-mail principale", "première adresse électronique", "destinataire",
        // Spanish
        "correo", "correo electrónico", "dirección de correo electrónico", "dirección de correo", "dirección email",
        "dirección de email", "dirección e-mail", "e-correo", "email principal", "correo electrónico principal",
        "correo-e", "correo principal", "correo electrónico primario", "dirección de correo principal",
        "dirección electrónica", "correo electrónico 1",
        // Italian
        "indirizzo email", "indirizzo e-mail", "indirizzo mail", "posta elettronica", "indirizzo di posta elettronica",
        "indirizzo di posta", "indirizzo posta elettronica", "posta elettronica principale", "email primaria",
        "e-mail primaria", "indirizzo email principale",
        // Portuguese
        "correio eletrônico", "correio eletrónico", "correio electrónico", "endereço de e-mail", "endereço de email",
        "endereço email", "endereço eletrônico", "endereço de correio eletrónico", "e-mail principal",
        "endereço de correio electrónico", "e-mail preferencial", "endereço de email primário",
        "endereço de e-mail principal", "endereço de correio eletrônico", "e-mail primário", "email primário",
        // Dutch
        "e-mailadres", "emailadres", "mailadres", "primair e-mailadres", "e-mail adres", "primaire e-mail",
        // Polish
        "adres email", "adres e-mail", "adres poczty elektronicznej", "adres mailowy", "poczta elektroniczna",
        "poczta", "podstawowy adres e-mail", "adres poczty",
        // Russian and Ukrainian
        "почта", "эл. почта", "электронная почта", "адрес электронной почты", "эл. адрес", "электронный адрес",
        "е-мейл", "имейл", "емейл", "емайл", "мейл", "имэйл", "мыло", "адрес эл. почты", "email адрес", "адрес email",
        "электронная почта 1", "основной адрес электронной почты", "пошта", "електронна пошта", "ел. пошта",
        "електронна адреса", "адреса електронної пошти",
        // Others
        "e-postadress", "e-post", "epost", "e-postadresse", "epostadresse", "e-mailadresse", "mejladress", "sähköposti",
        "sähköpostiosoite", "e-mailová adresa", "emailová adresa", "e-mail cím", "email cím", "e-posta",
        "e-posta adresi", "eposta", "adresă de e-mail", "adresa de email", "adresa e-mail", "имейл адрес", "e-pošta",
        "e-poštni naslov", "email adresa", "el. paštas", "e-pasts", "ηλεκτρονική διεύθυνση", "διεύθυνση email",
        "メール", "メールアドレス", "eメール", "電子メール", "電子メールアドレス", "电子邮件", "电子邮箱", "邮箱", "邮箱地址",
        "邮件地址", "电子邮件地址", "電子郵件", "電子郵件地址", "電郵", "이메일", "이메일주소", "전자메일", "메일주소",
        "البريد الإلكتروني", "דואר אלקטרוני", "דואל");

    private static readonly HashSet<string> Names = [.. Keys(
        "name", "full name", "fullname", "display name", "contact name", "customer name", "subscriber name",
        "recipient name", "your name", "e-mail display name", "vollständiger name", "anzeigename", "kontaktname",
        "nom complet", "nom affiché", "nom et prénom", "prénom et nom", "nom à afficher", "nombre completo",
        "nombre y apellidos", "nombre para mostrar", "nome completo", "nome e cognome", "nome visualizzato",
        "nominativo", "nome de exibição", "nome para exibição", "nome", "nombre", "nom", "naam", "volledige naam",
        "weergavenaam", "imię i nazwisko", "nazwa", "nazwa wyświetlana", "имя", "фио", "ф.и.о.", "полное имя",
        "отображаемое имя", "имя и фамилия", "фамилия имя", "піб", "ім'я", "namn", "navn", "nimi", "jméno", "név",
        "teljes név", "ad soyad", "isim", "nume complet", "氏名", "名前", "お名前", "表示名", "姓名", "名字", "名稱",
        "이름", "성명", "الاسم", "שם")];

    private static readonly HashSet<string> FirstNames = [.. Keys(
        "first name", "firstname", "fname", "given name", "forename", "christian name", "vorname", "rufname", "prénom",
        "nombre", "nombre de pila", "primer nombre", "nome", "nome di battesimo", "primeiro nome", "nome próprio",
        "voornaam", "imię", "имя", "ім'я", "förnamn", "fornavn", "etunimi", "jméno", "křestní jméno", "meno",
        "keresztnév", "utónév", "ad", "adı", "prenume", "ime", "име", "vardas", "vārds", "eesnimi", "όνομα", "名",
        "الاسم الأول", "שם פרטי")];

    private static readonly HashSet<string> LastNames = [.. Keys(
        "last name", "lastname", "lname", "family name", "surname", "second name", "nachname", "familienname",
        "zuname", "nom de famille", "nom", "apellido", "apellidos", "primer apellido", "cognome", "sobrenome",
        "apelido", "último nome", "achternaam", "familienaam", "nazwisko", "фамилия", "прізвище", "efternamn",
        "efternavn", "etternavn", "sukunimi", "příjmení", "priezvisko", "vezetéknév", "soyad", "soyadı", "nume",
        "nume de familie", "prezime", "priimek", "фамилно име", "презиме", "pavardė", "uzvārds", "perekonnanimi",
        "επώνυμο", "姓", "名字", "اسم العائلة", "שם משפחה")];

    // Where people write "Vorname, Name" they mean the last name; beside an English first name, it is the whole one.
    private static readonly HashSet<(string First, string Last)> LastBesideFirst =
    [
        .. new[]
        {
            ("vorname", "name"), ("rufname", "name"), ("voornaam", "naam"), ("förnamn", "namn"), ("fornavn", "navn"),
            ("etunimi", "nimi"), ("eesnimi", "nimi"), ("keresztnév", "név"), ("utónév", "név"),
        }.Select(pair => (KeyOf(pair.Item1), KeyOf(pair.Item2))),
    ];

    private static readonly HashSet<string> Languages = [.. Keys(
        "language", "lang", "locale", "preferred language", "language code", "sprache", "bevorzugte sprache", "langue",
        "langue préférée", "idioma", "idioma preferido", "lengua", "lingua", "lingua preferita", "língua", "taal",
        "voorkeurstaal", "język", "preferowany język", "язык", "предпочитаемый язык", "мова", "språk", "sprog",
        "kieli", "jazyk", "nyelv", "dil", "limbă", "jezik", "език", "kalba", "valoda", "keel", "γλώσσα", "言語", "语言",
        "語言", "언어", "اللغة", "שפה")];

    /// <summary>Headers of a column with words for how a contact stands.</summary>
    public static HashSet<string> Status { get; } = [.. Keys(
        "status", "subscription status", "email status", "subscriber status", "contact status", "member status",
        "membership status", "subscription state", "subscriber state", "email state", "opt-in status", "opt status",
        "marketing status", "email marketing status", "email permission status", "permission status",
        "email marketing consent", "consent status", "email opt-in status", "list status", "mailing status",
        "newsletter status", "statut", "stato", "статус", "abonnementstatus", "abonnement-status", "anmeldestatus",
        "statut d'abonnement", "statut de l'abonnement", "estado de suscripción", "stato iscrizione",
        "estado da assinatura", "status da assinatura", "status subskrypcji", "статус подписки")];

    /// <summary>Headers that say status to some and something else to others, such as a part of a country.</summary>
    public static HashSet<string> DoubtfulStatus { get; } =
        [.. Keys("state", "estado", "zustand", "état", "состояние", "stan")];

    /// <summary>Headers of a column with yes, no or a time: what a contact is for which it says yes.</summary>
    public static Dictionary<string, ContactStatus> StatusFlags { get; } = CollectFlags();

    /// <summary>The columns whose headers say that they hold addresses, the plainest first.</summary>
    public static IEnumerable<int> AddressColumns(string[] headers)
    {
        var keys = Array.ConvertAll(headers, KeyOf);
        return from address in Addresses
               let column = Array.IndexOf(keys, address)
               where column >= 0
               select column;
    }

    /// <summary>Whether a header of addresses is one of postal addresses to others.</summary>
    public static bool MayBePostal(string header) => KeyOf(header) == "address";

    /// <summary>Where the name stands: in one column, or in those of its parts; -1 where it does not.</summary>
    /// <remarks>A word such as <c>nom</c> or <c>nombre</c> is the whole name alone, and a part of it beside the other
    /// part.</remarks>
    public static (int Whole, int First, int Last) NameColumns(string[] headers)
    {
        var keys = Array.ConvertAll(headers, KeyOf);
        var first = Find(FirstNames, -1);
        var last = Find(LastNames, first);
        var whole = Find(Names, -1);
        if (whole == first && last < 0)
        {
            first = -1;
        }
        else if (whole == last && first < 0)
        {
            last = -1;
        }
        else if (whole == first || whole == last)
        {
            whole = FindAfter(whole, first, last);
        }

        return whole >= 0 && first >= 0 && last < 0 && LastBesideFirst.Contains((keys[first], keys[whole]))
            ? (-1, first, whole)
            : (whole, first, last);

        int Find(HashSet<string> names, int but) =>
            Array.FindIndex(keys, key => names.Contains(key) && (but < 0 || key != keys[but]));

        int FindAfter(int from, int one, int other) => from < 0 ? -1 : Array.FindIndex(
            keys, from + 1, key => Names.Contains(key) && key != keys[one] && key != keys[other]);
    }

    /// <summary>Whether a header says that its column holds languages.</summary>
    public static bool IsLanguage(string header) => Languages.Contains(KeyOf(header));

    /// <summary>What is compared of a header: many write <c>Prenom</c> and <c>correo electronico</c>.</summary>
    public static string KeyOf(string header)
    {
        var key = StatusWords.Key(header);
        return Ascii.IsValid(key) || !PlainText.IsWellFormed(key)
            ? key
            : string.Concat(key.Normalize(NormalizationForm.FormD).Where(
                c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark));
    }

    private static Dictionary<string, ContactStatus> CollectFlags()
    {
        var flags = new Dictionary<string, ContactStatus>(StringComparer.Ordinal);
        Add(ContactStatus.Unsubscribed, "unsubscribed", "is unsubscribed", "opted out", "opt out", "optout",
            "email opt out", "email opted out", "unsubscribed from all email", "unsubscribed at", "unsubscribe date",
            "unsub time", "opt-out time", "opt-out date", "has opted out of email");
        Add(ContactStatus.UnsubscribedByUs, "blocklisted", "blacklisted", "is blocklisted", "email blacklisted",
            "email blocklisted", "do not email", "do not mail", "do not contact", "suppressed", "is suppressed");
        Add(ContactStatus.DoesNotExist, "bounced", "is bounced", "hard bounced", "cleaned", "clean time", "bounced at");
        Add(ContactStatus.Complained, "complained", "complained at", "marked as spam", "spam complaint");
        return flags;

        void Add(ContactStatus status, params string[] headers)
        {
            foreach (var header in Keys(headers))
            {
                flags[header] = status;
            }
        }
    }

    private static string[] Keys(params string[] headers) => Array.ConvertAll(headers, KeyOf);
}
