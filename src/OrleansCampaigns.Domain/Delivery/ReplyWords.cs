namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Mends the words that servers misspell, so that rules need to know the right spelling alone.</summary>
/// <remarks>
/// A word is mended if it is one letter, or in long words two, away from a word that replies turn upon, begins with
/// the same letter and is no longer form of it ("recipients", "addressed").
/// </remarks>
internal static class ReplyWords
{
    private const int LengthMin = 5;
    /// <summary>The longest word that is looked at, in characters.</summary>
    public const int LengthMax = 16;

    private const int LongMin = 11;

    // The words that refusals turn upon and that people get wrong.
    private static readonly string[] Known =
    [
        "recipient", "address", "mailbox", "unknown", "exist", "exists", "existing", "existent", "nonexistent",
        "unavailable", "available", "temporarily", "exceeded", "exceeds", "authentication", "rejected", "blocked",
        "blacklisted", "suspended", "disabled", "deactivated", "inactive", "account", "invalid", "denied",
        "greylisted", "undeliverable", "unrouteable", "connection", "connections", "domain", "permanently",
        "desconocido", "inexistente", "destinatario", "usuario", "empfanger", "unbekannt", "destinataire", "inconnu",
        "sconosciuto", "desconhecido",
    ];

    // Words that are right although they stand near one of the known and that no rule names.
    private static readonly string[] Right =
    [
        "known", "accounts", "discount", "domains", "remain", "exit", "exits", "exceed", "accept", "access", "deny",
        "deleted", "unlocked", "locked", "unblocked", "enabled", "usuarios", "adresse", "adres", "exact", "exactly",
        "inactivity", "activated", "invalidate", "existe", "existed", "rejecting", "rejects", "rejeter", "inconnue",
        "existem", "desconocida", "desconhecida", "sconosciuta", "unbekannte", "unbekannter", "unbekannten",
        "recipients", "recipiente", "destinatarios", "domaine", "domein", "dominio", "domena", "connecting",
        "destinatari", "unavailability", "permanent", "temporary", "excedido", "avoid", "blocks",
    ];

    private static readonly ILookup<char, string> ByLetter = Known.ToLookup(word => word[0]);
    private static readonly HashSet<string> AsTheyAre =
    [
        .. Known, .. Right,
        .. ReplyClassifier.AllRules.SelectMany(rule => rule.Phrases)
            .SelectMany(phrase => phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> AsTheyAreBySpan =
        AsTheyAre.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The right spelling of <paramref name="word"/>, or <see langword="null"/> to leave it alone.</summary>
    public static string? Mended(ReadOnlySpan<char> word)
    {
        if (word.Length is < LengthMin or > LengthMax || AsTheyAreBySpan.Contains(word))
        {
            return null;
        }

        foreach (var known in ByLetter[word[0]])
        {
            var most = known.Length >= LongMin ? 2 : 1;
            if (Math.Abs(known.Length - word.Length) <= most
                && !word.StartsWith(known, StringComparison.Ordinal)
                && Distance(word, known) <= most)
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Letters left out, put in, replaced or swapped with the next one.</summary>
    private static int Distance(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        Span<int> before = stackalloc int[LengthMax + 3];
        Span<int> last = stackalloc int[LengthMax + 3];
        Span<int> row = stackalloc int[LengthMax + 3];
        for (var j = 0; j <= other.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            var spare = before;
            before = last;
            last = row;
            row = spare;
        }

        return last[other.Length];
    }
}
