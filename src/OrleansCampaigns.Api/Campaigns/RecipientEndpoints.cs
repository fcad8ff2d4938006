using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Exports;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>The recipients of a campaign, as pages and as a CSV file.</summary>
internal static class RecipientEndpoints
{
    public static void MapRecipients(this RouteGroupBuilder campaigns)
    {
        campaigns.MapGet("/{campaign}/recipients", Query).WithName("getRecipients").Refuses(404)
            .WithSummary("Shows recipients with their outcome and attempts.");
        campaigns.MapGet("/{campaign}/recipients/export", Export).WithName("exportRecipients")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv").Refuses(404)
            .WithSummary("Writes recipients as CSV, with the system values of their statuses.");
    }

    internal static async Task<Results<Ok<PageBody<RecipientBody>>, Problem>> Query(
        CampaignRoute campaign,
        RecipientQuery query,
        PageQuery page,
        Caller caller,
        ICampaignDirectory directory,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        // The directory knows no drafts: only the grain tells an empty audience from a campaign that is not there.
        var known = await grains.Campaign(campaign.Id).Get(caller.Account);
        return known.IsRefused
            ? Problems.From(known.Refusal)
            : (await directory.QueryRecipients(
                caller.Account, campaign.Id, query.Filter, page.Cursor, page.Limit, cancellation))
                .Answer(RecipientBody.From);
    }

    internal static async Task<Results<CsvFile<RecipientRow>, Problem>> Export(
        CampaignRoute campaign,
        RecipientQuery query,
        ExportQuery export,
        Caller caller,
        ICampaignDirectory directory,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        var known = await grains.Campaign(campaign.Id).Get(caller.Account);
        return known.IsRefused
            ? Problems.From(known.Refusal)
            : new CsvFile<RecipientRow>(
                "recipients.csv",
                export.WithMark,
                [
                    "address", "name", "status", "last status", "last status at", "outcome", "cause", "excluded",
                    "attempts", "reply code", "enhanced code", "reply text", "in doubt", "next attempt", "fault",
                    .. export.Columns,
                ],
                directory.ExportRecipients(caller.Account, campaign.Id, query.Filter, cancellation),
                row => [.. CellsOf(row), .. export.CellsOf(row.Attributes)]);
    }

    private static IEnumerable<string?> CellsOf(RecipientRow row) =>
    [
        row.Address,
        row.Name,
        RecipientStatusRules.SystemValue(row.RecipientStatus, row.ContactStatus),
        row.Outcome?.DisplayName(),
        ContactExport.Time(row.UpdatedAt),
        row.Outcome is { } outcome ? OutcomeTable.Of(outcome).Name : null,
        DeliveryBody.NameOf(row.Cause),
        row.Excluded,
        row.Attempts.ToString(CultureInfo.InvariantCulture),
        row.ReplyCode == 0 ? null : row.ReplyCode.ToString(CultureInfo.InvariantCulture),
        row.EnhancedCode,
        row.ReplyText,
        row.InDoubt ? "yes" : "no",
        ContactExport.Time(row.NextAttemptAt),
        RecipientBody.FaultOf(row.Cause),
    ];
}

/// <summary>Which recipients: every condition given must hold.</summary>
internal sealed record RecipientQuery(RecipientFilter Filter, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<RecipientQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new(
            "outcome",
            "Recipients with this outcome; several mean any of them. Spellings for people, such as Soft Bounced, are "
            + "taken as well.",
            Repeats: true)
        {
            Values = Enum.GetNames<Outcome>(),
        },
        new("excluded", "Excluded recipients, or those who are not.", QueryKind.Truth),
        new(
            "recipientStatus",
            "Recipients who went so far with the campaign; several mean any of them.",
            Repeats: true)
        {
            Values = Enum.GetNames<RecipientStatus>(),
        },
        new(
            "fault",
            "Recipients with whom something went wrong by the fault of the mailbox, its server or ours; several mean "
            + "any of them.",
            Repeats: true)
        {
            Values = [.. Enum.GetValues<Blame>().Where(blame => blame != Blame.None).Select(blame => blame.Name())],
        },
        new("inDoubt", "Recipients whose fate is in doubt, or those whose fate is known.", QueryKind.Truth),
    ]);

    public static ValueTask<RecipientQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var filter = new RecipientFilter
        {
            Outcomes = ContactFilterBody.ReadOutcomes(query.Checks, query.Many("outcome"), "outcome"),
            Excluded = query.Truth("excluded"),
            InDoubt = query.Truth("inDoubt"),
            Faults = ContactFilterBody.ReadFaults(query.Checks, query.Many("fault"), "fault"),
            RecipientStatuses = ContactFilterBody.ReadRecipientStatuses(
                query.Checks, query.Many("recipientStatus"), "recipientStatus"),
        };
        return ValueTask.FromResult<RecipientQuery?>(new(filter, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}

/// <summary>One recipient of a campaign.</summary>
internal sealed record RecipientBody
{
    /// <summary>The contact.</summary>
    public required ContactId ContactId { get; init; }

    /// <summary>Its address.</summary>
    public required string Address { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its further fields.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Which occurrence of the address in the audience; only the first is sent to.</summary>
    public required int Occurrence { get; init; }

    /// <summary>The outcome; absent when excluded.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The outcome as people see it.</summary>
    public string? OutcomeName { get; init; }

    /// <summary>Why, such as <c>mailbox-full</c>.</summary>
    public string? Cause { get; init; }

    /// <summary>
    /// Whose fault that is: <c>mailbox</c>, <c>server</c> or <c>ours</c>; absent when nothing went wrong.
    /// </summary>
    public string? Fault { get; init; }

    /// <summary>Why it is excluded.</summary>
    public string? Excluded { get; init; }

    /// <summary>Whether its fate is in doubt.</summary>
    public required bool InDoubt { get; init; }

    /// <summary>How many attempts there were; the contact's history tells each of them.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the next one is due.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>What the server last said.</summary>
    public ReplyBody? Reply { get; init; }

    /// <summary>How far the contact went with the campaign.</summary>
    public required RecipientStatus RecipientStatus { get; init; }

    /// <summary>The contact's status now.</summary>
    public required ContactStatus ContactStatus { get; init; }

    /// <summary>What exports hold: how far it went, or else what its contact is.</summary>
    public required string SystemValue { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public static RecipientBody From(RecipientRow row) => new()
    {
        ContactId = row.Contact,
        Address = row.Address,
        Name = row.Name is "" ? null : row.Name,
        Attributes = row.Attributes,
        Occurrence = row.Occurrence,
        Outcome = row.Outcome,
        OutcomeName = row.Outcome?.DisplayName(),
        Cause = DeliveryBody.NameOf(row.Cause),
        Fault = FaultOf(row.Cause),
        Excluded = row.Excluded,
        InDoubt = row.InDoubt,
        Attempts = row.Attempts,
        NextAttemptAt = row.NextAttemptAt,
        Reply = row.ReplyCode == 0 && row.ReplyText is null
            ? null
            : new(row.ReplyCode, row.EnhancedCode, row.ReplyText ?? ""),
        RecipientStatus = row.RecipientStatus,
        ContactStatus = row.ContactStatus,
        SystemValue = RecipientStatusRules.SystemValue(row.RecipientStatus, row.ContactStatus),
        UpdatedAt = row.UpdatedAt,
    };

    public static string? FaultOf(Cause cause) => cause.Fault() is var blame and not Blame.None ? blame.Name() : null;
}
