using OrleansCampaigns.Domain;
using OrleansCampaigns.Mail.Templates;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Templates;

/// <summary>No template, whoever wrote it and whoever it is for, takes a silo down or keeps it busy.</summary>
public sealed class TemplateLimitTests
{
    [Fact]
    public void A_template_that_is_too_long_is_refused() =>
        Assert.Equal(("template.too_large", "content.html"), Problem(new string('x', TemplateLimits.LengthMax + 1)));

    [Fact]
    public void Too_many_tags_are_refused() =>
        Assert.Equal(("template.syntax", "content.html"), Problem(Repeat("{{a}}", TemplateLimits.TagsMax + 1)));

    [Fact]
    public void As_many_tags_as_allowed_are_taken()
    {
        var recipient = Given.Recipient(attributes: ("a", "x"));
        var message = Given.Message(Given.Definition(Repeat("{{a}}", TemplateLimits.TagsMax)), recipient);

        Assert.Equal(TemplateLimits.TagsMax, message.Html.Length);
    }

    [Theory]
    [InlineData(51)]
    [InlineData(900)]
    public void Blocks_nested_too_deep_are_refused(int depth) => Assert.Equal(
        ("template.syntax", "content.html"), Problem(Repeat("{{#if a}}", depth) + "x" + Repeat("{{/if}}", depth)));

    [Fact]
    public void Blocks_nested_as_deep_as_allowed_are_taken()
    {
        var depth = TemplateLimits.DepthMax;
        var template = Repeat("{{#if a}}", depth) + "x" + Repeat("{{/if}}", depth);

        Assert.Equal("x", Given.Message(Given.Definition(template), Given.Recipient(attributes: ("a", "1"))).Html);
    }

    [Fact]
    public void Open_blocks_without_end_are_refused() =>
        Assert.Equal(("template.syntax", "content.html"), Problem(Repeat("{{#each a}}", 90_000)));

    [Fact]
    public void A_chain_of_conditions_without_end_is_refused() =>
        Assert.Equal(
            ("template.syntax", "content.html"), Problem("{{#if a}}" + Repeat("{{else if a}}", 1000) + "{{/if}}"));

    [Fact]
    public void A_large_field_repeated_is_refused_when_it_grows_too_large()
    {
        var composer = Given.Composer(Given.Definition(Repeat("{{a}}", 100)));

        var refused =
            composer.Compose(Given.Recipient(attributes: ("a", new string('x', 1024 * 1024))), Given.Noon).Refusal;

        Assert.Equal(("template.too_large", "content.html"), (refused?.Code, refused?.Field));
    }

    [Fact]
    public void A_subject_that_grows_too_large_is_refused()
    {
        var composer = Given.Composer(Given.Definition(subject: "{{a}}"));

        var refused = composer.Compose(Given.Recipient(attributes: ("a", new string('x', 10_000))), Given.Noon).Refusal;

        Assert.Equal(("template.too_large", "content.subject"), (refused?.Code, refused?.Field));
    }

    [Theory]
    [InlineData(1, 2000)]
    [InlineData(2, 100)]
    [InlineData(40, 3)]
    [InlineData(40, 100_000)]
    public void Loops_that_run_too_often_are_refused_at_once(int nested, int items)
    {
        var template = Repeat("{{#each @root.a}}", nested) + Repeat("{{/each}}", nested);
        var composer = Given.Composer(Given.Definition("x" + template));
        var recipient = Given.Recipient(attributes: ("a", Repeat("x;", items)));
        Refusal? refused = null;

        var took = ProcessorTime.Of(() => refused = composer.Compose(recipient, Given.Noon).Refusal);

        Assert.Equal(("template.too_large", "content.html"), (refused?.Code, refused?.Field));
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took} of a processor.");
    }

    [Fact]
    public void The_heaviest_template_that_is_allowed_renders_in_good_time()
    {
        var body = Repeat("{{#if @root.a}}{{/if}}", (TemplateLimits.TagsMax / 2) - 2);
        var composer = Given.Composer(Given.Definition("x{{#each a}}" + body + "{{/each}}"));
        var recipient = Given.Recipient(attributes: ("a", Repeat("x;", TemplateLimits.IterationsMax)));

        var took = ProcessorTime.Of(() => Assert.Null(composer.Compose(recipient, Given.Noon).Refusal));

        Assert.True(took < TimeSpan.FromSeconds(15), $"It took {took} of a processor.");
    }

    [Theory]
    [InlineData("<div>", 100_000)]
    [InlineData("<b><p>", 50_000)]
    [InlineData("<font></b>", 50_000)]
    [InlineData("<table><tr><td>", 30_000)]
    [InlineData("<a href=x>", 50_000)]
    [InlineData("<!--", 100_000)]
    [InlineData("<", 500_000)]
    [InlineData("<", 9_000)]
    [InlineData("<a", 500_000)]
    [InlineData("<b><i></b>", 3_000)]
    [InlineData("<ul><li>", 99)]
    [InlineData("<a x='", 9_000)]
    [InlineData("&amp;", 200_000)]
    public void HTML_that_is_made_to_hurt_does_not(string part, int count)
    {
        var html = Repeat(part, count) + "the end";
        var definition = Given.Definition(html[..Math.Min(html.Length, TemplateLimits.LengthMax)]);

        var took = ProcessorTime.Of(() => Assert.NotNull(Given.Message(definition, Given.Recipient()).Text));

        Assert.True(took < TimeSpan.FromSeconds(10), $"It took {took} of a processor.");
    }

    private static (string? Code, string? Field) Problem(string html)
    {
        var compiled = Given.Compiled(Given.Definition(html));
        var problem = Assert.Single(compiled.Problems);
        Assert.Null(compiled.Composer);
        Assert.Equal(RefusalKind.Invalid, problem.Kind);
        return (problem.Code, problem.Field);
    }

    private static string Repeat(string part, int count) => string.Concat(Enumerable.Repeat(part, count));
}
