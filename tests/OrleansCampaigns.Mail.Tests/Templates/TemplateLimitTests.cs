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
    [InlineData("<p><font a b c d e f>", 50_000)]
    public void HTML_that_is_made_to_hurt_does_not(string part, int count)
    {
        var html = Repeat(part, count) + "the end";
        var definition = Given.Definition(html[..Math.Min(html.Length, TemplateLimits.LengthMax)]);

        var took = ProcessorTime.Of(() => Assert.NotNull(Given.Message(definition, Given.Recipient()).Text));

        Assert.True(took < TimeSpan.FromSeconds(10), $"It took {took} of a processor.");
    }

    [Theory]
    [InlineData("}", 250_000)]
    [InlineData("{", 1)]
    [InlineData("\\\\", 250_000)]
    [InlineData(" ", 1_000_000)]
    [InlineData("\n", 1_000_000)]
    [InlineData("x } y \n", 120_000)]
    [InlineData("\\{{", 300_000)]
    [InlineData("\"", 1_000_000)]
    [InlineData("<a href=\"", 100_000)]
    [InlineData("http:", 200_000)]
    [InlineData("https://x?a=", 80_000)]
    [InlineData("{{address \"", 1)]
    [InlineData("'", 1_000_000)]
    public void Work_and_memory_go_with_the_length_of_a_template(string part, int count)
    {
        var text = "{{address}}" + Repeat(part, count) + " {{name}}";
        var definition = Given.Definition("<p>x</p>", text);
        Given.Compiled(Given.Definition()); // Warm.
        var before = GC.GetAllocatedBytesForCurrentThread();

        var taken = ProcessorTime.Of(() => Given.Compiled(definition));

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < TimeSpan.FromSeconds(1), $"{taken.TotalSeconds:0.00} s");
        Assert.True(allocated < 1_000_000 + (40L * text.Length), $"{allocated:N0} bytes");
    }

    [Theory]
    [InlineData("<p style=\"", 100_000)]
    [InlineData("url(", 250_000)]
    [InlineData("<style>", 140_000)]
    [InlineData("<style>p{background:url(", 40_000)]
    [InlineData("<img srcset=\"x, ", 60_000)]
    [InlineData("<!--", 250_000)]
    [InlineData("href=", 200_000)]
    [InlineData("http:&#", 140_000)]
    [InlineData("\uE0F2", 1_000_000)]
    public void URLs_are_looked_for_in_bounded_time(string part, int count)
    {
        var definition = Given.Definition(Repeat(part, count) + "{{address}}?" + part + "{{address}}", "x");
        Given.Compiled(Given.Definition()); // Warm.
        var before = GC.GetAllocatedBytesForCurrentThread();

        var taken = ProcessorTime.Of(() => Given.Compiled(definition));

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < TimeSpan.FromSeconds(1), $"{taken.TotalSeconds:0.00} s");
        Assert.True(allocated < 2_000_000 + (40L * part.Length * count), $"{allocated:N0} bytes");
    }

    [Theory]
    [InlineData(50, 2)]
    [InlineData(3, 600)]
    public void Loops_inside_one_another_are_read_for_links_in_bounded_time(int nested, int kilobytes)
    {
        var inner = Repeat("<a href=\"https://x.example/\" ", kilobytes * 1024 / 28);
        var html = Repeat("{{#each @root.a}}<b ", nested) + inner + Repeat("{{/each}}", nested);

        var taken = ProcessorTime.Of(() => Given.Compiled(Given.Definition(html), publicUrl: "https://t.example/"));

        Assert.True(taken < TimeSpan.FromSeconds(2), $"{taken.TotalSeconds:0.00} s");
    }

    [Theory]
    [InlineData("{{#if a}}x{{/if}}", 990)]
    [InlineData("{{f", 1)]
    [InlineData("{{#each a}}x{{/each}}\n", 990)]
    public void Many_blocks_take_bounded_time(string part, int count)
    {
        var taken = ProcessorTime.Of(() => Given.Compiled(Given.Definition(Repeat(part, count))));

        Assert.True(taken < TimeSpan.FromSeconds(1), $"{taken.TotalSeconds:0.00} s");
    }

    [Fact]
    public void Random_templates_are_read_in_bounded_time()
    {
        // An hour of it: set the variable to 1000000.
        var fuzz = Fuzz.Of(500);
        var random = fuzz.Random;
        string[] pieces =
        [
            "{{", "}}", "{{{", "}}}", "{{#if a}}", "{{/if}}", "{{else}}", "{{^}}", "{{else if b}}", "{{#each a}}",
            "{{/each}}", "{{#with a}}", "{{/with}}", "{{this}}", "{{@index}}", "{{~a~}}", "{{!", "{{!-- x --}}", "\\",
            "\n", " ", "<a href=\"{{a}}\">", "<a href='", "<style>", "<!--", "-->", "{{[", "]}}", "x", "\uFFFE",
            "{{#if (eq a \"x\")}}", "{{default c 'x'}}", "{{number a 2}}", "{{date b \"d", "\"}}", "(not ", ")",
            "https://x/?", "url('", "<img srcset='", ", ", "{{raw a}}",
        ];
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var html = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ =>
                Repeat(pieces[random.Next(pieces.Length)], random.Next(20) == 0 ? random.Next(300) : 1)));
            var taken = ProcessorTime.Of(() =>
            {
                var compiled = Given.Compiled(Given.Definition("x" + html), publicUrl: "https://t.example/");
                compiled.Composer?.Compose(
                    Given.Recipient(attributes: [("a", "javascript:x;y"), ("b", "z")]), Given.Noon);
            });
            Assert.True(taken < TimeSpan.FromSeconds(1), $"Round {round} took {taken.TotalSeconds:0.00} s: {html}");
        }
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
