using System.Text;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>
/// The words of a reply, ready to be compared: lower case, without accents and punctuation, one space between words
/// and around the whole.
/// </summary>
/// <remarks>
/// Addresses are dropped, names of hosts become "host", links "url" and IP addresses "ip": a mailbox called
/// quota@spam.example must not decide anything. Links and names are kept apart, for the few rules that know them.
/// </remarks>
/// <param name="Words">The words.</param>
/// <param name="Names">Links, names of hosts and domains of addresses, separated by spaces.</param>
internal readonly record struct ReplyText(string Words, string Names)
{
    private const int CharactersMax = 4096;

    private static readonly string[] CommonDomains =
    [
        "com", "net", "org", "info", "biz", "edu", "gov", "jp", "de", "fr", "nl", "pl", "ru", "cn", "br", "uk",
        "example",
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

    public static ReplyText Of(string text)
    {
        var words = new StringBuilder(Math.Min(text.Length, CharactersMax) + 2).Append(' ');
        var names = new StringBuilder();
        var rest = text.AsSpan(0, Math.Min(text.Length, CharactersMax));
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny(TokenEnds);
            var token = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            Append(token.Trim(".:-!?*=#'"), words, names);
        }

        foreach (var command in QuotedCommands)
        {
            words.Replace(command, " ");
        }

        return new ReplyText(words.ToString(), names.ToString());
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
        for (var i = 0; i < token.Length; i++)
        {
            var c = Fold(char.ToLowerInvariant(token[i]));
            var insideNumber = c == '.' && i > 0 && i + 1 < token.Length
                && char.IsAsciiDigit(token[i - 1]) && char.IsAsciiDigit(token[i + 1]);
            if (char.IsLetterOrDigit(c) || insideNumber)
            {
                words.Append(c);
            }
            else if (c is not '\'' && words[^1] != ' ')
            {
                words.Append(' ');
            }
        }

        if (words[^1] != ' ')
        {
            words.Append(' ');
        }
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
        'à' or 'á' or 'â' or 'ã' or 'ä' or 'å' or 'ą' => 'a',
        'ç' or 'ć' or 'č' => 'c',
        'è' or 'é' or 'ê' or 'ë' or 'ę' or 'ě' => 'e',
        'ì' or 'í' or 'î' or 'ï' or 'ı' => 'i',
        'ł' => 'l',
        'ñ' or 'ń' or 'ň' => 'n',
        'ò' or 'ó' or 'ô' or 'õ' or 'ö' or 'ø' => 'o',
        'ř' => 'r',
        'ś' or 'š' or 'ş' => 's',
        'ù' or 'ú' or 'û' or 'ü' or 'ů' => 'u',
        'ý' => 'y',
        'ź' or 'ż' or 'ž' => 'z',
        'ğ' => 'g',
        _ => c,
    };
}
