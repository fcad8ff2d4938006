using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>The fields of the header that an author adds, compiled.</summary>
internal sealed class HeaderTemplates
{
    private readonly List<(string Name, CompiledTemplate Value)> fields;

    private HeaderTemplates(List<(string Name, CompiledTemplate Value)> fields) => this.fields = fields;

    /// <summary>Their values.</summary>
    public IEnumerable<CompiledTemplate> Templates => fields.Select(added => added.Value);

    /// <summary>Compiles; adds what is wrong to <paramref name="problems"/>.</summary>
    /// <param name="headers">The fields.</param>
    /// <param name="compile">Compiles one value, and notes what is wrong with it.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static HeaderTemplates Compile(
        ImmutableArray<HeaderField> headers,
        Func<string, string, CompiledTemplate?> compile,
        List<Refusal> problems)
    {
        var fields = new List<(string, CompiledTemplate)>();
        if (headers.IsDefaultOrEmpty)
        {
            return new(fields);
        }

        if (headers.Length > ContentLimits.HeadersMax
            || headers.DistinctBy(header => header.Name, StringComparer.OrdinalIgnoreCase).Count() < headers.Length)
        {
            problems.Add(Refusal.Invalid(
                "headers.too_many",
                $"At most {ContentLimits.HeadersMax} fields may be added, and each of them once.",
                "headers"));
            return new(fields);
        }

        foreach (var header in headers)
        {
            if (Check(header) is { } wrong)
            {
                problems.Add(wrong);
            }
            else if (compile($"headers.{header.Name}", header.Value) is { } value)
            {
                fields.Add((header.Name, value));
            }
        }

        return new(fields);
    }

    /// <summary>The fields for one recipient; a blank one is left out.</summary>
    public Result<IReadOnlyList<(string Name, string Value)>> Render(RecipientFields values)
    {
        var rendered = new List<(string, string)>(fields.Count);
        foreach (var (name, template) in fields)
        {
            var value = template.Render(values);
            if (value.IsRefused)
            {
                return value.Refusal;
            }

            // The author's part was checked; what a contact's field brings is made harmless.
            var line = HeaderText.Neutralise(value.Value);
            line = IsListId(name) ? OwnHeaders.ReadListId(line) ?? "" : line;
            if (line.Length > 0)
            {
                rendered.Add((name, line));
            }
        }

        return new Result<IReadOnlyList<(string Name, string Value)>> { Value = rendered };
    }

    private static Refusal? Check(HeaderField header)
    {
        var field = $"headers.{header.Name}";
        if (!OwnHeaders.IsName(header.Name))
        {
            return Refusal.Invalid(
                "headers.name", "A field's name must be visible ASCII without a colon (RFC 5322 §2.2).", "headers");
        }

        if (OwnHeaders.IsReserved(header.Name))
        {
            return Refusal.Invalid(
                "headers.reserved", $"{header.Name} is written by us or by mail servers, not by authors.", field);
        }

        if (header.Value is null || HeaderText.HasControlCharacter(header.Value))
        {
            return Refusal.Invalid(
                "headers.control_character", $"{field} must be one line without control characters.", field);
        }

        // What its fields come to is looked at message by message.
        return IsListId(header.Name) && !string.IsNullOrWhiteSpace(header.Value)
            && !header.Value.Contains("{{", StringComparison.Ordinal) && OwnHeaders.ReadListId(header.Value) is null
            ? Refusal.Invalid(
                "headers.list_id",
                "List-Id must be an identifier with a dot in angle brackets, with or without words before it, such as: "
                + "Spring offers <spring.example.com> (RFC 2919).",
                field)
            : null;
    }

    private static bool IsListId(string name) => name.Equals(OwnHeaders.ListId, StringComparison.OrdinalIgnoreCase);
}
