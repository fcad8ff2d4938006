using System.Collections.Immutable;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>Which contacts: every condition given must hold; an empty filter holds for all.</summary>
internal sealed record ContactFilterBody
{
    /// <summary>One of these statuses.</summary>
    public IReadOnlyList<string?>? Statuses { get; init; }

    /// <summary>One of these Last Statuses, such as <c>SoftBounced</c> or <c>Email Sender: Soft Bounced</c>.</summary>
    public IReadOnlyList<string?>? LastStatuses { get; init; }

    /// <summary>Member of this list.</summary>
    public string? ListId { get; init; }

    /// <summary>Each named attribute has exactly this value.</summary>
    public IReadOnlyDictionary<string, string?>? Attributes { get; init; }

    /// <summary>Address or name contains this text, in any case.</summary>
    public string? Text { get; init; }

    public static ContactFilterBody From(ContactFilter filter) => new()
    {
        Statuses = filter.Statuses.IsDefaultOrEmpty ? null : [.. filter.Statuses.Select(status => status.ToString())],
        LastStatuses = filter.LastStatuses.IsDefaultOrEmpty
            ? null
            : [.. filter.LastStatuses.Select(status => status.ToString())],
        ListId = filter.ListId,
        Attributes = filter.Attributes.IsEmpty
            ? null
            : filter.Attributes.ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
        Text = filter.Text,
    };

    /// <summary>The filter, as far as it can be read; what cannot is noted.</summary>
    public ContactFilter Read(Checks checks, FilterFields fields)
    {
        var attributes = checks.Attributes(Attributes, fields.Attributes, mayRemove: false);
        return new ContactFilter
        {
            Statuses = ReadNames(checks, Statuses, fields.Statuses, StatusNames.Status, StatusNames.StatusList),
            LastStatuses = ReadOutcomes(checks, LastStatuses, fields.LastStatuses),
            ListId = NullIfEmpty(checks, checks.Line(ListId, fields.ListId, Limits.NameLengthMax), fields.ListId),
            Attributes = attributes.ToImmutableDictionary(pair => pair.Key, pair => pair.Value ?? ""),
            Text = NullIfEmpty(checks, checks.Line(Text, fields.Text, Limits.TextLengthMax), fields.Text),
        };
    }

    public static ImmutableArray<Outcome> ReadOutcomes(Checks checks, IReadOnlyList<string?>? names, string field) =>
        ReadNames(checks, names, field, StatusNames.Outcome, StatusNames.OutcomeList);

    // A condition that is there and says nothing is a mistake in making the request, and would mean everybody.
    private static string? NullIfEmpty(Checks checks, string? value, string field)
    {
        if (value is "")
        {
            checks.Fail("field.required", $"{field} must not be blank; leave it out instead.", field);
        }

        return value;
    }

    private static ImmutableArray<T> ReadNames<T>(
        Checks checks, IReadOnlyList<string?>? names, string field, Func<string, T?> parse, string known)
        where T : struct
    {
        if (names is null)
        {
            return [];
        }

        if (names.Count == 0)
        {
            checks.Fail("field.required", $"{field} must name at least one; leave it out to mean any.", field);
        }

        if (!checks.Count(names.Count, Limits.FilterValuesMax, field))
        {
            return [];
        }

        var values = ImmutableArray.CreateBuilder<T>(names.Count);
        foreach (var name in names)
        {
            if (parse(name ?? "") is { } value)
            {
                values.Add(value);
            }
            else
            {
                checks.Fail("field.unknown_value", $"{field} must be one of {known}.", field);
            }
        }

        return [.. values.Distinct()];
    }
}

/// <summary>How the conditions of a filter are spelled in a request.</summary>
internal sealed record FilterFields(string Statuses, string LastStatuses, string ListId, string Attributes, string Text)
{
    public static FilterFields InQuery { get; } = new("status", "lastStatus", "listId", "attribute", "text");

    public static FilterFields InBody { get; } = Under("");

    public static FilterFields Under(string prefix) =>
        new($"{prefix}statuses", $"{prefix}lastStatuses", $"{prefix}listId", $"{prefix}attributes", $"{prefix}text");
}
