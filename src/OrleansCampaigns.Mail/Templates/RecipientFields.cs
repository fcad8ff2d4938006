using System.Collections.Immutable;
using System.Globalization;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>The values of one recipient's fields, as the templates of one campaign need them.</summary>
internal sealed class RecipientFields
{
    private static readonly char[] ListSeparators = [';', '\n', '\r'];

    private readonly RecipientProfile recipient;
    private CultureInfo? culture;
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> lists = new(StringComparer.Ordinal);

    public RecipientFields(
        RecipientProfile recipient,
        FieldTable fields,
        ImmutableDictionary<string, string> fallbacks,
        string? unsubscribeUrl = null,
        TimeZoneInfo? zone = null)
    {
        this.recipient = recipient;
        Zone = zone ?? TimeZoneInfo.Utc;
        foreach (var name in fields.Names)
        {
            var found = name == OwnFields.UnsubscribeUrl
                ? unsubscribeUrl
                : Find(recipient, name) ?? fallbacks.GetValueOrDefault(name);
            if (found is { } value)
            {
                values.Add(name, value);
                if (fields.Lists.Contains(name))
                {
                    lists.Add(name, Split(value));
                }
            }
        }
    }

    /// <summary>The campaign's time zone.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Whether helpers write what they cannot read: of a message that is only measured.</summary>
    public bool TakeAnything { get; init; }

    /// <summary>How the contact's language writes; English where the contact names none that is known.</summary>
    public CultureInfo Culture => culture ??= ContactLanguage.NamedBy(recipient.Attributes)
        .Select(Cultures.Find)
        .FirstOrDefault(found => found is not null) ?? Cultures.English;

    /// <summary>Whether the recipient has the field, or the campaign has a fallback for it.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>The value, if there is one.</summary>
    public string? Find(string name) => values.GetValueOrDefault(name);

    /// <summary>The items of a field that an <c>each</c> walks through.</summary>
    public string[] Items(string name) => lists.GetValueOrDefault(name) ?? [];

    /// <summary>The items of a list that is written in one field.</summary>
    public static string[] Split(string value) =>
        value.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // What cannot be seen is as good as missing: "Dear ," is the surprise to be avoided.
    private static string? Find(RecipientProfile recipient, string name)
    {
        var value = name switch
        {
            "address" => recipient.Address,
            "name" => recipient.Name,
            _ => recipient.Attributes.GetValueOrDefault(name),
        };
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }
}
