namespace OrleansCampaigns.Domain.Delivery;

/// <summary>The public, stable names of causes: <c>mailbox-full</c>, <c>no-such-mailbox</c>, …</summary>
public static class CauseNames
{
    private static readonly Dictionary<Cause, string> Names =
        Enum.GetValues<Cause>().ToDictionary(cause => cause, cause => KebabCase(cause.ToString()));

    private static readonly Dictionary<string, Cause> Causes =
        Names.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The name of <paramref name="cause"/> in kebab case.</summary>
    public static string Name(this Cause cause) => Names[cause];

    /// <summary>The cause of that name, or <see langword="null"/>.</summary>
    public static Cause? Parse(string name) => Causes.TryGetValue(name, out var cause) ? cause : null;

    private static string KebabCase(string name) =>
        string.Concat(
            name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
