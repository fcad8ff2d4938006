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

    /// <summary>The broader cause under which the field's lists of causes file <paramref name="cause"/>.</summary>
    /// <remarks>
    /// Ours tell a refusal of our address or account from the policy of the recipient's server, because the fault is
    /// ours; lists that ask only why a server refused know both as its policy, and any allowance as a limit.
    /// </remarks>
    public static Cause Family(this Cause cause) => cause switch
    {
        Cause.SenderRefused or Cause.AccountSuspended => Cause.Policy,
        Cause.OwnQuota => Cause.Throttled,
        _ => cause,
    };

    /// <summary>The name of <paramref name="cause"/>; <see langword="null"/> where its family has the same.</summary>
    public static string? Detail(this Cause cause) => cause.Family() == cause ? null : cause.Name();

    private static string KebabCase(string name) =>
        string.Concat(
            name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
