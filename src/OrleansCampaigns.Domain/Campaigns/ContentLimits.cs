namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>How long a campaign's content may be, in characters: the one place that every check reads.</summary>
/// <remarks>Public: <c>docs/api.md</c> states them, and a test compares.</remarks>
public static class ContentLimits
{
    /// <summary>The longest subject, as a template and once its fields are filled in.</summary>
    public const int SubjectMax = 900;

    /// <summary>The longest HTML and the longest text, as templates.</summary>
    public const int BodyMax = 1024 * 1024;

    /// <summary>The longest HTML and the longest text once their fields are filled in.</summary>
    public const int RenderedMax = 2 * 1024 * 1024;
}
