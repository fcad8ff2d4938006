using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What the list is called to which a message belongs (RFC 2919), so that readers can file it.</summary>
internal static class ListIds
{
    /// <summary>
    /// The identifier with its brackets; <see langword="null"/> when the author writes one, or none on purpose.
    /// </summary>
    /// <remarks>
    /// It is the same for every campaign to one list, or to a filter under one list. A campaign to several of them or
    /// to none belongs to what the sender writes.
    /// </remarks>
    /// <param name="definition">The campaign.</param>
    /// <param name="domain">The sender's domain: below it the identifier is nobody else's.</param>
    public static string? Of(CampaignDefinition definition, string domain)
    {
        var headers = definition.Content.Headers;
        if (!headers.IsDefault && headers.Any(
            header => header.Name.Equals(OwnHeaders.ListId, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var audience = definition.Audience;
        var lists = audience.ListIds.IsDefault ? [] : audience.ListIds.ToHashSet(StringComparer.Ordinal);
        if (audience.Filter is not null)
        {
            lists.Add(audience.UnderListId ?? "");
        }

        var label = lists.Count == 1 ? lists.Single().Replace('_', '-') : "";
        label = label.Length > 0 ? label : Label(definition.Sender?.Address ?? "");
        return OwnHeaders.ReadListId($"{label}.{domain.Trim('[', ']')}");
    }

    private static string Label(string address)
    {
        var local = address.Trim().Split('@')[0];
        return local.Length > 0 && local.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '+' or '.')
            ? local
            : "news";
    }
}
