using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>Looking at a campaign before it goes out: validation, preview, test send.</summary>
internal static class CampaignChecks
{
    public static void MapCampaignChecks(this RouteGroupBuilder campaigns)
    {
        campaigns.MapPost("/{campaign}/validate", Validate).WithName("validateCampaign")
            .WithMetadata(IdempotencyRule.ChangesNothing).Refuses(404)
            .WithSummary("Checks everything that starting checks, warns of likely mistakes, and changes nothing.");
        campaigns.MapGet("/{campaign}/preview", Preview).WithName("previewCampaign").Refuses(404)
            .WithSummary("Shows the message as one contact would get it.");
        campaigns.MapPost("/{campaign}/test-send", TestSend).WithName("sendTestMessage")
            .Example("""{"address": "me@example.com"}""")
            .Refuses(404, 409, 429)
            .WithSummary("Sends the message once to an address, outside statistics and licences, so often an hour.");
    }

    internal static async Task<Results<Ok<ValidationBody>, Problem>> Validate(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        (await grains.Campaign(campaign.Id).Validate(caller.Account)).Answer(ValidationBody.From);

    internal static async Task<Results<Ok<PreviewBody>, Problem>> Preview(
        CampaignRoute campaign,
        PreviewQuery query,
        Caller caller,
        IContactDirectory contacts,
        IGrainFactory grains,
        CancellationToken cancellation) =>
        query.Contact is not { } contact || await contacts.Find(caller.Account, contact, cancellation) is null
            ? Problems.From(ContactRoute.Unknown)
            : (await grains.Campaign(campaign.Id).Preview(caller.Account, contact)).Answer(PreviewBody.From);

    internal static async Task<Results<Ok<TestSendBody>, Problem>> TestSend(
        CampaignRoute campaign,
        JsonBody<TestSendRequest> body,
        Caller caller,
        IContactDirectory contacts,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var address = checks.RequiredLine(body.Value.Address, "address", Limits.AddressLengthMax);
        if (!checks.HaveFailed && EmailAddress.Parse(address) is not { IsPublic: true })
        {
            checks.Fail(
                "field.address", "address must be an e-mail address as RFC 5321 and RFC 6531 define it.", "address");
        }

        var contact = ContactId.Parse(body.Value.Contact);
        if (body.Value.Contact is not null
            && (contact is null || await contacts.Find(caller.Account, contact.Value, cancellation) is null))
        {
            checks.Fail("contact.unknown", "There is no such contact.", "contact");
        }

        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        // A test is an e-mail, too: who wants none gets none.
        return await contacts.FindByAddress(caller.Account, address, cancellation) is { } known
            && known.Status.IsOptedOut()
            ? Problems.From(Refusal.Conflict(
                "test_send.opted_out",
                "The contact with this address is unsubscribed or has complained; no test is sent to it."))
            : (await grains.Campaign(campaign.Id).TestSend(caller.Account, address, contact)).Answer(TestSendBody.From);
    }
}

/// <summary>What validation found out.</summary>
/// <param name="MayStart">Whether nothing forbids a start.</param>
/// <param name="Audience">How many recipients the audience would hold now.</param>
/// <param name="LicencesNeeded">How many licences a start would reserve at most.</param>
/// <param name="LicencesFree">How many are free.</param>
/// <param name="Problems">What forbids a start.</param>
/// <param name="Imports">The imports under way that a start would wait for; their rows are not all in the numbers.
/// </param>
/// <param name="Warnings">
/// What is likely a mistake, and does not keep the campaign from starting: <c>content.foreign_tag</c>,
/// <c>content.encoded_braces</c>, <c>content.unanswered_cid</c>, <c>content.no_unsubscribe_link</c>,
/// <c>sender.no_dkim</c>, <c>relay.unreachable</c>, <c>campaign.audience.import_running</c>.
/// </param>
internal sealed record ValidationBody(
    bool MayStart,
    long Audience,
    long LicencesNeeded,
    long LicencesFree,
    IReadOnlyList<ProblemItem> Problems,
    IReadOnlyList<string> Imports,
    IReadOnlyList<ProblemItem> Warnings)
{
    public static ValidationBody From(ValidationReport report) => new(
        report.Problems.IsEmpty,
        report.Audience,
        report.LicencesNeeded,
        report.LicencesFree,
        [.. report.Problems.Select(ProblemItem.From)],
        report.Imports,
        [.. report.Warnings.Select(ProblemItem.From)]);
}

/// <summary>A message as one contact would get it.</summary>
internal sealed record PreviewBody(
    string Subject, string Html, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public static PreviewBody From(MessagePreview preview) =>
        new(preview.Subject, preview.Html, preview.Text, preview.Headers);
}

/// <summary>Where a test goes.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Contact">Whose fields fill the template; without it every field shows its own name.</param>
internal sealed record TestSendRequest([property: Required] string? Address = null, string? Contact = null);

/// <summary>How a test send ended.</summary>
internal sealed record TestSendBody(
    Outcome Outcome, string OutcomeName, string? Cause, bool InDoubt, string? Relay, ReplyBody? Reply)
{
    public static TestSendBody From(TestSendReport sent) => new(
        sent.Report.Outcome,
        sent.Report.Outcome.DisplayName(),
        DeliveryBody.NameOf(sent.Report.Cause),
        sent.Report.InDoubt,
        sent.Report.Relay,
        ReplyBody.From(sent.Report.Reply));
}

/// <summary>For whom to preview.</summary>
internal sealed record PreviewQuery(ContactId? Contact, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<PreviewQuery>, IEndpointParameterMetadataProvider
{
    public static ValueTask<PreviewQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var contact = ContactId.Parse(query.Required("contact"));
        return ValueTask.FromResult<PreviewQuery?>(new(contact, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(
            new QueryParameters([new("contact", "The contact whose fields fill the template.", IsRequired: true)]));
}
