using System.Text;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>
/// The words of a reply, ready to be compared: lower case, without accents and punctuation, one space between words
/// and around the whole, sentence by sentence.
/// </summary>
/// <remarks>
/// Addresses are dropped, names of hosts become "host", links "url" and IP addresses "ip": a mailbox called
/// quota@spam.example must not decide anything. Links and names are kept apart, for the few rules that know them.
/// Fields of a header that a reply quotes are dropped with what they hold: they say what was sent, not why it was
/// refused.
/// </remarks>
internal sealed class ReplyText
{
    private const int CharactersMax = 4096;

    // What follows the last of them is one sentence: a reply has few, and each is compared with every rule.
    private const int SentencesMax = 32;

    private static readonly string[] CommonDomains =
    [
        "com", "net", "org", "info", "biz", "edu", "gov", "jp", "de", "fr", "nl", "pl", "ru", "cn", "br", "uk",
        "example",
    ];

    // Fields that servers quote when they show what they refused.
    private static readonly string[] HeaderFields =
    [
        "Received", "Subject", "From", "To", "Cc", "Date", "Message-ID", "Reply-To", "Return-Path",
        "MIME-Version", "Content-Type", "DKIM-Signature", "Authentication-Results", "Received-SPF",
        "List-Unsubscribe", "Feedback-ID", "References", "In-Reply-To", "User-Agent",
    ];

    // Error names of Exchange have dots as well, and say what happened.
    private static readonly string[] ErrorNamespaces =
        ["resolver", "storedrv", "routing", "queue", "smtpsend", "agent", "transport", "approval"];

    // Postfix appends which command was answered; "mail from" there is no word about the sender.
    private static readonly string[] QuotedCommands =
    [
        " in reply to mail from command ", " in reply to rcpt to command ", " in reply to data command ",
        " in reply to end of data command ", " in reply to helo command ", " in reply to ehlo command ",
    ];

    // What a sentence begins with that tells people what to do, or what may have happened: no reason by itself.
    private static readonly string[] AdviceStarts =
    [
        " please ", " see ", " visit ", " contact ", " for more ", " for further ", " for details ", " for help ",
        " for information ", " for assistance ", " for explanation ", " more information ", " if you ", " if this ",
        " if the ", " to request ", " to resolve ", " to fix ", " to be removed ", " you can ", " you may ",
        " you might ", " you should ", " check ", " make sure ", " ensure ", " refer to ", " read ", " go to ",
        " possible reasons ", " possible causes ", " this may ", " this might ", " this could ", " maybe ",
        " perhaps ", " bitte ", " veuillez ", " por favor ", " si vous ", " alternatively ", " ask ", " try ",
    ];

    /// <param name="Words">Its words.</param>
    /// <param name="IsAdvice">Whether it only tells people what to do.</param>
    private readonly record struct Sentence(string Words, bool IsAdvice);

    private ReplyText(List<Sentence> sentences, string names)
    {
        var told = sentences.Where(sentence => !sentence.IsAdvice).Select(sentence => sentence.Words).ToArray();
        var all = sentences.Select(sentence => sentence.Words).ToArray();
        Told = told.Length > 0 ? told : all;
        Words = Joined(all);
        ToldWords = told.Length is 0 || told.Length == sentences.Count ? Words : Joined(told);
        Names = names;
    }

    /// <summary>The sentences that say what happened; all of them where each is advice.</summary>
    public IReadOnlyList<string> Told { get; }

    /// <summary>The words of those sentences.</summary>
    public string ToldWords { get; }

    /// <summary>All words.</summary>
    public string Words { get; }

    /// <summary>Links, names of hosts and domains of addresses, separated by spaces.</summary>
    public string Names { get; }

    public static ReplyText Of(string text)
    {
        var sentences = new List<Sentence>();
        var words = new StringBuilder(Math.Min(text.Length, CharactersMax) + 2).Append(' ');
        var names = new StringBuilder();
        var rest = text.AsSpan(0, Math.Min(text.Length, CharactersMax));
        var inField = false;
        var inAdvice = false;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny(TokenEnds);
            var token = end < 0 ? rest : rest[..end];
            var separator = end < 0 ? ' ' : rest[end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            inField = IsQuotedField(token, rest) || (inField && !EndsField(separator));
            var bare = token.Trim(".:-!?*=#'");
            if (!inField && !IsRepeatedCode(token))
            {
                Append(bare, words, names);
            }

            if (words.Length > 1 && EndsSentence(token, bare, separator) && sentences.Count < SentencesMax)
            {
                sentences.Add(Finished(words, inAdvice));

                // "Please check the address; it may not exist": what follows a semicolon is still advice.
                inAdvice = separator is ';' && sentences[^1].IsAdvice;
                words.Clear().Append(' ');
            }
        }

        if (words.Length > 1 || sentences.Count == 0)
        {
            sentences.Add(Finished(words, inAdvice));
        }

        return new ReplyText(sentences, names.ToString());
    }

    private static string Joined(IEnumerable<string> sentences) =>
        string.Concat(sentences.Select((sentence, i) => i == 0 ? sentence : sentence[1..]));

    private static Sentence Finished(StringBuilder words, bool inAdvice)
    {
        foreach (var command in QuotedCommands)
        {
            words.Replace(command, " ");
        }

        var text = words.ToString();
        return new Sentence(text, inAdvice || IsAdvice(text));
    }

    private static bool IsAdvice(string sentence)
    {
        foreach (var start in AdviceStarts)
        {
            if (sentence.StartsWith(start, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool EndsSentence(ReadOnlySpan<char> token, ReadOnlySpan<char> bare, char separator) =>
        separator is ';' or '|' or '\u3002'
        || (bare.Length > 1 && token[^1] is '.' or '!' or '?' && separator is ' ' or '\t' or '\r' or '\n');

    /// <summary>
    /// "Received: from mx…", "Subject: Spring news": a field that the reply quotes. "Missing From: header" and
    /// "MAIL FROM:&lt;jo@example.org&gt;" quote none.
    /// </summary>
    private static bool IsQuotedField(ReadOnlySpan<char> token, ReadOnlySpan<char> rest)
    {
        if (token.Length < 3 || token[^1] != ':' || !char.IsAsciiLetterUpper(token[0]))
        {
            return false;
        }

        var name = token[..^1];
        var isField = (name.StartsWith("X-", StringComparison.Ordinal) && name.Length > 3)
            || IsOneOf(name, HeaderFields);
        rest = rest.TrimStart(' ');
        return isField && !rest.IsEmpty && !name.SequenceEqual("FROM") && !name.SequenceEqual("TO")
            && !rest.StartsWith("header", StringComparison.OrdinalIgnoreCase)
            && !rest.StartsWith("field", StringComparison.OrdinalIgnoreCase);
    }

    private static bool EndsField(char separator) => separator is ';' or '|';

    /// <summary>The code and status that each line of a reply repeats, where its lines were joined.</summary>
    private static bool IsRepeatedCode(ReadOnlySpan<char> token)
    {
        if (token.Length < 3 || token[0] is not ('2' or '4' or '5') || !char.IsAsciiDigit(token[1])
            || !char.IsAsciiDigit(token[2]))
        {
            return false;
        }

        return token.Length == 3 || (token[3] == '-' && token[4..].IndexOfAnyExcept(StatusCharacters) < 0);
    }

    private static readonly System.Buffers.SearchValues<char> TokenEnds =
        System.Buffers.SearchValues.Create(" \t\r\n\0<>()[]{}\",;|\u00A0\u3000\u3001\u3002");

    private static void Append(ReadOnlySpan<char> token, StringBuilder words, StringBuilder names)
    {
        if (token.IsEmpty)
        {
            return;
        }

        if (token.Contains("://", StringComparison.Ordinal) ||
            token.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
        {
            words.Append("url ");
            names.Append(token).Append(' ');
        }
        else if (IsAddress(token))
        {
            names.Append(token[(token.LastIndexOf('@') + 1)..]).Append(' ');
        }
        else if (IsIpAddress(token))
        {
            words.Append("ip ");
        }
        else if (IsHost(token))
        {
            words.Append("host ");
            names.Append(token).Append(' ');
        }
        else
        {
            AppendWords(token, words);
        }
    }

    private static void AppendWords(ReadOnlySpan<char> token, StringBuilder words)
    {
        var start = words.Length;
        for (var i = 0; i < token.Length; i++)
        {
            var c = Fold(char.ToLowerInvariant(token[i]));
            var insideNumber = c == '.' && i > 0 && i + 1 < token.Length
                && char.IsAsciiDigit(token[i - 1]) && char.IsAsciiDigit(token[i + 1]);
            if (c == '\u00DF')
            {
                words.Append("ss");
            }
            else if (char.IsLetterOrDigit(c) || insideNumber)
            {
                words.Append(c);
            }
            else if (c is not '\'' && words[^1] != ' ')
            {
                start = Finish(words, start);
            }
        }

        if (words[^1] != ' ')
        {
            Finish(words, start);
        }
    }

    /// <summary>Ends the word that begins at <paramref name="start"/>; the place where the next one begins.</summary>
    private static int Finish(StringBuilder words, int start)
    {
        var length = words.Length - start;
        if (length <= ReplyWords.LengthMax)
        {
            Span<char> word = stackalloc char[ReplyWords.LengthMax];
            words.CopyTo(start, word, length);
            if (ReplyWords.Mended(word[..length]) is { } mended)
            {
                words.Length = start;
                words.Append(mended);
            }
        }

        words.Append(' ');
        return words.Length;
    }

    private static bool IsAddress(ReadOnlySpan<char> token)
    {
        var at = token.LastIndexOf('@');
        return at > 0 && at < token.Length - 1;
    }

    private static bool IsIpAddress(ReadOnlySpan<char> token)
    {
        var equals = token.LastIndexOf('=');
        var address = equals >= 0 ? token[(equals + 1)..] : token;
        var port = address.IndexOf(':');
        if (port > 0 && address[..port].Contains('.'))
        {
            address = address[..port];
        }

        return (address.Count('.') == 3 || address.Count(':') >= 2)
            && address.IndexOfAnyExcept(IpAddressCharacters) < 0;
    }

    private static bool IsHost(ReadOnlySpan<char> token)
    {
        var dots = token.Count('.');
        if (dots == 0 || token.IndexOfAnyExcept(HostCharacters) >= 0)
        {
            return false;
        }

        var last = token[(token.LastIndexOf('.') + 1)..];
        var first = token[..token.IndexOf('.')];
        if (last.Length is < 2 or > 10 || last.IndexOfAnyInRange('0', '9') >= 0 || IsOneOf(first, ErrorNamespaces))
        {
            return false;
        }

        // "sent.Please" is two words of a sloppy writer, not a host.
        return (dots >= 2 || IsOneOf(last, CommonDomains)) && char.IsUpper(last[0]) == char.IsUpper(last[^1]);
    }

    private static readonly System.Buffers.SearchValues<char> StatusCharacters =
        System.Buffers.SearchValues.Create("0123456789.");

    private static readonly System.Buffers.SearchValues<char> IpAddressCharacters =
        System.Buffers.SearchValues.Create("0123456789abcdefABCDEF.:x#");

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private static bool IsOneOf(ReadOnlySpan<char> word, string[] list)
    {
        foreach (var entry in list)
        {
            if (word.Equals(entry, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The letter without its accent, and the plain apostrophe for a curly one.</summary>
    private static char Fold(char c) => c switch
    {
        < '\u0080' => c,
        '\u2019' or '\u2018' or '\u00B4' => '\'',
        'à' or 'á' or 'â' or 'ã' or 'ä' or 'å' or 'ą' or 'ă' or 'ā' => 'a',
        'ç' or 'ć' or 'č' => 'c',
        'ď' or 'đ' => 'd',
        'è' or 'é' or 'ê' or 'ë' or 'ę' or 'ě' or 'ė' or 'ē' => 'e',
        'ì' or 'í' or 'î' or 'ï' or 'ı' or 'į' or 'ī' => 'i',
        'ł' or 'ľ' => 'l',
        'ñ' or 'ń' or 'ň' => 'n',
        'ò' or 'ó' or 'ô' or 'õ' or 'ö' or 'ø' or 'ő' => 'o',
        'ř' => 'r',
        'ś' or 'š' or 'ş' or 'ș' => 's',
        'ť' or 'ţ' or 'ț' => 't',
        'ù' or 'ú' or 'û' or 'ü' or 'ů' or 'ű' or 'ū' or 'ų' => 'u',
        'ý' => 'y',
        'ź' or 'ż' or 'ž' => 'z',
        'ğ' => 'g',
        _ => c,
    };
}
