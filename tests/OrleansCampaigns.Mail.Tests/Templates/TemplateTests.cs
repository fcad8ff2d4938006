using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Tests.Templates;

/// <summary>What templates mean.</summary>
public sealed class TemplateTests
{
    [Theory]
    [InlineData("Hello {{first_name}}!", "Hello Anna!")]
    [InlineData("{{[first name]}}", "Spaced")]
    [InlineData("{{ first_name }}{{this.first_name}}{{./first_name}}{{@root.first_name}}", "AnnaAnnaAnnaAnna")]
    [InlineData("{{address}} {{name}}", "anna@mail.example Anna Adler")]
    [InlineData("{{html}}", "&lt;b&gt;&quot;5&quot; &amp; &#x27;6&#x27;&#x60;&#x3D;&lt;/b&gt;")]
    [InlineData("{{{html}}}{{&html}}", "<b>\"5\" & '6'`=</b><b>\"5\" & '6'`=</b>")]
    [InlineData("{{#if first_name}}yes{{else}}no{{/if}}", "yes")]
    [InlineData("{{#if nothing}}yes{{else}}no{{/if}}", "no")]
    [InlineData("{{#if blank}}yes{{else}}no{{/if}}", "no")]
    [InlineData("{{#if zero}}yes{{else}}no{{/if}}", "yes")]
    [InlineData("{{#unless nothing}}yes{{else}}no{{/unless}}", "yes")]
    [InlineData("{{#unless nothing}}yes{{^}}no{{/unless}}", "yes")]
    [InlineData("{{#if nothing}}1{{else if first_name}}2{{else}}3{{/if}}", "2")]
    [InlineData("{{#if nothing}}1{{else if blank}}2{{else}}3{{/if}}", "3")]
    [InlineData("{{#if nothing}}1{{else unless blank}}2{{else}}3{{/if}}", "2")]
    [InlineData("{{#with first_name}}{{this}}/{{../address}}{{else}}none{{/with}}", "Anna/anna@mail.example")]
    [InlineData("{{#with nothing}}{{this}}{{else}}none{{/with}}", "none")]
    [InlineData("{{#each tags}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0red,1&lt;green&gt;,2blue")]
    [InlineData("{{#each tags}}{{#each tags2}}x{{/each}}{{/each}}", null)]
    [InlineData("{{#each tags}}{{#each ../tags}}{{.}}{{/each}};{{/each}}",
        "red&lt;green&gt;blue;red&lt;green&gt;blue;red&lt;green&gt;blue;")]
    [InlineData("{{#each nothing}}x{{else}}none{{/each}}", "none")]
    [InlineData("a  {{~first_name~}}  b", "aAnnab")]
    [InlineData("{{#if nothing}}1{{else unless blank}} 2 {{~/if~}} 3", " 23")]
    [InlineData("{{#if nothing}}1{{else if first_name}} 2 {{~/if}} 3", " 2 3")]
    [InlineData("a{{! a comment }}b{{!-- with }} in it --}}c", "abc")]
    [InlineData("a\n{{#if first_name}}\nb\n{{/if}}\nc", "a\nb\nc")]
    [InlineData("\\{{first_name}} \\\\{{first_name}} C:\\", "{{first_name}} \\Anna C:\\")]
    [InlineData("{{first_name}}} } {x} }}", "Anna} } {x} }}")]
    [InlineData("{{[if]}}{{[this]}}{{[true]}}{{[5]}}{{[log]}}", "ABCDE")]
    [InlineData("{{imię}}", "Zażółć 😀")]
    [InlineData("", "")]
    public void A_template_renders(string template, string? expected)
    {
        var rendered = Render(template);

        if (expected is null)
        {
            Assert.Equal("template.syntax", rendered.Refusal?.Code);
        }
        else
        {
            Assert.Equal((expected, null), (rendered.Value, rendered.Refusal));
        }
    }

    [Theory]
    [InlineData("{{first_name", 1, "does not end")]
    [InlineData("a\nb{{#if x}}c", 2, "not closed")]
    [InlineData("a\nb{{/if}}", 2, "no block")]
    [InlineData("{{#if x}}{{/each}}", 1, "does not close")]
    [InlineData("{{#if x}}a{{else}}b{{else}}c{{/if}}", 1, "too many")]
    [InlineData("{{else}}", 1, "no block")]
    [InlineData("{{}}", 1, "empty")]
    [InlineData("{{first name}}", 1, "{{[first name]}}")]
    [InlineData("{{company.name}}", 1, "{{[company.name]}}")]
    [InlineData("\n\n{{> footer}}", 3, "Partials")]
    [InlineData("{{#> layout}}x{{/layout}}", 1, "Partials")]
    [InlineData("{{#*inline \"x\"}}{{> x}}{{/inline}}", 1, "decorators")]
    [InlineData("{{* x}}", 1, "Decorators")]
    [InlineData("{{{{raw}}}}x{{{{/raw}}}}", 1, "Raw blocks")]
    [InlineData("{{#first_name}}x{{/first_name}}", 1, "{{#if x}}")]
    [InlineData("{{^first_name}}x{{/first_name}}", 1, "{{#unless x}}")]
    [InlineData("{{lookup this 'x'}}", 1, "no helper 'lookup'")]
    [InlineData("{{(x)}}", 1, "Sub-expressions")]
    [InlineData("{{#if}}x{{/if}}", 1, "needs a field")]
    [InlineData("{{#each tags}}{{first_name}}{{/each}}", 1, "{{../first_name}}")]
    [InlineData("{{this}}", 1, "nothing outside")]
    [InlineData("{{@index}}", 1, "nothing outside")]
    [InlineData("{{true}}", 1, "not the name of a field")]
    [InlineData("{{!-- never ends }}", 1, "does not end")]
    [InlineData("{{\"x\"}}", 1, "not the name of a field")]
    public void What_is_no_template_is_refused_with_its_line_and_the_reason(string template, int line, string reason)
    {
        var refusal = Render(template).Refusal;

        Assert.Equal(("template.syntax", "content.html"), (refusal?.Code, refusal?.Field));
        Assert.Contains($"line {line}, column ", refusal!.Detail, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{a}}", "a")]
    [InlineData("{{a}}{{{b}}}{{[c d]}}", "a,b,c d")]
    [InlineData("{{#if a}}x{{/if}}", "")]
    [InlineData("{{#if a}}{{a}}{{/if}}", "")]
    [InlineData("{{#if a}}{{a}}{{b}}{{/if}}", "b")]
    [InlineData("{{#if a}}{{else}}{{a}}{{/if}}", "a")]
    [InlineData("{{#if a}}{{a}}{{/if}}{{a}}", "a")]
    [InlineData("{{#if a}}{{#if b}}{{a}}{{b}}{{/if}}{{/if}}", "")]
    [InlineData("{{#if a}}x{{else if b}}{{a}}{{b}}{{/if}}", "a")]
    [InlineData("{{#unless a}}{{a}}{{/unless}}", "a")]
    [InlineData("{{#unless a}}x{{else}}{{a}}{{/unless}}", "")]
    [InlineData("{{#with a}}{{this}}{{../a}}{{../b}}{{/with}}", "b")]
    [InlineData("{{#each a}}{{this}}{{../b}}{{/each}}", "b")]
    [InlineData("\\{{a}} {{! b }}", "")]
    public void What_is_written_out_unguarded_is_required(string template, string expected)
    {
        var fields = new FieldTable();
        var compiled = CompiledTemplate.Compile("content.html", template, ValueEncoding.Html, 1000, fields);

        Assert.Equal(expected, string.Join(',', compiled.Value!.Required.Order()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\t\n")]
    [InlineData(null)]
    public void A_missing_or_blank_field_is_refused_unless_there_is_a_fallback(string? value)
    {
        (string, string)[] attributes = value is null ? [] : [("city", value)];
        var composer = Given.Composer(Given.Definition("<p>{{city}}</p>"));
        var withFallback = Given.Composer(Given.Definition("<p>{{city}}</p>", fallbacks: [("city", "your town")]));

        var refused = composer.Compose(Given.Recipient(attributes: attributes), Given.Noon).Refusal;
        var composed = withFallback.Compose(Given.Recipient(attributes: attributes), Given.Noon).Value;

        Assert.Equal(("template.missing_field", "content.html"), (refused?.Code, refused?.Field));
        Assert.Contains("'city'", refused!.Detail, StringComparison.Ordinal);
        Assert.Equal("<p>your town</p>", composed!.Html);
        Assert.Equal(["city"], composer.RequiredFields);
        Assert.Empty(withFallback.RequiredFields);
    }

    [Fact]
    public void Subject_and_text_are_not_escaped_and_HTML_is()
    {
        var definition = Given.Definition("<p>{{name}}</p>", "{{name}}", "For {{name}}");
        var message = Given.Message(definition, Given.Recipient(name: "Tom & \"Jerry\" <x>"));

        Assert.Equal("For Tom & \"Jerry\" <x>", message.Subject);
        Assert.Equal("Tom & \"Jerry\" <x>", message.Text);
        Assert.Equal("<p>Tom &amp; &quot;Jerry&quot; &lt;x&gt;</p>", message.Html);
    }

    private static Result<string> Render(string template)
    {
        var fields = new FieldTable();
        var compiled = CompiledTemplate.Compile("content.html", template, ValueEncoding.Html, 10_000, fields);
        if (compiled.IsRefused)
        {
            return compiled.Refusal;
        }

        var recipient = Given.Recipient(
            name: "Anna Adler",
            attributes:
            [
                ("first_name", "Anna"), ("first name", "Spaced"), ("html", "<b>\"5\" & '6'`=</b>"), ("blank", "  "),
                ("zero", "0"), ("tags", "red; <green>\nblue;"), ("if", "A"), ("this", "B"), ("true", "C"), ("5", "D"),
                ("log", "E"), ("imię", "Zażółć 😀"),
            ]);
        return compiled.Value.Render(new RecipientFields(recipient, fields, ImmutableDictionary<string, string>.Empty));
    }
}
