namespace OrleansCampaigns.Mail.Feedback;

/// <summary>The end of a line: what stands before an address or a reply says what it is.</summary>
internal static class LineEnd
{
    /// <summary>
    /// The last <paramref name="lengthMax"/> characters of <paramref name="line"/>. Where something was cut off, the
    /// first of them is a character that begins no line, so that what is anchored to a line's beginning fails.
    /// </summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> line, int lengthMax) =>
        line.Length <= lengthMax ? line : $"\u2026{line[^lengthMax..]}";
}
