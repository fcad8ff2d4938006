using System.Globalization;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Where a tag begins.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character in the line, from 1.</param>
internal readonly record struct TagPlace(int Line, int Column)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"line {Line}, column {Column}");
}

/// <summary>What a tag writes, or a block tests.</summary>
internal abstract record TemplateValue
{
    /// <summary>The field that it is, and nothing but that; else <see langword="null"/>.</summary>
    public string? Field => this is ReferenceValue { Reference: { Kind: ReferenceKind.Field, Name: var name } }
        ? name
        : null;

    /// <summary>Whether a helper says how it is written into a URL.</summary>
    public bool IsReadyForUrl => this is CallValue call
        && (call.Rule.Helper is TemplateHelper.UrlEncode or TemplateHelper.Raw
            || call.Arguments.Any(argument => argument.IsReadyForUrl));

    /// <summary>Whether a field is used anywhere in it.</summary>
    public bool Uses(string field) =>
        Field == field || (this is CallValue call && call.Arguments.Any(argument => argument.Uses(field)));
}

/// <summary>A field, or what a loop is at.</summary>
internal sealed record ReferenceValue(Reference Reference) : TemplateValue;

/// <summary>What the author wrote out.</summary>
internal sealed record LiteralValue(string Text) : TemplateValue;

/// <summary>What a helper makes of other values.</summary>
/// <param name="Rule">The helper.</param>
/// <param name="Arguments">What it is given, without its settings.</param>
/// <param name="Settings">What else was said.</param>
/// <param name="Place">Where its tag begins.</param>
internal sealed record CallValue(
    HelperRule Rule, IReadOnlyList<TemplateValue> Arguments, CallSettings Settings, TagPlace Place) : TemplateValue;

/// <summary>What an author says of how a helper writes; read and checked when the template is.</summary>
internal sealed record CallSettings
{
    public static readonly CallSettings None = new();

    /// <summary>How many digits follow the decimal sign; as many as the value has when nothing is said.</summary>
    public int? Decimals { get; init; }

    /// <summary>The pattern of a date, as .NET writes it.</summary>
    public string? Format { get; init; }

    /// <summary>The language; the contact's when nothing is said.</summary>
    public CultureInfo? Culture { get; init; }

    /// <summary>The time zone; the campaign's when nothing is said.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>The settings as a template writes them.</summary>
    public string Source { get; init; } = "";
}

/// <summary>The helpers of templates.</summary>
internal enum TemplateHelper
{
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Contains,
    StartsWith,
    EndsWith,
    Has,
    And,
    Or,
    Not,
    Upper,
    Lower,
    Capitalise,
    Number,
    Date,
    Default,
    UrlEncode,
    Raw,
}

/// <summary>How a helper is used.</summary>
/// <param name="Helper">Which.</param>
/// <param name="Name">Its name in templates.</param>
/// <param name="ArgumentsMin">The fewest arguments.</param>
/// <param name="ArgumentsMax">The most.</param>
/// <param name="Usage">An example, for an author who used it wrongly.</param>
internal sealed record HelperRule(
    TemplateHelper Helper, string Name, int ArgumentsMin, int ArgumentsMax, string Usage)
{
    private static readonly Dictionary<string, HelperRule> Rules = new HelperRule[]
    {
        new(TemplateHelper.Eq, "eq", 2, 2, "(eq plan \"gold\")"),
        new(TemplateHelper.Ne, "ne", 2, 2, "(ne plan \"gold\")"),
        new(TemplateHelper.Gt, "gt", 2, 2, "(gt points 100)"),
        new(TemplateHelper.Ge, "ge", 2, 2, "(ge points 100)"),
        new(TemplateHelper.Lt, "lt", 2, 2, "(lt points 100)"),
        new(TemplateHelper.Le, "le", 2, 2, "(le points 100)"),
        new(TemplateHelper.Contains, "contains", 2, 2, "(contains city \"Graz\")"),
        new(TemplateHelper.StartsWith, "startswith", 2, 2, "(startswith zip \"80\")"),
        new(TemplateHelper.EndsWith, "endswith", 2, 2, "(endswith address \".at\")"),
        new(TemplateHelper.Has, "has", 2, 2, "(has topics \"sports\")"),
        new(TemplateHelper.And, "and", 2, 10, "(and city (gt points 100))"),
        new(TemplateHelper.Or, "or", 2, 10, "(or city (gt points 100))"),
        new(TemplateHelper.Not, "not", 1, 1, "(not (eq plan \"gold\"))"),
        new(TemplateHelper.Upper, "upper", 1, 1, "{{upper name}}"),
        new(TemplateHelper.Lower, "lower", 1, 1, "{{lower name}}"),
        new(TemplateHelper.Capitalise, "capitalise", 1, 1, "{{capitalise name}}"),
        new(TemplateHelper.Number, "number", 1, 1, "{{number price 2}}"),
        new(TemplateHelper.Date, "date", 1, 1, "{{date renewal \"d MMMM yyyy\"}}"),
        new(TemplateHelper.Default, "default", 2, 10, "{{default name \"friend\"}}"),
        new(TemplateHelper.UrlEncode, "urlencode", 1, 1, "{{urlencode name}}"),
        new(TemplateHelper.Raw, "raw", 1, 1, "{{raw path}}"),
    }
        .ToDictionary(rule => rule.Name, StringComparer.Ordinal);

    // The names by which people know them from elsewhere.
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.Ordinal)
    {
        ["gte"] = "ge",
        ["lte"] = "le",
        ["capitalize"] = "capitalise",
        ["startsWith"] = "startswith",
        ["endsWith"] = "endswith",
    };

    /// <summary>Whether it holds or does not, and writes nothing.</summary>
    public bool IsCondition => Helper <= TemplateHelper.Not;

    /// <summary>Whether its arguments are conditions.</summary>
    public bool TakesConditions => Helper is TemplateHelper.And or TemplateHelper.Or or TemplateHelper.Not;

    /// <summary>Every helper's name.</summary>
    public static IEnumerable<string> Names => Rules.Keys;

    /// <summary>The helper of that name; <see langword="null"/> when there is none.</summary>
    public static HelperRule? Find(string name) => Rules.GetValueOrDefault(OtherNames.GetValueOrDefault(name, name));
}
