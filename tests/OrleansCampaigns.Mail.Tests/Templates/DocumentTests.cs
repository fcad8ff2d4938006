using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Tests.Templates;

/// <summary>What <c>docs/templates.md</c> says of templates is what they do.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(
        Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "templates.md"));

    public static TheoryData<string, string, string> Examples
    {
        get
        {
            var examples = new TheoryData<string, string, string>();
            var kind = "";
            foreach (var line in Document.Split('\n'))
            {
                if (Headline().Match(line) is { Success: true } headline)
                {
                    kind = headline.Groups[1].Value;
                }
                else if (line.Length == 0)
                {
                    kind = "";
                }
                else if (kind.Length > 0 && Row().Match(line) is { Success: true } row)
                {
                    examples.Add(kind, row.Groups[1].Value, row.Groups[2].Value);
                }
                else
                {
                    Assert.True(kind.Length == 0 || line == "|---|---|", line);
                }
            }

            return examples;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_comes_to_what_stands_beside_it(string kind, string template, string expected)
    {
        var (html, text) = kind == "HTML" ? (template, "x") : ("", template);
        var compiled = Given.Compiled(Given.Definition(html, text) with { TimeZone = "Europe/Vienna" });
        if (kind == "refused")
        {
            var problem = Assert.Single(compiled.Problems);
            Assert.Equal("template.syntax", problem.Code);
            Assert.Contains(expected, problem.Detail, StringComparison.Ordinal);
            return;
        }

        Assert.Empty(compiled.Problems);
        var message = compiled.Composer!.Compose(Recipient(), Given.Noon);
        Assert.Null(message.Refusal);
        Assert.Equal(expected, kind == "HTML" ? message.Value!.Html : message.Value!.Text);
    }

    [Fact]
    public void Every_helper_has_an_example() => Assert.All(
        HelperRule.Names,
        name => Assert.Contains(
            Examples,
            example => Regex.IsMatch(example.Data.Item2, $@"(\(|\{{\{{){name} ", RegexOptions.CultureInvariant)));

    [Fact]
    public void The_limits_are_the_real_ones()
    {
        const int subject = TemplateLimits.SubjectMax;
        Says($"| length of a template | {TemplateLimits.LengthMax:N0} characters; of a subject {subject} |");
        Says($"| length of what comes of it | {TemplateLimits.OutputMax:N0} characters; of a subject {subject} |");
        Says($"| {TemplateLimits.TagsMax:N0}; {TemplateLimits.DepthMax}; 10 |");
        Says($"| rounds of all loops together, in one message | {TemplateLimits.IterationsMax:N0} |");
        Says($"32 for each call | {TemplateLimits.HelperWorkMax:N0} |");
    }

    private static void Says(FormattableString row) =>
        Assert.Contains(row.ToString(CultureInfo.InvariantCulture), Document, StringComparison.Ordinal);

    private static RecipientProfile Recipient()
    {
        var json = Document[(Document.IndexOf("```json", StringComparison.Ordinal) + "```json".Length)..];
        using var contact = JsonDocument.Parse(json[..json.IndexOf("```", StringComparison.Ordinal)]);
        return Given.Recipient(
            contact.RootElement.GetProperty("address").GetString()!,
            contact.RootElement.GetProperty("name").GetString(),
            [.. contact.RootElement.GetProperty("attributes").EnumerateObject()
                .Select(attribute => (attribute.Name, attribute.Value.GetString()!))]);
    }

    [GeneratedRegex(@"^\| template \| (text|HTML|refused) \|$")]
    private static partial Regex Headline();

    [GeneratedRegex(@"^\| `(.+)` \| `(.+)` \|$")]
    private static partial Regex Row();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
