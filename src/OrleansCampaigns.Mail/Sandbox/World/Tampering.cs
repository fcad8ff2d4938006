namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>Alters one character of a token, as somebody does who guesses.</summary>
internal static class Tampering
{
    /// <summary>One of its letters or digits is another one.</summary>
    public static string OfToken(string token, Random random) => Alter(token, 0, token.Length, random);

    /// <summary>The last segment of its path is altered, not an ending such as <c>.gif</c>.</summary>
    public static Uri OfUrl(Uri url, Random random)
    {
        var text = url.AbsoluteUri;
        var end = text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? query : text.Length;
        var start = text.LastIndexOf('/', end - 1) + 1;
        var ending = text.IndexOf('.', start, end - start);
        return new(Alter(text, start, ending < 0 ? end : ending, random));
    }

    /// <summary>What follows the plus sign in its local part is altered; the address itself without one.</summary>
    public static string OfAddress(string address, Random random) =>
        address.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus
            ? Alter(address, plus + 1, address.LastIndexOf('@'), random)
            : address;

    private static string Alter(string text, int start, int end, Random random)
    {
        var places = Enumerable.Range(start, end - start).Where(i => char.IsAsciiLetterOrDigit(text[i])).ToArray();
        if (places.Length == 0)
        {
            return text;
        }

        var place = places[random.Next(places.Length)];
        var other = text[place] == 'k' ? 'm' : 'k';
        return string.Concat(text.AsSpan(0, place), [other], text.AsSpan(place + 1));
    }
}
