using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Scenarios.Identity;

/// <summary>One person's address, <c>First.Last@bücher.example</c>, as people and programs write it.</summary>
internal static class Spellings
{
    private static readonly IdnMapping Idn = new();

    public static IReadOnlyList<Func<string, string>> All { get; } =
    [
        given => given.ToLowerInvariant(),
        given => given.ToUpperInvariant(),
        given => given.Normalize(NormalizationForm.FormD),
        given => $"{LocalOf(given)}@{Idn.GetAscii(DomainOf(given))}",
        given => $"{LocalOf(given)}@{Idn.GetAscii(DomainOf(given)).ToUpperInvariant()}",
        given => $" \u00A0{given}\u3000 ",
        given => $"\uFEFF{given}\u200E",
        given => string.Join('\u200B', given.ToUpperInvariant().Chunk(4).Select(part => new string(part))),
        given => $"\"{LocalOf(given).ToLowerInvariant()}\"@{DomainOf(given)}",
        given => $"{LocalOf(given)}@{FullWidth(DomainOf(given))}",
        given => $"{LocalOf(given)}@{DomainOf(given).Replace('.', '\u3002')}",
    ];

    private static string LocalOf(string address) => address[..address.LastIndexOf('@')];

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    private static string FullWidth(string domain) => string.Concat(
        domain.Select(c => char.IsAsciiLetter(c) ? (char)(c + ('\uFF41' - 'a')) : c));
}
