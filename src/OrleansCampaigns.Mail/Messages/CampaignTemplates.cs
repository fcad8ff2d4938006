using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages.Tracking;
using OrleansCampaigns.Mail.Messages.Warnings;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What one recipient reads.</summary>
internal readonly record struct RenderedContent(
    string Subject, string Html, string Text, IReadOnlyList<(string Name, string Value)> Headers);

/// <summary>The compiled templates of one campaign. Safe for concurrent use.</summary>
internal sealed class CampaignTemplates
{
    private readonly FieldTable fields;
    private readonly TimeZoneInfo zone;
    private readonly ImmutableDictionary<string, string> fallbacks;
    private readonly CompiledTemplate subject;
    private readonly CompiledTemplate? html;
    private readonly CompiledTemplate? text;
    private readonly TextAlternative? alternative;
    private readonly TrackedTemplate? tracked;
    private readonly HeaderTemplates headers;

    private CampaignTemplates(
        FieldTable fields,
        TimeZoneInfo zone,
        ImmutableDictionary<string, string> fallbacks,
        CompiledTemplate subject,
        CompiledTemplate? html,
        CompiledTemplate? text,
        TrackedTemplate? tracked,
        HeaderTemplates headers)
    {
        this.headers = headers;
        this.fields = fields;
        this.zone = zone;
        this.fallbacks = fallbacks;
        this.subject = subject;
        this.html = html;
        this.text = text;
        this.tracked = tracked;
        alternative = html is not null && text is null ? TextAlternative.Of(html) : null;
        RequiredFields = new[] { subject, html, text }
            .OfType<CompiledTemplate>()
            .Concat(headers.Templates)
            .SelectMany(template => template.Required)
            .Where(name => !fallbacks.ContainsKey(name))
            .ToImmutableSortedSet(StringComparer.Ordinal);
    }

    /// <summary>The fields that are written out, unguarded and without a fallback.</summary>
    public IReadOnlySet<string> RequiredFields { get; }

    /// <summary>Every field that is used.</summary>
    public IReadOnlySet<string> UsedFields => fields.Names;

    /// <summary>The parts by field in which no reader finds a link to unsubscribe by.</summary>
    public IEnumerable<string> WithoutUnsubscribeUrl
    {
        get
        {
            if (html is { HasUnsubscribeUrl: false })
            {
                yield return "content.html";
            }

            if (text is { HasUnsubscribeUrl: false })
            {
                yield return "content.text";
            }
        }
    }

    /// <summary>The tracked links.</summary>
    public IReadOnlyList<string> Links => tracked?.Links ?? [];

    /// <summary>Compiles; adds what is wrong to <paramref name="problems"/>.</summary>
    /// <param name="definition">The campaign.</param>
    /// <param name="hasPublicUrl">Whether recipients can reach us, so that there is something to link to.</param>
    /// <param name="hasHiddenLink">Whether tracked HTML holds a link that no person sees.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns><see langword="null"/> when something is.</returns>
    public static CampaignTemplates? Compile(
        CampaignDefinition definition, bool hasPublicUrl, bool hasHiddenLink, List<Refusal> problems)
    {
        var before = problems.Count;
        var content = definition.Content;
        var (hasHtml, hasText) = CheckContent(content, problems);
        var fields = new FieldTable();
        TrackedTemplate? tracked = null;
        var subject =
            CompileOne("content.subject", content.Subject ?? "", ValueEncoding.None, TemplateLimits.SubjectMax);
        var html = hasHtml
            ? CompileOne(
                "content.html",
                EncodedBraces.Mend(content.Html),
                ValueEncoding.Html,
                TemplateLimits.OutputMax,
                hasPublicUrl && (definition.TrackClicks || definition.TrackOpens) ? Mark : null)
            : null;
        var text = hasText
            ? CompileOne(
                "content.text", EncodedBraces.Mend(content.Text!), ValueEncoding.Text, TemplateLimits.OutputMax)
            : null;
        var headers = HeaderTemplates.Compile(
            content.Headers,
            (field, value) => CompileOne(field, value, ValueEncoding.None, ContentLimits.HeaderValueMax),
            problems);
        CheckLinks(tracked, problems);
        var zone = TimeZones.Find(definition.TimeZone) ?? TimeZoneInfo.Utc;
        var fallbacks = content.Fallbacks ?? ImmutableDictionary<string, string>.Empty;
        return problems.Count > before
            ? null
            : new CampaignTemplates(fields, zone, fallbacks, subject!, html, text, tracked, headers);

        IReadOnlyList<TemplateNode> Mark(IReadOnlyList<TemplateNode> nodes)
        {
            tracked = new TrackedTemplate(
                nodes, definition.TrackClicks, definition.TrackOpens, hasHiddenLink && definition.TrackClicks);
            return tracked.Marked;
        }

        CompiledTemplate? CompileOne(
            string field,
            string template,
            ValueEncoding encoding,
            int lengthMax,
            Func<IReadOnlyList<TemplateNode>, IReadOnlyList<TemplateNode>>? mark = null)
        {
            var compiled = CompiledTemplate.Compile(field, template, encoding, lengthMax, fields, mark);
            problems.AddRange(Check(compiled, field, hasPublicUrl));
            return compiled.IsRefused ? null : compiled.Value;
        }
    }

    private static IEnumerable<Refusal> Check(Result<CompiledTemplate> compiled, string field, bool hasPublicUrl)
    {
        if (compiled.IsRefused)
        {
            yield return compiled.Refusal;
        }
        else if (compiled.Value.HasUnsubscribeUrl && !hasPublicUrl)
        {
            yield return Refusal.Invalid(
                "template.unsubscribe_url",
                $"{field} uses {{{{{OwnFields.UnsubscribeUrl}}}}}, which needs the setting Tracking:PublicUrl.",
                field);
        }
    }

    private static void CheckLinks(TrackedTemplate? tracked, List<Refusal> problems)
    {
        if (tracked is { HasTooManyLinks: true })
        {
            problems.Add(Refusal.Invalid(
                "template.too_many_links",
                $"content.html has more than {RecipientTokens.LinkMax} different links.",
                "content.html"));
        }

        if (tracked is { IsTooComplex: true })
        {
            problems.Add(Refusal.Invalid(
                "template.too_complex",
                "The loops of content.html stand inside one another in such a way that its links cannot be found.",
                "content.html"));
        }
    }

    /// <summary>What <paramref name="recipient"/> reads.</summary>
    /// <param name="recipient">Who.</param>
    /// <param name="route">The ways back.</param>
    /// <param name="isMeasured">Whether the recipient is none, so that its values need not mean anything.</param>
    public Result<RenderedContent> Render(RecipientProfile recipient, RecipientRoute route, bool isMeasured = false)
    {
        var values = new RecipientFields(recipient, fields, fallbacks, route.UnsubscribeUrl, zone)
        {
            TakeAnything = isMeasured,
        };
        var renderedSubject = subject.Render(values);
        if (renderedSubject.IsRefused)
        {
            return renderedSubject.Refusal;
        }

        var renderedHeaders = headers.Render(values);
        if (renderedHeaders.IsRefused)
        {
            return renderedHeaders.Refusal;
        }

        var renderedHtml = html?.Render(values) ?? "";
        if (renderedHtml.IsRefused)
        {
            return renderedHtml.Refusal;
        }

        var marked = renderedHtml.Value;
        var renderedText = text?.Render(values) ?? alternative!.Render(values, () => Unmark(marked));
        if (renderedText.IsRefused)
        {
            return renderedText.Refusal;
        }

        // The author's part was checked; what a contact's field brings is made harmless.
        return new RenderedContent(
            HeaderText.Neutralise(renderedSubject.Value),
            route.IsTracked && tracked is not null ? tracked.Track(marked, route) : Unmark(marked),
            renderedText.Value,
            renderedHeaders.Value);
    }

    private string Unmark(string marked) => tracked?.Unmark(marked) ?? marked;

    private static (bool HasHtml, bool HasText) CheckContent(Content content, List<Refusal> problems)
    {
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

        return (hasHtml, hasText);
    }
}
