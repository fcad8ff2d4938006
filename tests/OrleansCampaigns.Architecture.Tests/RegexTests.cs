using System.Text.RegularExpressions;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>What strangers write is searched in a time that goes with its length.</summary>
public class RegexTests
{
    private static readonly string[] Readers = ["Mail"];

    [Fact]
    public void Every_regular_expression_that_sees_mail_is_without_backtracking()
    {
        var files = Readers.SelectMany(project => Directory.EnumerateFiles(
            Path.Combine(Repository.Root, "src", $"OrleansCampaigns.{project}"), "*.cs", SearchOption.AllDirectories));

        var wrong = files.SelectMany(file => Expressions(File.ReadAllText(file))
            .Where(expression => !expression.Contains("RegexOptions.NonBacktracking", StringComparison.Ordinal))
            .Select(expression => $"{Path.GetFileName(file)}: {expression}"));

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Expressions(string source)
    {
        foreach (Match start in Regex.Matches(
            source, @"\[GeneratedRegex\(|new Regex\(|Regex\.(?:IsMatch|Match|Matches|Replace|Split)\("))
        {
            var end = source.IndexOf("private static", start.Index, StringComparison.Ordinal);
            yield return source[start.Index..(end < 0 ? source.Length : end)];
        }
    }
}
