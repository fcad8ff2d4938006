using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Mail.Templates;
using OrleansCampaigns.Mail.Tests.Messages.Tracking;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Templates;

/// <summary>What helpers make of values, and how they fail.</summary>
public sealed class HelperTests
{
    [Theory]
    [InlineData("{{number v}}", "1234567.891", "de", "1.234.567,891")]
    [InlineData("{{number v}}", "1234567.891", "en", "1,234,567.891")]
    [InlineData("{{number v}}", "1234567.891", "fr", "1\u202F234\u202F567,891")]
    [InlineData("{{number v 2}}", "2.345", "en", "2.35")]
    [InlineData("{{number v 1}}", "-0.25", "en", "-0.3")]
    [InlineData("{{number v}}", "12,50", "en", "12.50")]
    [InlineData("{{number v}}", " +7 ", "en", "7")]
    [InlineData("{{number v}}", "1,234", "en", null)]
    [InlineData("{{number v}}", "1.234,5", "en", null)]
    [InlineData("{{number v}}", "1e5", "en", null)]
    [InlineData("{{number v}}", "abc", "en", null)]
    [InlineData("{{number v}}", "99999999999999999999999999999999999", "en", null)]
    [InlineData("{{upper v}}", "istanbul ß", "tr", "İSTANBUL ß")]
    [InlineData("{{lower v}}", "ILIK", "Türkçe", "ılık")]
    [InlineData("{{upper v}}", "istanbul", "en", "ISTANBUL")]
    [InlineData("{{capitalise v}}", "  ällgäu BAHN", "de", "  Ällgäu BAHN")]
    [InlineData("{{capitalize v}}", "😀x", "de", "😀x")]
    [InlineData("{{date v \"d MMMM yyyy\"}}", "2026-03-09", "de-AT", "9 März 2026")]
    [InlineData("{{date v \"MMMM\"}}", "2026-01-09", "de_AT.UTF-8", "Jänner")]
    [InlineData("{{date v \"d MMMM yyyy\"}}", "9.3.2026", "nonsense", "9 March 2026")]
    [InlineData("{{date v \"d\"}}", "2026/3/9", "German", "9")]
    [InlineData("{{date v \"HH:mm\"}}", "2026-07-01T10:00:00+00:00", "en", "12:00")]
    [InlineData("{{date v \"HH:mm\"}}", "2026-07-01 10:00", "en", "10:00")]
    [InlineData("{{date v \"HH:mm\"}}", "2026-07-01T10:00:00.123Z", "en", "12:00")]
    [InlineData("{{date v}}", "03/09/2026", "en", null)]
    [InlineData("{{date v}}", "2026-02-30", "en", null)]
    [InlineData("{{date v}}", "0001-01-01T00:00:00+14:00", "en", null)]
    [InlineData("{{date v}}", "yesterday", "en", null)]
    [InlineData("{{date v}}", "1200-01-01", "ar-SA", null)]
    public void A_value_is_written_as_the_language_does(
        string template, string value, string language, string? expected)
    {
        var rendered = Render(template, ("v", value), ("language", language));

        Assert.Equal(
            (expected, expected is null ? "template.unreadable_value" : null),
            (rendered.Value, rendered.Refusal?.Code));
    }

    [Theory]
    [InlineData("{{number v 2}}", "number")]
    [InlineData("{{upper (date v)}}", "date")]
    [InlineData("{{default (number v) (date v)}}", "date")]
    public void What_cannot_be_read_names_line_column_and_helper_and_not_the_value(string template, string helper)
    {
        var refusal = Render("a\nb " + template, ("v", "secret")).Refusal;

        Assert.Equal(("template.unreadable_value", "content.html"), (refusal?.Code, refusal?.Field));
        Assert.StartsWith("content.html, line 2, column 3: ", refusal!.Detail, StringComparison.Ordinal);
        Assert.Contains($"'{helper}'", refusal.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{#if (eq v \"5\")}}y{{/if}}", "5.0", "y")]
    [InlineData("{{#if (eq v \"a\")}}y{{/if}}", "A", "")]
    [InlineData("{{#if (gt v 10)}}y{{/if}}", "9", "")]
    [InlineData("{{#if (gt v 9)}}y{{/if}}", "10", "y")]
    [InlineData("{{#if (gt v -1)}}y{{/if}}", "0", "y")]
    [InlineData("{{#if (gte v 10)}}y{{/if}}{{#if (lte v 10)}}y{{/if}}", "10.00", "yy")]
    [InlineData("{{#if (lt v 10)}}y{{/if}}{{#if (ge v 10)}}y{{/if}}", "many", "")]
    [InlineData("{{#if (gt v \"2026-01-01\")}}y{{/if}}", "2025-12-31T23:30:00Z", "y")]
    [InlineData("{{#if (gt v \"31.12.2025\")}}y{{/if}}", "2026-01-01", "y")]
    [InlineData("{{#if eq v \"a\"}}y{{/if}}", "a", "y")]
    [InlineData("{{#if(eq v 'it\"s')}}y{{/if}}", "it\"s", "y")]
    [InlineData("{{#if (eq v \"}}\")}}y{{/if}}", "}}", "y")]
    [InlineData("{{#if (has v \" b \")}}y{{/if}}", "a; b", "y")]
    [InlineData("{{#if (eq [v] (default none \"a\"))}}y{{/if}}", "a", "y")]
    [InlineData("{{#if (ne none v)}}y{{/if}}{{#if (ne none other)}}n{{/if}}", "a", "y")]
    [InlineData("{{#if (eq none other)}}y{{/if}}", "a", "")]
    [InlineData("{{#if (and v (or none (not none)))}}y{{/if}}", "a", "y")]
    [InlineData("{{#if (upper v)}}y{{/if}}{{#if (number v)}}n{{/if}}", "a", "y")]
    [InlineData("{{#with v}}{{#if (eq this \"a\")}}{{upper this}}{{/if}}{{/with}}", "a", "A")]
    [InlineData("{{#each v}}{{#if (eq @index 1)}}{{upper this}}{{/if}}{{/each}}", "a;b", "B")]
    [InlineData("{{#each v}}{{#if (and (not @last) (ne this ../v))}}{{this}}{{/if}}{{/each}}", "a;b", "a")]
    public void A_condition_compares(string template, string value, string expected) =>
        Assert.Equal((expected, null), (Render(template, ("v", value)).Value, (string?)null));

    [Theory]
    [InlineData("{{upper a}}{{default b \"x\"}}{{default c d}}", "a")]
    [InlineData("{{#if (eq a \"x\")}}{{a}}{{/if}}", "")]
    [InlineData("{{#if (ne a \"x\")}}{{a}}{{else}}{{a}}{{/if}}", "a")]
    [InlineData("{{#if (ne a \"x\")}}{{else}}{{a}}{{/if}}", "")]
    [InlineData("{{#if (ne a b)}}{{else}}{{a}}{{/if}}", "a")]
    [InlineData("{{#if (and a (gt b 1))}}{{a}}{{b}}{{c}}{{/if}}", "c")]
    [InlineData("{{#if (or a b)}}{{a}}{{/if}}", "a")]
    [InlineData("{{#unless (or (not a) (not b))}}{{a}}{{b}}{{/unless}}", "")]
    [InlineData("{{#if (not a)}}{{a}}{{else}}{{a}}{{/if}}", "a")]
    [InlineData("{{#if (eq (default a \"x\") \"x\")}}{{a}}{{/if}}", "a")]
    [InlineData("{{number (default (upper a) b)}}", "")]
    public void What_a_condition_or_a_default_guards_is_not_required(string template, string expected)
    {
        var compiled = CompiledTemplate.Compile("content.html", template, ValueEncoding.Html, 1000, new FieldTable());

        Assert.Equal(expected, string.Join(',', compiled.Value!.Required.Order()));
    }

    [Fact]
    public void A_default_without_any_value_is_a_missing_field()
    {
        var refusal = Render("{{default a b}}").Refusal;

        Assert.Equal("template.missing_field", refusal?.Code);
        Assert.Contains("line 1, column 1", refusal!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{upper}}", "Hello ", "UP")]
    [InlineData("{{[date of birth]}}", "", "1.1.2000")]
    [InlineData("{{number}}{{eq}}", "", "71")]
    public void A_field_may_be_named_like_a_helper(string template, string before, string expected) => Assert.Equal(
        before + expected,
        Render(before + template, ("upper", "UP"), ("date of birth", "1.1.2000"), ("number", "7"), ("eq", "1")).Value);

    [Theory]
    [InlineData("{{upper (eq a b)}}", "'eq' is a condition")]
    [InlineData("{{upper a b}}", "too many arguments")]
    [InlineData("{{upper \"a}}", "not closed")]
    [InlineData("{{upper (lower a}}", "A bracket is not closed")]
    [InlineData("{{upper a)}}", "closing bracket too many")]
    [InlineData("{{upper a zone=\"UTC\"}}", "no setting 'zone'")]
    [InlineData("{{number a 11}}", "no number of decimals")]
    [InlineData("{{number a 2 2}}", "no number of decimals")]
    [InlineData("{{date a b}}", "is no format")]
    [InlineData("{{date a \"\"}}", "1 to 50 characters")]
    [InlineData("{{date a \"%\"}}", "means nothing")]
    [InlineData("{{date a zone=\"W. Europe Standard Time\"}}", "IANA")]
    [InlineData("{{date a lang=de}}", "needs text in quotes")]
    [InlineData("{{upper “a”}}", "straight quotes")]
    [InlineData("{{#if (eq a &quot;b&quot;)}}x{{/if}}", "straight quotes")]
    [InlineData("{{default a}}", "An argument is missing")]
    [InlineData("{{#if (eq a b) c}}x{{/if}}", "Nothing may follow")]
    [InlineData("{{#if ()}}x{{/if}}", "not the name of a field")]
    [InlineData("{{#each (upper a)}}x{{/each}}", "'each' needs a field")]
    [InlineData("{{#with upper a}}x{{/with}}", "'with' needs a field")]
    public void A_helper_that_is_used_wrongly_is_refused(string template, string reason)
    {
        var refusal = Render("\n  " + template).Refusal;

        Assert.Equal("template.syntax", refusal?.Code);
        Assert.StartsWith("content.html, line 2, column 3: ", refusal!.Detail, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_helper_that_writes_nothing_is_a_missing_value() =>
        Assert.Equal("template.missing_field", Render("<a href={{date v \"''\"}}>", ("v", "2026-01-01")).Refusal?.Code);

    [Fact]
    public void The_smallest_message_is_measured_whatever_its_helpers_read() =>
        Assert.True(
            Given.Composer(Given.Definition("{{number a}}{{date b}}" + Repeat("x", 5000))).Needs.Size.Value > 5000);

    [Fact]
    public void Brackets_nested_too_deep_are_refused()
    {
        var refusal = Render("{{#if " + Repeat("(not ", 900) + "a" + Repeat(")", 900) + "}}x{{/if}}").Refusal;

        Assert.Contains("nested deeper", refusal?.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{#if (contains @root.a \"z\")}}{{/if}}")]
    [InlineData("{{#if (eq (upper @root.a) (lower @root.a))}}{{/if}}")]
    [InlineData("{{#if (has @root.a \"z\")}}{{/if}}")]
    [InlineData("{{#if (gt @root.b @root.b)}}{{/if}}")]
    [InlineData("{{#if (gt (date @root.b) (number @root.b))}}{{/if}}")]
    public void Helpers_that_have_too_much_to_do_are_stopped(string body)
    {
        var template = "{{#each @root.l}}" + Repeat(body, 900) + "{{/each}}";
        Result<string>? rendered = null;

        var taken = ProcessorTime.Of(() => rendered = Render(
            template, ("a", Repeat("x;", 5000)), ("b", "2026-01-01T00:00:00+01:00"), ("l", Repeat("i;", 1000))));

        Assert.Equal(("template.too_large", "content.html"), (rendered?.Refusal?.Code, rendered?.Refusal?.Field));
        Assert.True(taken < TimeSpan.FromSeconds(10), $"It took {taken} of a processor.");
    }

    [Fact]
    public void A_link_with_a_helper_is_tracked_and_named_as_it_was_written()
    {
        const string Target = "https://x.example/?a={{upper (default nick 'b c')}}&amp;d={{date v \"yyyy\" lang='de'}}";
        var (tracked, links) = TrackedMail.Compose($"<a href=\"{Target}\">x</a>", ("v", "2026-01-02"));

        Assert.Equal(
            "<a href=\"[1:https://x.example/?a=B%20C&d=2026]\">x</a>", TrackedMail.Resolve(tracked, links));
        Assert.Equal(
            ["https://x.example/?a={{upper (default nick \"b c\")}}&d={{date v \"yyyy\" lang=\"de\"}}"], links);
    }

    private static Result<string> Render(string template, params (string, string)[] attributes)
    {
        var fields = new FieldTable();
        var compiled = CompiledTemplate.Compile("content.html", template, ValueEncoding.None, 10_000, fields);
        return compiled.IsRefused
            ? compiled.Refusal
            : compiled.Value.Render(new RecipientFields(
                Given.Recipient(attributes: attributes), fields, ImmutableDictionary<string, string>.Empty,
                zone: TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna")));
    }

    private static string Repeat(string part, int count) => string.Concat(Enumerable.Repeat(part, count));
}
