using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What one recipient reads.</summary>
internal readonly record struct RenderedContent(string Subject, string Html, string Text);

/// <summary>The compiled templates of one campaign. Safe for concurrent use.</summary>
internal sealed class CampaignTemplates
{
    private readonly FieldTable fields;
    private readonly ImmutableDictionary<string, string> fallbacks;
    private readonly CompiledTemplate subject;
    private readonly CompiledTemplate? html;
    private readonly CompiledTemplate? text;
    private readonly TextAlternative? alternative;

    private CampaignTemplates(
        FieldTable fields,
        ImmutableDictionary<string, string> fallbacks,
        CompiledTemplate subject,
        CompiledTemplate? html,
        CompiledTemplate? text)
    {
        this.fields = fields;
        this.fallbacks = fallbacks;
        this.subject = subject;
        this.html = html;
        this.text = text;
        alternative = html is not null && text is null ? TextAlternative.Of(html, fields) : null;
        RequiredFields = new[] { subject, html, text }
            .OfType<CompiledTemplate>()
            .SelectMany(template => template.Required)
            .Where(name => !fallbacks.ContainsKey(name))
            .ToImmutableSortedSet(StringComparer.Ordinal);
    }

    /// <summary>The fields that are written out, unguarded and without a fallback.</summary>
    public IReadOnlySet<string> RequiredFields { get; }

    /// <summary>Compiles; adds what is wrong to <paramref name="problems"/>.</summary>
    /// <returns><see langword="null"/> when something is.</returns>
    public static CampaignTemplates? Compile(Content content, List<Refusal> problems)
    {
        var before = problems.Count;
        if (string.IsNullOrWhiteSpace(content.Subject))
        {
            problems.Add(
                Refusal.Invalid("content.subject.required", "The campaign has no subject.", "content.subject"));
        }
        else if (HeaderText.HasControlCharacter(content.Subject))
        {
            problems.Add(Refusal.Invalid(
                "content.subject.control_character",
                "content.subject must be one line without control characters.",
                "content.subject"));
        }

        var hasHtml = !string.IsNullOrWhiteSpace(content.Html);
        var hasText = !string.IsNullOrWhiteSpace(content.Text);
        if (!hasHtml && !hasText)
        {
            problems.Add(
                Refusal.Invalid("content.html.required", "The campaign has neither HTML nor text.", "content.html"));
        }

        var fields = new FieldTable();
        var subject =
            CompileOne("content.subject", content.Subject ?? "", ValueEncoding.None, TemplateLimits.SubjectMax);
        var html = hasHtml
            ? CompileOne("content.html", content.Html, ValueEncoding.Html, TemplateLimits.OutputMax)
            : null;
        var text = hasText
            ? CompileOne("content.text", content.Text!, ValueEncoding.None, TemplateLimits.OutputMax)
            : null;
        return problems.Count > before
            ? null
            : new CampaignTemplates(
                fields, content.Fallbacks ?? ImmutableDictionary<string, string>.Empty, subject!, html, text);

        CompiledTemplate? CompileOne(string field, string template, ValueEncoding encoding, int lengthMax)
        {
            var compiled = CompiledTemplate.Compile(field, template, encoding, lengthMax, fields);
            if (compiled.IsRefused)
            {
                problems.Add(compiled.Refusal);
                return null;
            }

            return compiled.Value;
        }
    }

    /// <summary>What <paramref name="recipient"/> reads.</summary>
    public Result<RenderedContent> Render(RecipientProfile recipient)
    {
        var values = new RecipientFields(recipient, fields, fallbacks);
        var renderedSubject = subject.Render(values);
        if (renderedSubject.IsRefused)
        {
            return renderedSubject.Refusal;
        }

        var renderedHtml = html?.Render(values) ?? "";
        if (renderedHtml.IsRefused)
        {
            return renderedHtml.Refusal;
        }

        var renderedText = text?.Render(values) ?? alternative!.Render(values, renderedHtml.Value);
        if (renderedText.IsRefused)
        {
            return renderedText.Refusal;
        }

        // The author's part was checked; what a contact's field brings is made harmless.
        return new RenderedContent(
            HeaderText.Neutralise(renderedSubject.Value), renderedHtml.Value, renderedText.Value);
    }
}
