using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Imports;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Suppressions;

/// <summary>Addresses and domains that nothing is sent to.</summary>
/// <param name="Addresses">Addresses in any spelling; with domains at most 10,000.</param>
/// <param name="Domains">Domains; what is below one is suppressed with it.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">From when on they no longer count; absent for never.</param>
/// <param name="Actor">Who says so.</param>
/// <param name="Source">Where they come from, such as the tool that kept them before; api when absent.</param>
internal sealed record SuppressionRequest(
    IReadOnlyList<string?>? Addresses = null,
    IReadOnlyList<string?>? Domains = null,
    string? Reason = null,
    [property: Time] string? ExpiresAt = null,
    string? Actor = null,
    string? Source = null)
{
    public (IReadOnlyList<SuppressionInput> Inputs, string? Actor) Read(Checks checks, DateTimeOffset now)
    {
        var reason = checks.Line(Reason, "reason", Limits.ReasonLengthMax);
        var actor = checks.Line(Actor, "actor", Limits.NameLengthMax);
        var source = checks.Line(Source, "source", Limits.AttributeNameLengthMax);
        var expires = checks.Time(ExpiresAt, "expiresAt");
        if (expires <= now)
        {
            checks.Fail("field.out_of_range", "expiresAt must be in the future.", "expiresAt");
        }

        var (addresses, domains) = (Addresses ?? [], Domains ?? []);
        if (addresses.Count + domains.Count == 0)
        {
            checks.Fail("field.required", "addresses or domains must hold at least one.", "addresses");
        }

        checks.Count(addresses.Count + domains.Count, Limits.ContactsPerRequestMax, "addresses");
        var inputs = addresses.Select(address => new SuppressionInput(address ?? "", null, reason, expires))
            .Concat(domains.Select(domain => new SuppressionInput(null, domain ?? "", reason, expires)));
        return ([.. inputs.Select(input => input with { Source = source })], actor);
    }

    /// <summary>Names the field as the request spells it.</summary>
    public Refusal Place(Refusal refusal)
    {
        var start = refusal.Field?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        var end = refusal.Field?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        if (start < 0 || !int.TryParse(refusal.Field![(start + 1)..end], out var index))
        {
            return refusal;
        }

        var addresses = Addresses?.Count ?? 0;
        return refusal with
        {
            Field = index < addresses ? $"addresses[{index}]" : $"domains[{index - addresses}]",
        };
    }
}

/// <summary>What adding suppressions came to.</summary>
/// <param name="Added">How many there were none of before.</param>
/// <param name="Updated">How many there were: the longer time and the latest reason hold.</param>
internal sealed record SuppressionsAddedBody(int Added, int Updated);

/// <summary>An address or a domain that nothing is sent to.</summary>
/// <param name="Key">Names it: the keyed hash of an address, or the domain.</param>
/// <param name="Address">The address, where there is a contact with it; the suppression keeps its hash alone.</param>
/// <param name="Domain">The domain, with all below it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Source">Where it came from: api, import, or what was given.</param>
/// <param name="Actor">Who said so.</param>
/// <param name="CreatedAt">When it was first given.</param>
/// <param name="ExpiresAt">From when on it no longer counts; absent for never.</param>
internal sealed record SuppressionBody(
    string Key,
    string? Address,
    string? Domain,
    string? Reason,
    string Source,
    string? Actor,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt)
{
    public static SuppressionBody From(Suppression one) => new(
        one.Key, one.Address, one.Domain, one.Reason, one.Source, one.Actor, one.CreatedAt, one.ExpiresAt);
}

/// <summary>What an import of suppressions came to.</summary>
/// <param name="Rows">How many rows were read, without the header.</param>
/// <param name="Added">How many of them gave a suppression that there was not.</param>
/// <param name="Updated">How many gave one that there was.</param>
/// <param name="Rejected">How many were left out.</param>
/// <param name="Errors">The first 100 of these, by line.</param>
internal sealed record SuppressionImportBody(
    long Rows, long Added, long Updated, long Rejected, IReadOnlyList<ImportErrorBody> Errors)
{
    public static SuppressionImportBody From(SuppressionImport import) => new(
        import.Rows,
        import.Added,
        import.Updated,
        import.Rejected,
        [.. import.Errors.Select(error => new ImportErrorBody(error.Line, error.Code, error.Detail, error.Column))]);
}

/// <summary>Who imports suppressions, and why.</summary>
internal sealed record SuppressionImportQuery(string? Actor, string? Reason, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<SuppressionImportQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("actor", "Who says so; kept beside each suppression."),
        new("reason", "Why, where a row does not say."),
    ]);

    public static ValueTask<SuppressionImportQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var (actor, reason) = (query.One("actor"), query.One("reason", Limits.ReasonLengthMax));
        return ValueTask.FromResult<SuppressionImportQuery?>(new(actor, reason, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}

/// <summary>What is looked for among suppressions.</summary>
internal sealed record SuppressionQuery(string? Address, string? Domain, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<SuppressionQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("address", "Finds what suppresses this address now: its own suppression, or that of its domain."),
        new("domain", "Finds the suppression of this domain."),
    ]);

    public static ValueTask<SuppressionQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var address = query.One("address", Limits.AddressLengthMax);
        var domain = query.One("domain", Limits.AddressLengthMax);
        if (address is not null && domain is not null)
        {
            query.Checks.Fail("request.too_many_values", "Give either address or domain.", "domain");
        }

        return ValueTask.FromResult<SuppressionQuery?>(new(address, domain, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}
