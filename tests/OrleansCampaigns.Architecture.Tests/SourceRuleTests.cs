using System.Text.RegularExpressions;

namespace OrleansCampaigns.Architecture.Tests;

public partial class SourceRuleTests
{
    private static readonly string[] ForbiddenFolders = ["Common", "Helpers", "Managers", "Commands"];

    [Fact]
    public void Tests_never_sleep()
    {
        var found = Find(Repository.Tests, Sleep());

        Assert.True(found.Count == 0, Listing("Tests move a clock or await an event; they never sleep.", found));
    }

    [Fact]
    public void The_domain_has_no_clock_no_input_or_output_and_nothing_asynchronous()
    {
        var domain = Repository.Product.Where(source => source.Path.Contains(".Domain/", StringComparison.Ordinal));

        var found = Find(domain, Impure());

        Assert.True(found.Count == 0, Listing("The domain decides from what it is given, and nothing else.", found));
    }

    [Fact]
    public void Folders_are_named_after_features()
    {
        var found = ((string[])["src", "tests"])
            .SelectMany(folder => Repository.FilesIn(folder, "*"))
            .Select(file => Repository.Relative(file).Split('/'))
            .Where(parts => parts.SkipLast(1)
                .Any(part => ForbiddenFolders.Contains(part, StringComparer.OrdinalIgnoreCase)))
            .Select(parts => string.Join('/', parts))
            .ToList();

        Assert.True(found.Count == 0, Listing("A folder is named after a feature.", found));
    }

    [Fact]
    public void Every_public_type_says_in_a_summary_what_it_is()
    {
        // A type in several parts says it in one of them.
        var silent = Repository.Product
            .SelectMany(PublicTypes)
            .GroupBy(type => (Project: type.Path.Split('/')[1], type.Name))
            .Where(parts => !parts.Any(part => part.Doc.Contains("<summary>") || part.Doc.Contains("<inheritdoc")))
            .Select(parts => $"{parts.First().Path}:{parts.First().Line}: {parts.Key.Name}")
            .ToList();

        Assert.True(silent.Count == 0, Listing("Every public type has a <summary>.", silent));
        Assert.True(
            Repository.Product.SelectMany(PublicTypes).Count() > 50, "Too few public types were found to judge any.");
    }

    [Fact]
    public void Whatever_interleaves_says_why_that_is_safe()
    {
        var silent = (from source in Repository.Product
                      from line in source.Code.Index()
                      where Interleaving().IsMatch(line.Item)
                          && !DocAbove(source, line.Index).Contains("<remarks>", StringComparison.Ordinal)
                      select $"{source.Path}:{line.Index + 1}: {line.Item.Trim()}").ToList();

        Assert.True(
            silent.Count == 0, Listing("What interleaves has <remarks> that say why it is safe.", silent));
    }

    private static List<string> Find(IEnumerable<SourceFile> sources, Regex pattern) =>
        [.. from source in sources
            from line in source.Code.Index()
            where pattern.IsMatch(line.Item)
            select $"{source.Path}:{line.Index + 1}: {source.Lines[line.Index].Trim()}"];

    private static string Listing(string rule, IEnumerable<string> found) => $"{rule}\n{string.Join('\n', found)}";

    // Types inside an internal type are not public, whatever they say.
    private static IEnumerable<(string Path, int Line, string Name, string Doc)> PublicTypes(SourceFile source)
    {
        var isHidden = false;
        foreach (var (index, line) in source.Code.Index())
        {
            if (Type().Match(line) is not { Success: true } type)
            {
                continue;
            }

            var isPublic = type.Groups["public"].Success;
            isHidden = type.Groups["indent"].Length == 0 ? !isPublic : isHidden;
            if (isPublic && !isHidden)
            {
                yield return (source.Path, index + 1, type.Groups["name"].Value, DocAbove(source, index));
            }
        }
    }

    // The documentation that stands above a line, with attributes in between.
    private static string DocAbove(SourceFile source, int line)
    {
        var doc = "";
        for (var above = line - 1; above >= 0; above--)
        {
            var text = source.Lines[above].Trim();
            if (text.StartsWith("///", StringComparison.Ordinal))
            {
                doc = text + doc;
            }
            else if (!text.StartsWith('[') && !text.EndsWith(']'))
            {
                break;
            }
        }

        return doc;
    }

    [GeneratedRegex(@"\bTask\s*\.\s*Delay\s*\(|\bThread\s*\.\s*Sleep\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\basync\b|\bawait\b|\bTask\b|\bTimeProvider\b|\b(UtcNow|Now)\b(?<=DateTime(Offset)?\.\w+)"
        + @"|\b(File|Directory|Environment|Console|HttpClient|Socket|Stream)\b\s*\."
        + @"|\bRandom\.Shared\b|\bGuid\.NewGuid\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"\[(.*\W)?(AlwaysInterleave|Reentrant|OneWay|MayInterleave)\b")]
    private static partial Regex Interleaving();

    [GeneratedRegex(@"^(?<indent>\s*)((?<public>public)|internal|private|protected|file)\s+"
        + @"((static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*"
        + @"(record\s+struct|record\s+class|class|record|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)")]
    private static partial Regex Type();
}
