using System.Collections.Immutable;
using System.Globalization;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
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

    /// <summary>Recipient of this campaign.</summary>
    public string? Campaign { get; init; }

    /// <summary>Went so far with that campaign: None, Delivered, Opened or Clicked.</summary>
    public IReadOnlyList<string?>? RecipientStatuses { get; init; }

    /// <summary>The status was set at or after this time, which has an offset.</summary>
    [Time]
    public string? StatusFrom { get; init; }

    /// <summary>The status was set before this time.</summary>
    [Time]
    public string? StatusBefore { get; init; }

    /// <summary>The Last Status was assigned at or after this time.</summary>
    [Time]
    public string? LastStatusFrom { get; init; }

    /// <summary>The Last Status was assigned before this time.</summary>
    [Time]
    public string? LastStatusBefore { get; init; }

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
        Campaign = filter.Campaign?.ToString(),
        RecipientStatuses = filter.RecipientStatuses.IsDefaultOrEmpty
            ? null
            : [.. filter.RecipientStatuses.Select(status => status.ToString())],
        StatusFrom = WriteTime(filter.StatusFrom),
        StatusBefore = WriteTime(filter.StatusBefore),
        LastStatusFrom = WriteTime(filter.LastStatusFrom),
        LastStatusBefore = WriteTime(filter.LastStatusBefore),
    };

    /// <summary>The filter, as far as it can be read; what cannot is noted.</summary>
    public ContactFilter Read(Checks checks, FilterFields fields)
    {
        var attributes = checks.Attributes(Attributes, fields.Attributes, mayRemove: false);
        var campaign = ReadCampaign(checks, fields.Campaign);
        var recipientStatuses = ReadRecipientStatuses(checks, RecipientStatuses, fields.RecipientStatuses);
        if (Campaign is null && !recipientStatuses.IsEmpty)
        {
            checks.Fail(
                "filter.campaign_missing",
                $"{fields.RecipientStatuses} says nothing without {fields.Campaign}: in which campaign?",
                fields.RecipientStatuses);
        }

        return new ContactFilter
        {
            Campaign = campaign,
            RecipientStatuses = recipientStatuses,
            StatusFrom = checks.Time(StatusFrom, fields.StatusFrom),
            StatusBefore = checks.Time(StatusBefore, fields.StatusBefore),
            LastStatusFrom = checks.Time(LastStatusFrom, fields.LastStatusFrom),
            LastStatusBefore = checks.Time(LastStatusBefore, fields.LastStatusBefore),
            Statuses = ReadNames(checks, Statuses, fields.Statuses, StatusNames.Status, StatusNames.StatusList),
            LastStatuses = ReadOutcomes(checks, LastStatuses, fields.LastStatuses),
            ListId = NullIfEmpty(checks, checks.Line(ListId, fields.ListId, Limits.NameLengthMax), fields.ListId),
            Attributes = attributes.ToImmutableDictionary(pair => pair.Key, pair => pair.Value ?? ""),
            Text = NullIfEmpty(checks, checks.Line(Text, fields.Text, Limits.TextLengthMax), fields.Text),
        };
    }

    public static ImmutableArray<Outcome> ReadOutcomes(Checks checks, IReadOnlyList<string?>? names, string field) =>
        ReadNames(checks, names, field, StatusNames.Outcome, StatusNames.OutcomeList);

    public static ImmutableArray<RecipientStatus> ReadRecipientStatuses(
        Checks checks, IReadOnlyList<string?>? names, string field) =>
        ReadNames(checks, names, field, StatusNames.RecipientStatus, StatusNames.RecipientStatusList);

    public static ImmutableArray<Blame> ReadFaults(Checks checks, IReadOnlyList<string?>? names, string field) =>
        ReadNames(checks, names, field, StatusNames.Fault, StatusNames.FaultList);

    private CampaignId? ReadCampaign(Checks checks, string field)
    {
        var id = CampaignId.Parse(Campaign);
        if (Campaign is not null && id is null)
        {
            checks.Fail("filter.unknown_campaign", "There is no campaign with this identifier.", field);
        }

        return id;
    }

    private static string? WriteTime(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

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
internal sealed record FilterFields(
    string Statuses, string LastStatuses, string RecipientStatuses, string Attributes, string Prefix)
{
    public static FilterFields InQuery { get; } = new("status", "lastStatus", "recipientStatus", "attribute", "");

    public static FilterFields InBody { get; } = Under("");

    public string ListId => $"{Prefix}listId";

    public string Text => $"{Prefix}text";

    public string Campaign => $"{Prefix}campaign";

    public string StatusFrom => $"{Prefix}statusFrom";

    public string StatusBefore => $"{Prefix}statusBefore";

    public string LastStatusFrom => $"{Prefix}lastStatusFrom";

    public string LastStatusBefore => $"{Prefix}lastStatusBefore";

    public static FilterFields Under(string prefix) => new(
        $"{prefix}statuses", $"{prefix}lastStatuses", $"{prefix}recipientStatuses", $"{prefix}attributes", prefix);
}
