using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>A campaign as its author writes it. A draft may be incomplete; starting it is checked by itself.</summary>
internal sealed record CampaignRequest
{
    /// <summary>For people.</summary>
    [Required]
    public string? Name { get; init; }

    /// <summary>Who it is from.</summary>
    public SenderRequest? Sender { get; init; }

    /// <summary>What is sent.</summary>
    public ContentRequest? Content { get; init; }

    /// <summary>
    /// Fields of the header, each a template, such as <c>{"Precedence": "bulk", "X-Customer": "{{number}}"}</c>. Not
    /// those that the message has anyway, except <c>List-Id</c>; one that comes out blank is left out.
    /// </summary>
    public IReadOnlyDictionary<string, string?>? Headers { get; init; }

    /// <summary>Whom it goes to.</summary>
    public AudienceRequest? Audience { get; init; }

    /// <summary>The configured relay to use; the first one when absent.</summary>
    public string? Relay { get; init; }

    /// <summary>
    /// What becomes of an e-mail whose fate a crash hid: <c>AssumeSent</c> (the default) or <c>Resend</c>.
    /// </summary>
    [NamesOf(typeof(InDoubtPolicy))]
    public string? InDoubt { get; init; }

    /// <summary>The IANA time zone of the Date header; <c>UTC</c> when absent.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Whether opens are counted by a pixel; they are when absent.</summary>
    public bool? TrackOpens { get; init; }

    /// <summary>Whether clicks are counted by links that lead through us; they are when absent.</summary>
    public bool? TrackClicks { get; init; }

    // What GET gives beside what can be changed: it is taken, so that what was got can be put, and changes nothing.
    public JsonElement? Id { get; init; }

    public JsonElement? Status { get; init; }

    public JsonElement? CreatedAt { get; init; }

    public JsonElement? ScheduledAt { get; init; }

    public JsonElement? StartedAt { get; init; }

    public JsonElement? EndedAt { get; init; }

    public JsonElement? AudienceSize { get; init; }

    public JsonElement? Pass { get; init; }

    public JsonElement? StartRefusal { get; init; }

    public JsonElement? PauseReason { get; init; }

    public JsonElement? StartProblems { get; init; }

    public JsonElement? StartNote { get; init; }

    public JsonElement? WaitingFor { get; init; }

    /// <summary>The definition without its audience, as far as it can be read.</summary>
    public CampaignDefinition Read(Checks checks, CampaignDefinition? before)
    {
        var policy = Enum.GetValues<InDoubtPolicy>().Where(policy =>
            policy.ToString() == InDoubt).Cast<InDoubtPolicy?>().FirstOrDefault();
        if (InDoubt is not null && policy is null)
        {
            checks.Fail(
                "field.unknown_value",
                $"inDoubt must be one of {string.Join(", ", Enum.GetNames<InDoubtPolicy>())}.",
                "inDoubt");
        }

        var zone = checks.Line(TimeZone, "timeZone", Limits.NameLengthMax) ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) || !known.HasIanaId)
        {
            checks.Fail(
                "field.unknown_value",
                "timeZone must be the name of an IANA time zone, such as Europe/Vienna.",
                "timeZone");
        }

        var relay = checks.Line(Relay, "relay", Limits.NameLengthMax);
        return new CampaignDefinition
        {
            Name = checks.RequiredLine(Name, "name", Limits.NameLengthMax),
            Sender = Sender?.Read(checks),
            Content = (Content ?? new ContentRequest()).Read(checks, before?.Content) with
            {
                Headers = HeaderRequest.Read(Headers, checks),
            },
            Relay = relay is "" ? null : relay,
            InDoubt = policy ?? default,
            TimeZone = zone,
            TrackOpens = TrackOpens ?? true,
            TrackClicks = TrackClicks ?? true,
        };
    }
}

/// <summary>Whom a campaign goes to: all of these together.</summary>
internal sealed record AudienceRequest
{
    /// <summary>The account-wide consent.</summary>
    public const string UnderAccount = "account";

    /// <summary>Every member of these lists.</summary>
    public IReadOnlyList<string?>? ListIds { get; init; }

    /// <summary>Every contact that this filter finds at the start.</summary>
    public ContactFilterBody? Filter { get; init; }

    /// <summary>A view in place of a filter; its filter is taken over now.</summary>
    public string? ViewId { get; init; }

    /// <summary>
    /// The consent under which the contacts of a filter or view are written to; required with either. The identifier of
    /// a list: only its members are reached. <c>account</c>: the account-wide consent, which reaches every contact that
    /// is not unsubscribed.
    /// </summary>
    public string? Under { get; init; }

    /// <summary>Recipients given with the campaign; at most 10,000. They become contacts.</summary>
    public IReadOnlyList<ContactRequest?>? Recipients { get; init; }

    /// <summary>The audience without what needs the directory, as far as it can be read.</summary>
    public (Audience Audience, List<ContactInput> Recipients) Read(Checks checks)
    {
        const string listIds = "audience.listIds";
        var ids = checks.Count(ListIds?.Count ?? 0, Limits.AudienceListsMax, listIds)
            ? (ListIds ?? []).Select((
                id, i) => checks.RequiredLine(id, $"{listIds}[{i}]", Limits.NameLengthMax)).Distinct()
            : [];
        if (Filter is not null && ViewId is not null)
        {
            checks.Fail(
                "filter.view_and_filter",
                "audience.viewId stands for a whole filter: give either of them.",
                "audience.viewId");
        }

        return (
            new Audience
            {
                ListIds = [.. ids],
                Filter = Filter?.Read(checks, FilterFields.Under("audience.filter.")),
                UnderListId = ReadUnder(checks),
            },
            ContactRequest.ReadAll(Recipients ?? [], checks, "audience.recipients"));
    }

    private string? ReadUnder(Checks checks)
    {
        const string field = "audience.under";
        var isFiltered = Filter is not null || ViewId is not null;
        var under = isFiltered ? checks.RequiredLine(Under, field, Limits.NameLengthMax) : Under;
        if (!isFiltered && under is not null)
        {
            checks.Fail(
                "campaign.audience.under_without_filter",
                "audience.under goes with a filter or a view; members of a list are written to under that list.",
                field);
        }

        return under is null or UnderAccount ? null : under;
    }
}
