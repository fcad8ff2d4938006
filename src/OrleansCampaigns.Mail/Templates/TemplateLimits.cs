using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>The bounds that keep any template, whoever wrote it, from taking a silo down.</summary>
/// <remarks>
/// A template without partials and decorators cannot call itself, and its only loops run over lists written in fields.
/// So the work of a rendering is known before it begins: no rendering needs a watch to be stopped by.
/// </remarks>
public static class TemplateLimits
{
    /// <summary>The longest template, in characters.</summary>
    public const int LengthMax = ContentLimits.BodyMax;

    /// <summary>The most tags in one template; compiling takes time with each.</summary>
    public const int TagsMax = 2000;

    /// <summary>How deep blocks may be nested, an <c>else if</c> counting as one: compiling recurses.</summary>
    public const int DepthMax = 50;

    /// <summary>How often the bodies of all <c>each</c> blocks of one rendering may run together.</summary>
    public const int IterationsMax = 1000;

    /// <summary>
    /// How many characters all helpers of one rendering may look at together, a call counting as 32 of them.
    /// </summary>
    public const int HelperWorkMax = 20_000_000;

    /// <summary>The longest rendered body, in characters.</summary>
    public const int OutputMax = ContentLimits.RenderedMax;

    /// <summary>The longest rendered subject, in characters.</summary>
    public const int SubjectMax = ContentLimits.SubjectMax;
}
