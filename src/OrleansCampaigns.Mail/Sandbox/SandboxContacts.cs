using System.Globalization;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>One line of the mix: how often a sort of contact occurs.</summary>
/// <param name="Rule">The sandbox's rule, perhaps with a number, or <c>malformed</c>, <c>duplicate</c>,
/// <c>unsubscribed</c>.</param>
/// <param name="PerMille">Of a thousand contacts.</param>
public sealed record SandboxShare(string Rule, int PerMille);

/// <summary>Sample contacts for the sandbox: the same for the same seed and number, on every machine.</summary>
public static class SandboxContacts
{
    private const string Malformed = "malformed";
    private const string Duplicate = "duplicate";
    private const string Unsubscribed = "unsubscribed";
    private const string Soured = "soured";

    // Of those to whom nothing special happens, one in so many was sent to before.
    private const int EarlyOneIn = 16;

    private static readonly string[] FirstNames =
        ["Anna", "Bela", "Chloé", "Davide", "Elif", "Fatima", "Göran", "Hana", "Ivan", "José", "Kirsi", "Łukasz", "Mei",
         "Noah", "Olga", "Zoë"];

    private static readonly string[] LastNames =
        ["Adler", "Bianchi", "Costa", "Dupont", "Eriksen", "Fischer", "García", "Horváth", "Ivanova", "Jensen",
         "O'Brien", "Müller", "Nowak", "Sato"];

    private static readonly string[] Cities =
        ["Vienna", "Milano", "Zürich", "København", "Łódź", "São Paulo", "Paris", "Oslo", "Graz", "Porto"];

    private static readonly string[] Plans = ["free", "basic", "premium"];

    private static readonly string[] Domains =
        ["mail.example", "post.example", "company.example", "school.test", "shop.test", "city.example"];

    private static readonly string[] MalformedAddresses =
        ["no-at-sign.example", "two@@mail.example", "blank in@mail.example", "@mail.example", "nobody@",
         "dot.@mail.example", "a..b@mail.example", "x@-mail.example"];

    /// <summary>The mix. Every sort occurs at least once among 200 contacts or more.</summary>
    /// <remarks>
    /// Not in it: <c>never</c>, which expires only at the maximum age, and <c>dropafter</c>, which is in doubt although
    /// nothing was accepted, so that sent and accepted would differ for a good reason.
    /// </remarks>
    public static IReadOnlyList<SandboxShare> Mix { get; } =
    [
        new("ok", 395),
        new("slow", 10),
        new("greylist", 40),
        new("ratelimit", 15),
        new("busy", 5),
        new("serverfault", 10),
        new("diskfull", 4),
        new("fullonce", 10),
        new("drop", 5),
        new("dropaccepted", 3),
        new("full", 15),
        new("disabled", 5),
        new("toobig", 3),
        new("missing", 25),
        new("nodomain", 8),
        new("blocked", 5),
        new("policy", 6),
        new("relay", 2),
        new("dmarc", 3),
        new("spam", 10),
        new("soured", 5),
        new("asyncmissing", 12),
        new("asyncfull", 10),
        new("asyncfull3", 4),
        new("asyncblocked", 4),
        new("delayed", 6),
        new("vacation", 10),
        new("complain", 5),
        new("hotmail", 3),
        new("reader", 180),
        new("clicker", 70),
        new("clickonly", 10),
        new("leaver", 10),
        new("leavermail", 4),
        new("scanner", 15),
        new("prefetch", 30),
        new("forged", 3),
        new(Malformed, 10),
        new(Duplicate, 15),
        new(Unsubscribed, 15),
    ];

    /// <summary>Makes <paramref name="count"/> contacts.</summary>
    /// <param name="seed">Decides everything that is random.</param>
    /// <param name="count">How many, duplicates included.</param>
    public static IEnumerable<SandboxContact> Generate(int seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);

        var random = new Random(seed);
        var sorts = Deal(count);
        random.Shuffle(sorts);
        MoveDuplicatesBehind(sorts);

        var spellings = new List<SandboxContact>();
        for (var i = 0; i < count; i++)
        {
            var contact = Make(random, Mix[sorts[i]].Rule, i, spellings);
            if (contact.Kind == SandboxContactKind.Ordinary && spellings.Count < 64)
            {
                spellings.Add(contact);
            }

            yield return contact;
        }
    }

    // Exactly the shares, not about them: so the same number always has the same totals.
    private static byte[] Deal(int count)
    {
        var sorts = new byte[count];
        var at = 0;
        for (byte sort = 1; sort < Mix.Count; sort++)
        {
            var share = (int)((long)count * Mix[sort].PerMille / 1000);
            for (var n = Math.Max(share, count >= 200 ? 1 : 0); n > 0 && at < count; n--)
            {
                sorts[at++] = sort;
            }
        }

        return sorts;
    }

    // The first contact must be one that a later one can repeat.
    private static void MoveDuplicatesBehind(byte[] sorts)
    {
        var first = Array.FindIndex(sorts, sort => Mix[sort].Rule is not (Malformed or Duplicate or Unsubscribed));
        if (first > 0)
        {
            (sorts[0], sorts[first]) = (sorts[first], sorts[0]);
        }
    }

    private static SandboxContact Make(Random random, string sort, int index, List<SandboxContact> earlier)
    {
        var first = Pick(random, FirstNames);
        var last = Pick(random, LastNames);
        var attributes = Attributes(random, first, last);
        var name = $"{first} {last}";
        var number = index.ToString("D7", CultureInfo.InvariantCulture);
        var domain = Pick(random, Domains);
        switch (sort)
        {
            case Malformed:
                // The number keeps one malformed address from being another's duplicate.
                var malformed = $"{number} {Pick(random, MalformedAddresses)}";
                return new(
                    malformed, name, attributes, SandboxContactKind.Malformed, sort, Outcome.Invalid,
                    RecipientStatus.None, ContactStatus.New, IsEarly: false);

            case Duplicate when earlier.Count > 0:
                var original = earlier[random.Next(earlier.Count)];
                return original with
                {
                    Address = Respell(random, original.Address),
                    Kind = SandboxContactKind.Duplicate,
                    Expected = Outcome.Duplicated,
                    IsEarly = false,
                };

            case Unsubscribed:
                return new(
                    $"ok-{number}@{domain}", name, attributes, SandboxContactKind.Unsubscribed, "ok",
                    Outcome.Unsubscribed, RecipientStatus.None, ContactStatus.UnsubscribedByUs, IsEarly: false);

            default:
                var word = sort == Duplicate ? "ok" : sort;
                var address = word == "nodomain" ? $"ok-{number}@nodomain.{domain}" : $"{word}-{number}@{domain}";
                var rule = SandboxRules.For(address);
                var isEarly = sort == Soured || (sort is "ok" or "reader" && random.Next(EarlyOneIn) == 0);
                var status = isEarly && rule.ExpectedStatus == ContactStatus.New
                    ? ContactStatus.Active
                    : rule.ExpectedStatus;
                return new(
                    address, name, attributes, SandboxContactKind.Ordinary, rule.Word, rule.Expected,
                    rule.ExpectedReach, status, isEarly);
        }
    }

    private static Dictionary<string, string> Attributes(Random random, string first, string last)
    {
        var attributes = new Dictionary<string, string>
        {
            ["first_name"] = first,
            ["last_name"] = last,
            ["plan"] = Pick(random, Plans),
        };
        if (random.Next(10) > 0)
        {
            attributes["city"] = Pick(random, Cities);
        }

        return attributes;
    }

    // The same address to a server: blanks around it, and the domain in capitals.
    private static string Respell(Random random, string address)
    {
        var at = address.LastIndexOf('@');
        return random.Next(3) switch
        {
            0 => address,
            1 => $"{address[..at]}{address[at..].ToUpperInvariant()}",
            _ => $" {address} ",
        };
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
