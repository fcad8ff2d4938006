using System.Reflection;
using System.Xml.Linq;

namespace OrleansCampaigns.Architecture.Tests;

public class ReferenceTests
{
    private const string Prefix = "OrleansCampaigns.";

    // What each project may name in its project file. A project exists to forbid a reference.
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Domain"] = [],
        ["Contracts"] = ["Domain"],
        ["Grains"] = ["Contracts", "Domain"],
        ["Mail"] = ["Grains", "Contracts", "Domain"],
        ["Storage"] = ["Grains", "Contracts", "Domain"],
        ["Api"] = ["Contracts"],
        ["Host"] = ["Api", "Grains", "Mail", "Storage", "Contracts", "Domain"],
    };

    // What must not turn up in a compiled assembly, even by way of another project.
    private static readonly Dictionary<string, string[]> Forbidden = new()
    {
        ["Contracts"] = ["MailKit", "MimeKit", "Microsoft.Data", "Npgsql", "Orleans.Runtime", "Microsoft.AspNetCore"],
        ["Grains"] =
        [
            "MailKit", "MimeKit", "SmtpServer", "Handlebars", "AngleSharp", "Microsoft.Data", "Npgsql", "System.Data",
            "System.Net.Sockets", "System.Net.Mail", "System.Net.Http", "Microsoft.AspNetCore",
        ],
        ["Mail"] = ["Microsoft.Data", "Npgsql", "System.Data", "Microsoft.AspNetCore"],
        ["Storage"] = ["MailKit", "MimeKit", "SmtpServer", "Handlebars", "AngleSharp", "Microsoft.AspNetCore"],
        ["Api"] = ["MailKit", "MimeKit", "Microsoft.Data", "Npgsql", "System.Data", "Orleans.Runtime"],
    };

    public static TheoryData<string> Names => [.. Projects.Keys];

    public static TheoryData<string> Libraries => [.. Projects.Keys.Where(name => name != "Host")];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_project_file_names_only_what_it_may(string name)
    {
        if (ProjectFile(name) is not { } project)
        {
            Assert.Skip($"{name} does not exist yet.");
            return;
        }

        var named = project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(
                reference.Attribute("Include")!.Value.Replace('\\', '/'))[Prefix.Length..]);

        Assert.Empty(named.Except(Projects[name]));
    }

    [Fact]
    public void Every_project_of_src_is_known_here()
    {
        var found = Repository.FilesIn("src", "*.csproj")
            .Select(file => Path.GetFileNameWithoutExtension(file)[Prefix.Length..]);

        var unknown = string.Join(", ", found.Except(Projects.Keys));
        Assert.True(unknown.Length == 0, $"One more project needs an ADR and a line in {nameof(Projects)}: {unknown}");
    }

    [Fact]
    public void Product_projects_never_name_a_test_project() =>
        Assert.DoesNotContain(
            Repository.FilesIn("src", "*.csproj")
                .SelectMany(file => XDocument.Load(file).Descendants("ProjectReference")),
            reference => reference.Attribute("Include")!.Value.Contains("tests", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void The_domain_takes_one_package_for_its_serialization_attributes() =>
        Assert.Equal(
            ["Microsoft.Orleans.Sdk"],
            ProjectFile("Domain")!.Descendants("PackageReference")
                .Select(package => package.Attribute("Include")!.Value));

    [Fact]
    public void The_compiled_domain_needs_the_framework_and_Orleans_serialization_alone()
    {
        var needed = Assembly.Load(Prefix + "Domain").GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal));

        Assert.Empty(needed.Except(
            ["Orleans.Serialization", "Orleans.Serialization.Abstractions", "Orleans.Core.Abstractions"]));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_compiled_project_needs_only_what_it_may(string name)
    {
        var needed = Assembly.Load(Prefix + name).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .ToList();

        var projects = needed.Where(reference => reference.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(reference => reference[Prefix.Length..]);
        Assert.Empty(projects.Except(Reachable(name)));
        Assert.DoesNotContain(needed, reference =>
            Forbidden.GetValueOrDefault(name, []).Any(part => reference.StartsWith(part, StringComparison.Ordinal)));
    }

    // A project sees the projects of its projects, too.
    private static HashSet<string> Reachable(string name) =>
        [.. Projects[name].Concat(Projects[name].SelectMany(Reachable))];

    private static XDocument? ProjectFile(string name)
    {
        var path = Path.Combine(Repository.Root, "src", Prefix + name, $"{Prefix}{name}.csproj");
        return File.Exists(path) ? XDocument.Load(path) : null;
    }
}
