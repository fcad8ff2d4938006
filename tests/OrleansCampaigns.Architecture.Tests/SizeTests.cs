using System.Globalization;

namespace OrleansCampaigns.Architecture.Tests;

public class SizeTests
{
    private const int LinesMax = 500;
    private const int MethodLinesMax = 60;
    private const int ColumnsMax = 120;

    // Path → why it may be longer. A file that is listed and does not need it fails, too.
    private static readonly Dictionary<string, string> LongFiles = new()
    {
    };

    private static readonly Dictionary<string, string> LongMethods = new()
    {
    };

    private static readonly Dictionary<string, string> WideFiles = new()
    {
        ["tests/OrleansCampaigns.Domain.Tests/Delivery/ReplyClassifierTests.cs"] = "Replies of servers, word for word.",
        ["tests/OrleansCampaigns.Domain.Tests/Delivery/SmtpReplyParserTests.cs"] = "Replies of servers, word for word.",
        ["tests/OrleansCampaigns.Mail.Tests/Messages/Tracking/LinkTests.cs"] = "HTML before and after, side by side.",
        ["tests/OrleansCampaigns.Mail.Tests/Messages/Tracking/LinkFuzzTests.cs"] = "Pieces of HTML to be joined.",
        ["tests/OrleansCampaigns.Mail.Tests/Templates/UrlFieldTests.cs"] = "HTML before and after, side by side.",
        ["tests/OrleansCampaigns.Mail.Tests/Feedback/FeedbackMessagesTests.cs"] = "Headers of messages, word for word.",
    };

    [Fact]
    public void No_file_has_more_than_500_lines() => Verify(
        LongFiles,
        Repository.Sources
            .Where(source => source.Lines.Count > LinesMax)
            .Select(source => (source.Path, $"{source.Path}: {source.Lines.Count} lines")),
        $"Files have at most {LinesMax} lines. Split them by subject, or list them in {nameof(LongFiles)}.");

    [Fact]
    public void No_method_has_more_than_60_lines() => Verify(
        LongMethods,
        Repository.Sources.SelectMany(MethodLengths.Of)
            .Where(method => method.Length > MethodLinesMax)
            .Select(method => (method.Path, $"{method.Path}:{method.Line}: {method.Length} lines: {method.Head}")),
        $"Methods have at most {MethodLinesMax} lines. Split them, or list the file in {nameof(LongMethods)}.");

    [Fact]
    public void No_line_has_more_than_120_columns() => Verify(
        WideFiles,
        Repository.Sources.SelectMany(source => Wide(source).Select(line => (source.Path, line))),
        $"Lines have at most {ColumnsMax} columns. Wrap them, or list the file in {nameof(WideFiles)}.");

    [Fact]
    public void The_methods_of_the_product_are_found() =>
        Assert.True(
            Repository.Product.SelectMany(MethodLengths.Of).Count() > 100, "Too few methods were found to judge any.");

    private static List<string> Wide(SourceFile source) =>
        [.. from line in source.Lines.Index()
            where line.Item.Length > ColumnsMax
            select $"{source.Path}:{line.Index + 1}: {line.Item.Length} columns"];

    private static void Verify(
        Dictionary<string, string> allowed, IEnumerable<(string Path, string Detail)> found, string rule)
    {
        var all = found.ToList();
        var broken = all.Where(one => !allowed.ContainsKey(one.Path)).Select(one => one.Detail).ToList();
        Assert.True(broken.Count == 0, $"{rule}\n{string.Join('\n', broken)}");

        var needless = allowed.Keys.Except(all.Select(one => one.Path)).ToList();
        Assert.True(needless.Count == 0, $"Listed without need: {string.Join(", ", needless)}");
    }
}
