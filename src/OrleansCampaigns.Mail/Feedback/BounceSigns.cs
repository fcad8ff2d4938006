using System.Text.RegularExpressions;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Tells a bounce that follows no standard from a letter that merely speaks of one.</summary>
internal static partial class BounceSigns
{
    private const int Enough = 3;
    private const int LinesMax = 60;

    // How far after a word of success "fail" may stand: ".{0,20}fail".
    private const int SuccessAfterMax = 24;

    /// <summary>Whether enough speaks for a bounce.</summary>
    public static bool Suffice(MessageContents message, string[] noticeLines)
    {
        if (message.Header.Has("X-Failed-Recipients"))
        {
            return true;
        }

        var outside = (IsFromDaemon(message.Header) ? 2 : 0)
            + (HasSubject(message.Header) ? 2 : 0)
            + (message.ContentType.Contains("delivery-status", StringComparison.Ordinal) ? 2 : 0)
            + (message.Header["Return-Path"] is "<>" || Machine().IsMatch(message.Header["From"] ?? "") ? 1 : 0);

        // People quote bounces in their letters: the text alone proves nothing.
        var text = string.Join('\n', noticeLines.Take(LinesMax));
        return outside > 0
            && outside + (Sentence().IsMatch(text) ? 2 : 0) + (ServerReply().IsMatch(text) ? 1 : 0) >= Enough;
    }

    /// <summary>Whether a machine that carries mail wrote it, by the name it gives itself.</summary>
    public static bool IsFromDaemon(HeaderFields header) =>
        Daemon().IsMatch(header["From"] ?? "") || Daemon().IsMatch(header["Sender"] ?? "");

    /// <summary>Whether the subject is that of a bounce.</summary>
    public static bool HasSubject(HeaderFields header) => Subject().IsMatch(header["Subject"] ?? "");

    /// <summary>Whether the message says that delivery goes on: a warning, no bounce.</summary>
    public static bool IsDelay(HeaderFields header, string[] noticeLines) =>
        DelaySubject().IsMatch(header["Subject"] ?? "")
        || noticeLines.Take(LinesMax).Any(line => DelaySentence().IsMatch(line));

    /// <summary>Whether the message says that the e-mail arrived.</summary>
    public static bool IsSuccess(HeaderFields header, string[] noticeLines) =>
        (IsSuccess(header["Subject"] ?? "")
            || noticeLines.Take(LinesMax).Any(line => SuccessSentence().IsMatch(line)))
        && !noticeLines.Take(LinesMax).Any(line => Sentence().IsMatch(line));

    /// <summary>A word of success, unless a failure follows it soon or "not" or "un" stands before it.</summary>
    private static bool IsSuccess(string subject)
    {
        foreach (var word in SuccessSubject().EnumerateMatches(subject))
        {
            var end = word.Index + word.Length;
            var after = subject.AsSpan(end, Math.Min(SuccessAfterMax, subject.Length - end));
            var before = subject.AsSpan(0, word.Index).TrimEnd(' ');
            if (!after.Contains("fail", StringComparison.OrdinalIgnoreCase)
                && !(before.Length >= word.Index - 1
                    && (before.EndsWith("not", StringComparison.OrdinalIgnoreCase)
                        || before.EndsWith("un", StringComparison.OrdinalIgnoreCase)
                        || before.EndsWith("be", StringComparison.OrdinalIgnoreCase))
                    && subject.AsSpan(word.Index, word.Length).Equals(
                        "delivered", StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon"
        + @"|mail delivery (?:sub)?system|delivery sub ?system" +
        @"|mail administrator|system administrator|mail system|mailsystem|mail router|bounce[s]?[@-]|mmdf"
        + @"|ndr\b|nondelivery|mail agent",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Daemon();

    [GeneratedRegex(@"\b(?:no|do-?not)[-_.]?reply\b|notification|\bauto(?:mail|matic)|sysadmin|[-_.]admin@|\bowner-",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Machine();

    [GeneratedRegex(@"undeliver|non.?deliver|not delivered|returned mail|returned to sender|return(?:ed"
        + @"|ing)? (?:message|mail|email)|failure notice" +
        @"|fail(?:ed|ure) (?:notice|notification)|delivery (?:status )?(?:notification|failure|failed"
        + @"|problem|report|error|status|has failed)" +
        @"|(?:mail|message|e-?mail|send).{0,12}(?:fail|error)|could not (?:be )?(?:deliver|send|sent)"
        + @"|couldn't be delivered|cannot (?:be )?(?:send|deliver)" +
        @"|unable to deliver|delivery unsuccessful|unzustellbar|nicht zugestellt|nicht zustellbar"
        + @"|fehlgeschlagen|unbestellbar" +
        @"|non remis|non distribu|chec de (?:la )?(?:remise|distribution)|no se pudo entregar"
        + @"|no se puede entregar|no entregado|devuelto" +
        @"|n.{1,2}o entregue|falha na entrega|devolvid|recapito|mancata consegna|non recapitabile"
        + @"|onbestelbaar|niet afgeleverd" +
        @"|gick inte att leverera|kunne ikke leveres|kan ikke leveres|ei voitu toimittaa|niedostarcz"
        + @"|nie dostarcz|nedoru|k.zbes.thetetlen" +
        @"|не ?достав|недостав|не удалось достав|退信|无法投递|無法傳遞|無法投遞|送達でき|配信不能|配信でき|配送でき|エラー通知|送信エラー|返送" +
        @"|not (?:a )?member|전송.?실패|반송|mail system error|warning: (?:could not|message)|errors from"
        + @"|system error|undelivered|bounce",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Subject();

    [GeneratedRegex(@"(?:could|can|was|were|is|has|have)(?:\s+not|n't)\s+(?:be\s+|been\s+"
        + @"|yet\s+been\s+)?(?:deliver|sent|reach)|undeliverable|not delivered" +
        @"|(?:unable|not able|wasn't able|failed) to (?:deliver|send)|permanent (?:fatal )?error|fatal error"
        + @"|delivery (?:has )?failed" +
        @"|(?:delivery|mail|message).{0,40}\bfail(?:ed|ure)|was rejected by|rejected your message"
        + @"|returned to (?:you|sender)|could not send|not a member of this" +
        @"|following (?:recipient|address)\S*.{0,30}(?:fail|reject|reach|affected)"
        + @"|konnte nicht (?:zugestellt|ausgeliefert)|n'a pas pu .tre" +
        @"|no (?:se )?pudo|no ha podido|n.o (?:p.de|foi poss.vel)|non . stato possibile|не (?:может быть"
        + @"|было|удалось) .{0,10}достав" +
        @"|送信できません|配信できません|送れませんでした|届けることができません|无法(?:投递|送达|发送)|無法(?:投遞|送達|傳送)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Sentence();

    [GeneratedRegex(@"(?:^|[\s>:'""(])[45]\d\d[ \-]{1,3}#?(?:[45]\.\d\.\d+|[<A-Za-z])|#[45]\.\d\.\d+|(?:^"
        + @"|\s)(?:in:|out:)?\s*rcpt to",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Multiline
            | RegexOptions.NonBacktracking)]
    private static partial Regex ServerReply();

    [GeneratedRegex(@"\bdelay(?:ed)?\b|\bwarning\b|still being retried|verz.{1,2}ger|retard|retras|atras"
        + @"|ritard|vertrag|opóźn|задерж|遅延|延迟|延遲|not yet been delivered|delivery incomplete|still trying",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DelaySubject();

    [GeneratedRegex(@"this is a warning (?:message )?only|has been delayed|have been delayed|is delayed"
        + @"|(?:has|have) not yet been delivered|not been delivered yet" +
        @"|will be retried|will (?:keep trying|continue|try again|retry|be attempted)|do not need to resend"
        + @"|message still undelivered" +
        @"|delivery attempts will continue|still (?:being )?retr|still trying to deliver"
        + @"|temporary (?:non-critical )?delivery (?:problem|delay)|temporary problem (?:delivering|while delivering)"
        + @"|delivery (?:is )?incomplete|(?:will|shall|going to) (?:be )?(?:re-?tr(?:y|ied)|re-?send|re-?sent"
        + @"|keep (?:on )?trying)"
        + @"|(?:we|server|system|i)(?:'ll| will| shall| is going to| am going to) (?:continue|go on|keep|try)\b"
        + @"|(?:has|have) not been able to deliver .{0,60}\byet|not (?:yet )?(?:been )?deliver(?:ed|able) (?:yet"
        + @"|so far)"
        + @"|no action is required|wird (?:weiterhin|erneut) versucht|noch nicht zugestellt|verzögert"
        + @"|weitere zustellversuche"
        + @"|n'a pas encore (?:pu )?être|nouvelles? tentatives?|aún no (?:se )?ha|todavía no (?:se )?ha"
        + @"|se seguirá intentando"
        + @"|ainda não (?:foi|pôde)|continuar(?:á|emos) (?:a )?tent|non è (?:ancora )?stat[oa] ancora"
        + @"|verranno effettuati altri"
        + @"|nog niet (?:afgeleverd|bezorgd)|jeszcze nie (?:została|został|dostarcz)|ещ[её] не доставлен"
        + @"|попытки .{0,20}продолж"
        + @"|まだ配信されて|再送を(?:試|行)|尚未(?:送达|投递|送達)|将继续(?:尝试|重试)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DelaySentence();

    [GeneratedRegex(@"\b(?:relay|success|delivered|successful|expanded)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SuccessSubject();

    [GeneratedRegex(@"(?:was|were|has been|have been) (?:successfully )?(?:delivered"
        + @"|relayed)(?: (?:successfully|to))?|successfully (?:delivered|relayed)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SuccessSentence();
}
