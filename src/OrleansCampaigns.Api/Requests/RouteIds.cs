using System.Diagnostics.CodeAnalysis;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Requests;

/// <summary>The contact that the path names. What is no identifier names no contact, so it is not found.</summary>
internal sealed record ContactRoute(ContactId Id, Problem? Problem) : IRefusable, IParsable<ContactRoute>
{
    public static Refusal Unknown { get; } = Refusal.NotFound("contact.unknown", "There is no such contact.");

    public static ContactRoute Parse(string s, IFormatProvider? provider)
    {
        var id = ContactId.Parse(s);
        return new(id.GetValueOrDefault(), id is null ? Problems.From(Unknown) : null);
    }

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ContactRoute result)
    {
        result = Parse(s ?? "", provider);
        return true;
    }
}

/// <summary>The campaign that the path names. What is no identifier names no campaign, so it is not found.</summary>
internal sealed record CampaignRoute(CampaignId Id, Problem? Problem) : IRefusable, IParsable<CampaignRoute>
{
    // The grain's own refusal for an identifier that is well-formed and unknown, or another account's.
    private static readonly Refusal Unknown = Refusal.NotFound("campaign.unknown", "There is no such campaign.");

    public static CampaignRoute Parse(string s, IFormatProvider? provider)
    {
        var id = CampaignId.Parse(s);
        return new(id.GetValueOrDefault(), id is null ? Problems.From(Unknown) : null);
    }

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CampaignRoute result)
    {
        result = Parse(s ?? "", provider);
        return true;
    }
}
