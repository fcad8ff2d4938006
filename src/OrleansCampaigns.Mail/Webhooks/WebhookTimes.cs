using System.Globalization;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>How old a signed request may be.</summary>
/// <remarks>
/// Providers deliver again for hours what could not be taken, and some with the first signature. Within that time a
/// request that is played again finds its events known.
/// </remarks>
internal static class WebhookTimes
{
    public static readonly TimeSpan AgeMax = TimeSpan.FromHours(25);

    // No two clocks agree.
    public static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(5);

    public static bool IsTimely(DateTimeOffset? signedAt, DateTimeOffset now) =>
        signedAt >= now - AgeMax && signedAt <= now + AheadMax;

    /// <summary>Seconds since 1970, maybe with decimals.</summary>
    public static DateTimeOffset? Unix(string? seconds) =>
        decimal.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number is >= 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(number * TimeSpan.TicksPerSecond))
            : null;
}
