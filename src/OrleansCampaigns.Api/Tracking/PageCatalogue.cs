namespace OrleansCampaigns.Api.Tracking;

/// <summary>What the public pages say, in each of their languages.</summary>
internal static class PageCatalogue
{
    public static PageTexts English { get; } = new()
    {
        Language = "en",
        Title = "Unsubscribe",
        Subscribed = "E-mail from {sender} goes to {address}.",
        UnsubscribeButton = "Unsubscribe from everything",
        ChooseHeading = "Or choose what you get",
        ChooseLegend = "Keep me on these lists",
        SaveButton = "Save my choice",
        SavedTitle = "Your choice is saved",
        UnsubscribedTitle = "You are unsubscribed",
        Unsubscribed = "No more e-mail from {sender} goes to {address}.",
        MistakeHeading = "Was that a mistake?",
        Agreement = "With the button you agree to get e-mail from {sender} again.",
        ReturnButton = "Subscribe again",
        ReturnedTitle = "You are subscribed again",
        TooOftenTitle = "Nothing was changed: it was changed too often",
        WriteToSender = "If that is a mistake, please write to whoever sent you the e-mail.",
        UnnamedSender = "us",
        NotFoundTitle = "Nothing here",
        NotFound =
            "This link is not valid. It may have been cut off or altered: try to open it from the e-mail again.",
        UnavailableTitle = "Not now",
        Unavailable = "This cannot be done at the moment. Nothing was changed; please try again in a few minutes.",
        UnreadableTitle = "Not understood",
        Unreadable = "The request could not be read. Nothing was changed.",
    };

    public static PageTexts German { get; } = new()
    {
        Language = "de",
        Title = "Abmelden",
        Subscribed = "E-Mails von {sender} gehen an {address}.",
        UnsubscribeButton = "Von allem abmelden",
        ChooseHeading = "Oder auswählen, was Sie bekommen",
        ChooseLegend = "Diese Listen möchte ich behalten",
        SaveButton = "Auswahl speichern",
        SavedTitle = "Ihre Auswahl ist gespeichert",
        UnsubscribedTitle = "Sie sind abgemeldet",
        Unsubscribed = "An {address} gehen keine E-Mails von {sender} mehr.",
        MistakeHeading = "War das ein Versehen?",
        Agreement = "Mit der Schaltfläche stimmen Sie zu, wieder E-Mails von {sender} zu bekommen.",
        ReturnButton = "Wieder anmelden",
        ReturnedTitle = "Sie sind wieder angemeldet",
        TooOftenTitle = "Nichts wurde geändert: Es wurde zu oft geändert",
        WriteToSender = "Wenn das ein Irrtum ist, schreiben Sie bitte an den Absender der E-Mail.",
        UnnamedSender = "uns",
        NotFoundTitle = "Hier ist nichts",
        NotFound =
            "Dieser Link ist nicht gültig. Vielleicht wurde er abgeschnitten oder verändert: "
            + "Öffnen Sie ihn bitte noch einmal aus der E-Mail.",
        UnavailableTitle = "Zurzeit nicht möglich",
        Unavailable =
            "Das geht im Moment nicht. Es wurde nichts geändert; bitte versuchen Sie es in ein paar Minuten wieder.",
        UnreadableTitle = "Nicht verstanden",
        Unreadable = "Die Anfrage konnte nicht gelesen werden. Es wurde nichts geändert.",
    };

    public static PageTexts French { get; } = new()
    {
        Language = "fr",
        Title = "Se désabonner",
        Subscribed = "Les e-mails de {sender} sont envoyés à {address}.",
        UnsubscribeButton = "Me désabonner de tout",
        ChooseHeading = "Ou choisissez ce que vous recevez",
        ChooseLegend = "Je souhaite rester inscrit à ces listes",
        SaveButton = "Enregistrer mon choix",
        SavedTitle = "Votre choix est enregistré",
        UnsubscribedTitle = "Vous êtes désabonné",
        Unsubscribed = "Plus aucun e-mail de {sender} ne sera envoyé à {address}.",
        MistakeHeading = "C’était une erreur ?",
        Agreement = "En cliquant sur le bouton, vous acceptez de recevoir à nouveau les e-mails de {sender}.",
        ReturnButton = "Me réabonner",
        ReturnedTitle = "Vous êtes de nouveau abonné",
        TooOftenTitle = "Rien n’a été modifié : il y a eu trop de changements",
        WriteToSender = "S’il s’agit d’une erreur, veuillez écrire à l’expéditeur de l’e-mail.",
        UnnamedSender = "l’expéditeur",
        NotFoundTitle = "Il n’y a rien ici",
        NotFound =
            "Ce lien n’est pas valable. Il a peut-être été coupé ou modifié : "
            + "essayez de l’ouvrir à nouveau depuis l’e-mail.",
        UnavailableTitle = "Indisponible pour le moment",
        Unavailable =
            "Cette opération est impossible pour le moment. Rien n’a été modifié ; "
            + "veuillez réessayer dans quelques minutes.",
        UnreadableTitle = "Demande non comprise",
        Unreadable = "La demande n’a pas pu être lue. Rien n’a été modifié.",
    };

    public static PageTexts Spanish { get; } = new()
    {
        Language = "es",
        Title = "Darse de baja",
        Subscribed = "Los correos de {sender} se envían a {address}.",
        UnsubscribeButton = "Darme de baja de todo",
        ChooseHeading = "O elija lo que quiere recibir",
        ChooseLegend = "Quiero seguir en estas listas",
        SaveButton = "Guardar mi selección",
        SavedTitle = "Su selección se ha guardado",
        UnsubscribedTitle = "Se ha dado de baja",
        Unsubscribed = "Ya no se enviarán más correos de {sender} a {address}.",
        MistakeHeading = "¿Ha sido un error?",
        Agreement = "Al pulsar el botón, acepta volver a recibir correos de {sender}.",
        ReturnButton = "Volver a suscribirme",
        ReturnedTitle = "Se ha suscrito de nuevo",
        TooOftenTitle = "No se ha cambiado nada: ha habido demasiados cambios",
        WriteToSender = "Si se trata de un error, escriba a quien le envió el correo.",
        UnnamedSender = "nuestra parte",
        NotFoundTitle = "Aquí no hay nada",
        NotFound =
            "Este enlace no es válido. Puede que esté incompleto o modificado: "
            + "intente abrirlo de nuevo desde el correo.",
        UnavailableTitle = "Ahora no es posible",
        Unavailable =
            "En este momento no se puede hacer. No se ha cambiado nada; vuelva a intentarlo dentro de unos minutos.",
        UnreadableTitle = "Solicitud no comprendida",
        Unreadable = "No se ha podido leer la solicitud. No se ha cambiado nada.",
    };

    public static PageTexts Italian { get; } = new()
    {
        Language = "it",
        Title = "Annulla l’iscrizione",
        Subscribed = "Le e-mail di {sender} vengono inviate a {address}.",
        UnsubscribeButton = "Cancellami da tutto",
        ChooseHeading = "Oppure scelga che cosa ricevere",
        ChooseLegend = "Voglio restare in queste liste",
        SaveButton = "Salva la mia scelta",
        SavedTitle = "La sua scelta è stata salvata",
        UnsubscribedTitle = "La sua iscrizione è stata annullata",
        Unsubscribed = "Le e-mail di {sender} non verranno più inviate a {address}.",
        MistakeHeading = "È stato un errore?",
        Agreement = "Con il pulsante accetta di ricevere di nuovo le e-mail di {sender}.",
        ReturnButton = "Iscrivimi di nuovo",
        ReturnedTitle = "La sua iscrizione è di nuovo attiva",
        TooOftenTitle = "Non è stato modificato nulla: ci sono state troppe modifiche",
        WriteToSender = "Se si tratta di un errore, scriva a chi le ha inviato l’e-mail.",
        UnnamedSender = "questo mittente",
        NotFoundTitle = "Qui non c’è nulla",
        NotFound =
            "Questo link non è valido. Forse è incompleto o è stato modificato: provi ad aprirlo di nuovo dall’e-mail.",
        UnavailableTitle = "Al momento non è possibile",
        Unavailable =
            "Al momento l’operazione non è possibile. Non è stato modificato nulla; riprovi tra qualche minuto.",
        UnreadableTitle = "Richiesta non compresa",
        Unreadable = "Non è stato possibile leggere la richiesta. Non è stato modificato nulla.",
    };

    // A name is not declined in Russian when it stands in quotes behind a noun that is.
    public static PageTexts Russian { get; } = new()
    {
        Language = "ru",
        Title = "Отписаться",
        Subscribed = "Письма отправителя «{sender}» приходят на адрес {address}.",
        UnsubscribeButton = "Отписаться от всех рассылок",
        ChooseHeading = "Или выберите, что вы хотите получать",
        ChooseLegend = "Оставить меня в этих списках",
        SaveButton = "Сохранить выбор",
        SavedTitle = "Ваш выбор сохранён",
        UnsubscribedTitle = "Вы отписались от рассылки",
        Unsubscribed = "Письма отправителя «{sender}» больше не будут приходить на адрес {address}.",
        MistakeHeading = "Это была ошибка?",
        Agreement = "Нажимая кнопку, вы соглашаетесь снова получать письма отправителя «{sender}».",
        ReturnButton = "Подписаться снова",
        ReturnedTitle = "Вы снова подписаны",
        TooOftenTitle = "Ничего не изменено: изменений было слишком много",
        WriteToSender = "Если это ошибка, напишите, пожалуйста, отправителю письма.",
        UnnamedSender = "без имени",
        NotFoundTitle = "Здесь ничего нет",
        NotFound =
            "Эта ссылка недействительна. Возможно, она обрезана или изменена: попробуйте снова открыть её из письма.",
        UnavailableTitle = "Сейчас недоступно",
        Unavailable = "Сейчас это невозможно. Ничего не изменено; попробуйте ещё раз через несколько минут.",
        UnreadableTitle = "Запрос не распознан",
        Unreadable = "Не удалось прочитать запрос. Ничего не изменено.",
    };
}
