using System.Collections.Frozen;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>
/// The names by which callers may ask for statuses and outcomes: the enumeration's, and those people see.
/// </summary>
internal static class StatusNames
{
    private static readonly FrozenDictionary<string, ContactStatus> Statuses = ContactStatusTable.Rows
        .SelectMany(
            row => new[] { row.Status.ToString(), row.DisplayName, row.SystemValue }.Distinct(),
            (row, name) => (row, name))
        .DistinctBy(pair => pair.name, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(pair => pair.name, pair => pair.row.Status, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Outcome> Outcomes = OutcomeTable.Rows
        .SelectMany(
            row => new[] { row.Outcome.ToString(), row.Name, row.DisplayName }.Distinct(), (row, name) => (row, name))
        .ToFrozenDictionary(pair => pair.name, pair => pair.row.Outcome, StringComparer.OrdinalIgnoreCase);

    public static string RecipientStatusList { get; } = string.Join(", ", Enum.GetNames<RecipientStatus>());

    public static string StatusList { get; } = string.Join(", ", Enum.GetNames<ContactStatus>());

    public static string OutcomeList { get; } = string.Join(", ", Enum.GetNames<Outcome>());

    public static string FaultList { get; } = string.Join(
        ", ", Enum.GetValues<Blame>().Where(blame => blame != Blame.None).Select(blame => blame.Name()));

    /// <summary>The mailbox's, its server's or ours; nobody's fault is nothing to ask for.</summary>
    public static Blame? Fault(string name) =>
        BlameTable.Parse(name.Trim().ToLowerInvariant()) is { } blame and not Blame.None ? blame : null;

    public static ContactStatus? Status(string name) =>
        Statuses.TryGetValue(name.Trim(), out var status) ? status : null;

    /// <summary>These three are called the same everywhere, and None is who has received nothing.</summary>
    public static RecipientStatus? RecipientStatus(string name) =>
        Enum.GetValues<RecipientStatus>().Cast<RecipientStatus?>().FirstOrDefault(
            status => status.ToString()!.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));

    public static Outcome? Outcome(string name) => Outcomes.TryGetValue(name.Trim(), out var outcome) ? outcome : null;

    public static string DisplayName(this ContactStatus status) => ContactStatusTable.Of(status).DisplayName;

    public static string SystemValue(this ContactStatus status) => ContactStatusTable.Of(status).SystemValue;

    public static string DisplayName(this Outcome outcome) => OutcomeTable.Of(outcome).DisplayName;
}
