namespace OrleansCampaigns.Mail.Templates;

/// <summary>Time zones by their names in the IANA database.</summary>
internal static class TimeZones
{
    /// <summary>The time zone; <see langword="null"/> when there is none of that name.</summary>
    public static TimeZoneInfo? Find(string? name) =>
        // Windows' own names work on some machines and not on others.
        !string.IsNullOrEmpty(name) && !name.Any(char.IsControl)
        && !TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out _)
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found)
            ? found
            : name == "UTC" ? TimeZoneInfo.Utc : null;
}
