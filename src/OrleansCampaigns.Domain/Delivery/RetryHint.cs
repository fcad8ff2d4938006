using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>The wait that a server asks for in words: no code carries it.</summary>
internal static partial class RetryHint
{
    // A server that asks for a week, by mistake or malice, must not park a recipient past the campaign.
    private static readonly TimeSpan WaitMax = TimeSpan.FromHours(24);
    private const int CharactersMax = 4096;

    /// <summary>The wait in <paramref name="text"/>, at most a day, or <see langword="null"/>.</summary>
    public static TimeSpan? Find(string text)
    {
        var match = Wait().Match(text, 0, Math.Min(text.Length, CharactersMax));
        if (!match.Success)
        {
            return null;
        }

        var wait = match.Groups["clock"].Success
            ? Clock(match.Groups["clock"].Value)
            : Amount(match.Groups["amount"].Value, match.Groups["unit"].Value);
        return wait <= TimeSpan.Zero ? null : wait < WaitMax ? wait : WaitMax;
    }

    private static TimeSpan Amount(string amount, string unit)
    {
        var number = int.Parse(amount, CultureInfo.InvariantCulture);
        return char.ToLowerInvariant(unit[0]) switch
        {
            'h' => TimeSpan.FromHours(number),
            'm' => TimeSpan.FromMinutes(number),
            'd' => TimeSpan.FromDays(number),
            _ => TimeSpan.FromSeconds(number),
        };
    }

    /// <summary>hh:mm:ss or mm:ss.</summary>
    private static TimeSpan Clock(string clock) => clock.Split(':')
        .Aggregate(TimeSpan.Zero, (sum, part) => (sum * 60) + Amount(part, unit: "s"));

    [GeneratedRegex(
        @"\b(?:try|retry|again|resend|gr[ea]y[ -]?list\w{0,5}|wait|back|defer(?:red)?|delayed?|later|after)\b" +
        @"[^\d]{0,40}?\b(?:(?<clock>\d{1,2}(?::\d{2}){1,2})|(?<amount>\d{1,6})\s{0,2}" +
        @"(?<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?)\b)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Wait();
}
