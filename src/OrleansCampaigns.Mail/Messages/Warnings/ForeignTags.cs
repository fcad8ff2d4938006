using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Messages.Warnings;

/// <summary>Finds the tags of other tools, which would go out as they are written.</summary>
/// <remarks>
/// Signs that hardly anything else uses make a tag of any name. Signs that stand in ordinary text do so only around a
/// word that people use for a field, such as <c>[First name]</c> or <c>%EMAIL%</c>.
/// </remarks>
internal static class ForeignTags
{
    /// <summary>How many are told.</summary>
    public const int ToldMax = 5;

    private const int NameLengthMax = 60;

    private static readonly (string Begin, string End)[] Certain =
    [
        ("*|", "|*"), ("%%", "%%"), ("[[", "]]"), ("{$", "}"), ("${", "}"), ("{%", "%}"), ("<%", "%>"), ("[%", "%]"),
        ("##", "##"), ("$$", "$$"), ("<<", ">>"), ("{!", "}"), ("#{", "}"), ("@{", "}"), ("%{", "}"), ("!*", "*!"),
        ("*{", "}*"), ("%recipient.", "%"), ("{contactfield", "}"), ("~Contact.", "~"), ("|*", "*|"),
    ];

    private static readonly (string Begin, string End)[] AroundFields =
        [("-", "-"), ("%", "%"), ("[", "]"), ("{", "}"), ("#", "#"), ("~", "~"), ("@", "@")];

    private static readonly string[] FieldParts =
        ["firstname", "lastname", "fullname", "fname", "lname", "unsub", "email", "optout", "webversion", "viewonline"];

    private static readonly HashSet<string> FieldNames = new(StringComparer.Ordinal)
    {
        "name", "surname", "username", "company", "city", "country", "phone", "birthday", "salutation", "greeting",
        "vorname", "nachname", "anrede", "prenom", "nom", "nombre", "apellido", "apellidos", "nome", "cognome",
        "sobrenome", "imya", "voornaam", "achternaam", "imie", "nazwisko", "abmelden", "abmeldelink", "browserview",
    };

    /// <summary>The first few, as they are written.</summary>
    /// <param name="text">Without our own tags.</param>
    public static IReadOnlyList<string> Find(string text)
    {
        var found = new List<string>();

        // In a link they may have been encoded, and in a text written as references.
        var decoded = AttributeText.Decode(text);
        foreach (var reading in new[] { text, decoded, Uri.UnescapeDataString(decoded) }.Distinct())
        {
            Find(reading, found);
        }

        return found;
    }

    private static void Find(string text, List<string> found)
    {
        for (var at = 0; at < text.Length && found.Count < ToldMax; at++)
        {
            if (char.IsAsciiLetterOrDigit(text[at]) || char.IsWhiteSpace(text[at]))
            {
                continue;
            }

            if (Length(text.AsSpan(), at) is > 0 and var length)
            {
                var tag = text.Substring(at, length);
                if (!found.Contains(tag))
                {
                    found.Add(tag);
                }

                at += length - 1;
            }
        }
    }

    private static int Length(ReadOnlySpan<char> text, int at)
    {
        var rest = text[at..];
        foreach (var (begin, end) in Certain)
        {
            if (Inside(rest, begin, end) is { IsEmpty: false } name && IsName(name, begin))
            {
                return begin.Length + name.Length + end.Length;
            }
        }

        foreach (var (begin, end) in AroundFields)
        {
            if (Inside(rest, begin, end) is { IsEmpty: false } name && IsField(name)
                && (at == 0 || !IsOfWord(text[at - 1], begin[0])))
            {
                var length = begin.Length + name.Length + end.Length;
                if (at + length == text.Length || !IsOfWord(text[at + length], begin[0]))
                {
                    return length;
                }
            }
        }

        return 0;
    }

    private static bool IsOfWord(char c, char sign) => char.IsAsciiLetterOrDigit(c) || c == sign || c == '_';

    private static ReadOnlySpan<char> Inside(ReadOnlySpan<char> rest, string begin, string end)
    {
        if (!rest.StartsWith(begin, StringComparison.Ordinal))
        {
            return default;
        }

        rest = rest[begin.Length..];
        var length = rest[..Math.Min(rest.Length, NameLengthMax + end.Length)].IndexOf(end, StringComparison.Ordinal);
        return length > 0 ? rest[..length] : default;
    }

    // Pairs of one sign stand around headings and prices, too, but then with blanks.
    private static bool IsName(ReadOnlySpan<char> name, string begin)
    {
        var isTight = begin is "##" or "$$" or "%%" or "<<";
        name = isTight ? name : name.Trim(" =:/-");
        return !name.IsEmpty && (char.IsLetter(name[0]) || begin[^1] is '.' or 'd')
            && !name.ContainsAny("\n\r<>") && !(isTight && name.ContainsAny(" {};"));
    }

    private static bool IsField(ReadOnlySpan<char> written)
    {
        Span<char> letters = stackalloc char[NameLengthMax + 1];
        var length = 0;
        foreach (var c in written)
        {
            if (char.IsLetter(c))
            {
                letters[length++] = char.ToLowerInvariant(c);
            }
            else if (!char.IsAsciiDigit(c) && c is not (' ' or '_' or '.' or '-' or ':'))
            {
                return false;
            }
        }

        var name = letters[..length].ToString();
        return FieldNames.Contains(name)
            || Array.Exists(FieldParts, part => name.Contains(part, StringComparison.Ordinal));
    }
}
