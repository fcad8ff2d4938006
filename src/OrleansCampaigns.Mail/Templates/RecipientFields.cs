using System.Collections.Immutable;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>The values of one recipient's fields, as the templates of one campaign need them.</summary>
internal sealed class RecipientFields
{
    private static readonly char[] ListSeparators = [';', '\n', '\r'];

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public RecipientFields(
        RecipientProfile recipient,
        FieldTable fields,
        ImmutableDictionary<string, string> fallbacks,
        string? unsubscribeUrl = null)
    {
        Context = new Dictionary<string, object>(
            fields.Numbers.Count + fields.Lists.Count + TemplateWriter.Constants.Count);
        foreach (var (name, text) in TemplateWriter.Constants)
        {
            Context.Add(name, text);
        }

        foreach (var (name, number) in fields.Numbers)
        {
            var found = name == OwnFields.UnsubscribeUrl
                ? unsubscribeUrl
                : Find(recipient, name) ?? fallbacks.GetValueOrDefault(name);
            if (found is { } value)
            {
                values.Add(name, value);
                Context.Add(TemplateWriter.FieldKey(number), value);
                if (fields.Lists.Contains(name))
                {
                    Context.Add(TemplateWriter.ListKey(number), Split(value));
                }
            }
        }
    }

    /// <summary>What the template engine looks names up in.</summary>
    public Dictionary<string, object> Context { get; }

    /// <summary>Whether the recipient has the field, or the campaign has a fallback for it.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>How many items the field has as a list.</summary>
    public int CountItems(string name) => values.TryGetValue(name, out var value) ? Split(value).Length : 0;

    private static string[] Split(string value) =>
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
