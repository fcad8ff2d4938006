using System.Text.RegularExpressions;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>
/// Tests that need more than the SDK, or that start processes, say so by traits: by these CONTRIBUTING's quick command
/// leaves them out.
/// </summary>
public sealed partial class TraitTests
{
    // Whatever uses one of these needs what stands beside it, and so does whatever uses that.
    private static readonly Dictionary<string, string> Needed = new()
    {
        ["PostgresServer"] = "[Trait(\"Needs\", \"PostgreSQL\")]",
        ["Dovecot"] = "[Trait(\"Needs\", \"Dovecot\")]",
        ["Postfix"] = "[Trait(\"Needs\", \"Postfix\")]",
        ["ServerProcess"] = "[Trait(\"Speed\", \"slow\")]",
    };

    private static readonly IReadOnlyList<TestType> Types =
    [
        .. Repository.Tests.Where(source => !source.Path.Contains(".Benchmarks/", StringComparison.Ordinal))
            .SelectMany(TypesOf),
    ];

    [Fact]
    public void A_class_of_tests_says_what_it_needs_and_that_it_is_slow()
    {
        var needs = NeedsOf(Types);

        var silent = (from type in Types
                      where type.IsTest
                      from trait in needs[type].Order()
                      where !type.Attributes.Contains(trait)
                      select $"{type.Path}: {type.Name} lacks {trait}").ToList();

        Assert.True(silent.Count == 0, $"Tests say by traits what they need:\n{string.Join('\n', silent)}");
        Assert.True(
            needs.Count(type => type.Key.IsTest && type.Value.Count > 0) > 40, "Too few were found to need any.");
    }

    [Fact]
    public void The_quick_command_leaves_out_whatever_needs_more_than_the_SDK()
    {
        var contributing = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        var filter = Filter().Match(contributing).Groups["filter"].Value.Split('&');
        var used = Types.SelectMany(type => type.Attributes).Select(attribute => Trait().Match(attribute))
            .Where(trait => trait.Success)
            .Select(trait => $"{trait.Groups["name"].Value}!={trait.Groups["value"].Value}")
            .Distinct();

        Assert.Empty(used.Except(filter));
    }

    [Theory]
    [InlineData("public sealed class OneTests { private PostgresServer? _server; }", true)]
    [InlineData("public sealed class OneTests(Fixture fixture) : Contract(fixture);", true)]
    [InlineData("public sealed class OneTests { /* PostgresServer */ private PostgresServers? _servers; }", false)]
    [InlineData("public sealed class OneTests { private const string Text = \"PostgresServer\"; }", false)]
    [InlineData("using A.PostgresServer;\n\npublic sealed class OneTests { }", false)]
    public void Uses_are_found_however_far_away(string text, bool isNeeded)
    {
        const string Fixtures =
            "class Fixture { Server Server => new(); }\nclass Server { PostgresServer Own { get; } }\n";
        var types = ((string[])[Fixtures, text]).SelectMany(
            source => TypesOf(SourceFile.Of("tests/Some/File.cs", source))).ToList();

        Assert.Equal(isNeeded, NeedsOf(types)[types.Single(type => type.IsTest)].Count > 0);
    }

    private static Dictionary<TestType, HashSet<string>> NeedsOf(IReadOnlyList<TestType> types)
    {
        var needs = types.ToDictionary(type => type, type => Needed
            .Where(need => need.Key != type.Name && type.Names.Contains(need.Key))
            .Select(need => need.Value).ToHashSet());
        var hasGrown = true;
        while (hasGrown)
        {
            hasGrown = false;
            foreach (var (type, own) in needs)
            {
                // A fixture of another project has the same name by chance, unless it is the test kit's.
                var used = types.Where(other => !other.IsTest && other.Name != type.Name
                    && (other.Project == type.Project || other.Project.EndsWith("TestKit", StringComparison.Ordinal))
                    && type.Names.Contains(other.Name));
                var before = own.Count;
                own.UnionWith(used.SelectMany(other => needs[other]).ToList());
                hasGrown |= own.Count > before;
            }
        }

        return needs;
    }

    // Whatever stands between one type and the next one that is not inside of it belongs to the first.
    private static IEnumerable<TestType> TypesOf(SourceFile source)
    {
        var starts = source.Code.Index().Where(line => Type().IsMatch(line.Item)).Select(line => line.Index).ToList();
        foreach (var (i, start) in starts.Index())
        {
            var end = i + 1 < starts.Count ? starts[i + 1] : source.Code.Count;
            var declared = Type().Match(source.Code[start]);
            var attributes = source.Lines.Take(start).Reverse()
                .TakeWhile(line => line.StartsWith('[') || line.StartsWith("///", StringComparison.Ordinal))
                .Where(line => line.StartsWith('['));
            yield return new(
                source.Path,
                declared.Groups["name"].Value,
                !declared.Groups["abstract"].Success,
                [.. attributes],
                [.. Word().Matches(string.Join('\n', source.Code.Skip(start).Take(end - start))).Select(m => m.Value)]);
        }
    }

    [GeneratedRegex(@"^(public\s+|internal\s+)?((static|sealed|(?<abstract>abstract)|partial|readonly)\s+)*"
        + @"(record\s+struct|class|record|struct|interface|enum)\s+(?<name>\w+)")]
    private static partial Regex Type();

    // A part of a longer name, as of a namespace, is none.
    [GeneratedRegex(@"(?<![\w.])\w+")]
    private static partial Regex Word();

    [GeneratedRegex("--filter \"(?<filter>[^\"]+)\"")]
    private static partial Regex Filter();

    [GeneratedRegex("""^\[Trait\("(?<name>\w+)", "(?<value>\w+)"\)\]$""")]
    private static partial Regex Trait();

    private sealed record TestType(
        string Path, string Name, bool IsConcrete, IReadOnlyList<string> Attributes, HashSet<string> Names)
    {
        public string Project => Path.Split('/')[1];

        public bool IsTest => IsConcrete && Name.EndsWith("Tests", StringComparison.Ordinal);
    }
}
