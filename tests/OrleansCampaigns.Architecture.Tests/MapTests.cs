using System.Text.RegularExpressions;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>The walks of <c>docs/map.md</c> are walks through the code as it is.</summary>
public sealed partial class MapTests
{
    private static readonly ILookup<string, SourceFile> FilesOf = Repository.Product
        .SelectMany(file => Declaration().Matches(string.Join('\n', file.Code))
            .Select(match => (Type: match.Groups[1].Value, File: file)))
        .Distinct()
        .ToLookup(declared => declared.Type, declared => declared.File);

    public static TheoryData<string, string> Arrows =>
        [.. Steps().Select(step => (step.Groups[1].Value, step.Groups[2].Value))];

    [Fact]
    public void There_are_three_walks()
    {
        Assert.Equal(3, File.ReadAllText(Map).Split("```mermaid").Length - 1);
        Assert.True(Steps().Count > 40, "The pattern that finds arrows finds too few.");
    }

    [Theory]
    [MemberData(nameof(Arrows))]
    public void A_box_is_a_member_and_an_arrow_leads_to_what_its_class_knows(string from, string to)
    {
        foreach (var box in new[] { from, to })
        {
            var (type, member) = Split(box);
            Assert.True(FilesOf[type].Any(), $"{type} is declared nowhere in src.");
            Assert.True(
                FilesOf[type].Any(file => Mentions(file, member)), $"{type} has no member {member}.");
        }

        var (source, (target, called)) = (Split(from).Type, Split(to));
        Assert.True(
            FilesOf[source].Any(file => Mentions(file, called)) || source == target,
            $"{source} never says {called}: it is not what calls {to}.");
    }

    /// <summary>Paths and names that the page gives in its text.</summary>
    [Fact]
    public void What_the_text_names_is_there()
    {
        var text = Fences().Replace(File.ReadAllText(Map), "");
        foreach (var name in Quoted().Matches(text).Select(match => match.Groups[1].Value))
        {
            var type = name.Split('.')[0];
            Assert.True(
                type == nameof(MapTests) || FilesOf[type].Any(), $"`{name}` is no name in src.");
        }
    }

    private static string Map => Path.Combine(Repository.Root, "docs", "map.md");

    private static MatchCollection Steps() => Arrow().Matches(File.ReadAllText(Map));

    private static (string Type, string Member) Split(string box) => (box.Split('.')[0], box.Split('.')[1]);

    private static bool Mentions(SourceFile file, string name) =>
        file.Code.Any(line => Regex.IsMatch(line, $@"\b{name}\b", RegexOptions.CultureInvariant));

    [GeneratedRegex(@"\b(?:class|record|struct|interface)\s+([A-Z]\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^    (\w+\.\w+) --> (\w+\.\w+)$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Arrow();

    [GeneratedRegex("```.*?```", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("`([A-Z][A-Za-z.]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
