using System.Text;
using System.Text.RegularExpressions;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>Codes of refusals are public: each stands in one table, is used, and is documented.</summary>
public sealed partial class RefusalCodeTests
{
    [Fact]
    public void Every_code_that_the_product_uses_is_in_the_table()
    {
        var known = RefusalCodes.All.Select(code => code.Code).ToHashSet();
        var used = Repository.Product.SelectMany(source => Uses().Matches(string.Join('\n', source.Lines)).Select(
            use => (source.Path, Code: use.Groups["code"].Value))).ToList();

        Assert.True(used.Count > 150, $"Only {used.Count} uses were found.");
        Assert.Empty(used.Where(use => !known.Contains(use.Code)).Select(use => $"{use.Path}: {use.Code}"));
    }

    [Fact]
    public void Every_code_of_the_table_is_used_and_stands_there_once()
    {
        var text = string.Join('\n', Repository.Product
            .Where(source => !source.Path.EndsWith("/RefusalCodes.cs", StringComparison.Ordinal))
            .SelectMany(source => source.Lines));

        Assert.All(RefusalCodes.All, code => Assert.Contains($"\"{code.Code}\"", text, StringComparison.Ordinal));
        Assert.Equal(RefusalCodes.All.Count, RefusalCodes.All.Select(code => code.Code).Distinct().Count());
    }

    [Fact]
    public void The_documentation_is_the_table()
    {
        var path = Path.Combine(Repository.Root, "docs", "refusals.md");
        var expected = Document();
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    private static string Document()
    {
        var text = new StringBuilder(
            """
            # Refusals

            A request that comes to nothing is answered with a problem (RFC 9457), whose `code` is stable: branch on it.
            This page is `RefusalCodes` of the source; a test holds the two together, and with `UPDATE_APPROVED=1`
            writes the page anew. Where there is no status, the code stands inside of answers only, such as with the
            rows that an import left out. Codes of what a start checks come with 422, in `problems` of `validate` and
            in `startRefusal` of a campaign.

            | code | status | means |
            |---|---|---|

            """.Replace("\r\n", "\n", StringComparison.Ordinal));
        foreach (var code in RefusalCodes.All)
        {
            text.Append("| `").Append(code.Code).Append("` | ")
                .Append(code.Statuses.Length == 0 ? "–" : string.Join(", ", code.Statuses)).Append(" | ")
                .Append(code.Meaning).Append(" |\n");
        }

        return text.ToString();
    }

    // The forms in which the product refuses: by a kind, by a check of a field, by a status, or for a row of a file.
    [GeneratedRegex("""
        (?:Refusal\.(?:Invalid|NotFound|Conflict|Forbidden)|\bFail|\bConflict)\(\s*"(?<code>[a-z_.]+)"
        |RefusalKind\.\w+,\s*"(?<code>[a-z_.]+)"
        |(?:Status\d{3}\w+|\bstatus),\s*"(?<code>[a-z_]+\.[a-z_.]+)"
        |(?:\bline|\.Line),\s*"(?<code>[a-z_.]+)"
        |Check\(ref\ name,\ "(?<code>[a-z_.]+)"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Uses();
}
