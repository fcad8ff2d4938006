namespace OrleansCampaigns.Architecture.Tests;

public class WireContractTests
{
    private const string Update = "UPDATE_APPROVED";

    private static readonly string Approved =
        Path.Combine(Repository.Root, "tests", "OrleansCampaigns.Architecture.Tests", "WireContracts.approved.txt");

    [Fact]
    public void What_travels_between_processes_is_what_was_approved()
    {
        var actual = WireContracts.Describe();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(Approved, actual);
            return;
        }

        var approved = File.Exists(Approved)
            ? File.ReadAllText(Approved).Replace("\r\n", "\n", StringComparison.Ordinal)
            : "";
        Assert.True(approved == actual, $"""
            What silos and clients say to each other has changed:
            {Difference(approved, actual)}
            Old and new processes run side by side during an upgrade, and stored states outlive it. Ids, aliases and
            numbers are only ever added: what was removed or renumbered above must come back, unless nobody has run it.
            If the change is right, approve it: run these tests with {Update}=1 and commit WireContracts.approved.txt.
            """);
    }

    [Fact]
    public void The_manifest_of_a_project_has_every_method_of_its_grains_and_no_other()
    {
        // Orleans' analyzer sees to it when a project compiles, as long as it is switched on for that project.
        Assert.All(WireContracts.Grains, grain =>
        {
            var project = grain.Assembly.GetName().Name!;
            var manifest = File.ReadAllLines(Path.Combine(Repository.Root, "src", project, "OrleansContracts.txt"));
            var methods = manifest
                .SkipWhile(line => !line.StartsWith("interface ", StringComparison.Ordinal)
                    || !line.Contains($" {grain.FullName} [", StringComparison.Ordinal))
                .Skip(1)
                .TakeWhile(line => line.StartsWith(' '))
                .Where(line => !line.StartsWith("  #", StringComparison.Ordinal))
                .Select(line => line.Trim().Split(':')[0]);

            Assert.Equal(grain.GetMethods().Select(WireContracts.Alias).Order(), methods.Order());
        });
    }

    [Fact]
    public void No_two_things_share_an_alias()
    {
        // Orleans checks this within an assembly when it compiles, and across assemblies only when a silo starts.
        var shared = WireContracts.Grains.Concat(WireContracts.Values)
            .GroupBy(WireContracts.Alias).Where(same => same.Count() > 1).Select(same => same.Key);

        Assert.Empty(shared);
    }

    [Fact]
    public void Everything_that_travels_has_an_alias()
    {
        Assert.All(
            WireContracts.Grains.Concat(WireContracts.Values),
            type => Assert.True(WireContracts.Alias(type) is not null, $"{type} needs an [Alias]."));
        Assert.All(
            WireContracts.Grains.SelectMany(grain => grain.GetMethods()),
            method => Assert.True(
                WireContracts.Alias(method) is not null,
                $"{method.DeclaringType!.Name}.{method.Name} needs an [Alias]."));
    }

    [Fact]
    public void No_member_is_forgotten_and_no_id_is_used_twice() =>
        Assert.All(WireContracts.Values, type =>
        {
            var members = WireContracts.Members(type).ToList();
            Assert.Equal(members.Count, members.DistinctBy(member => member.Id).Count());

            var silent = SampleValues.Settable(type).Where(property =>
                property.DeclaringType == type && !members.Any(member => member.Member.Name == property.Name));
            Assert.True(
                !silent.Any(), $"{type.Name} loses {silent.FirstOrDefault()?.Name} on the way: it has no [Id].");
        });

    // Line by line with the heading that each belongs to, so that the message says which type changed.
    private static string Difference(string approved, string actual)
    {
        var (before, after) = (Qualified(approved), Qualified(actual));
        return string.Join('\n', before.Except(after).Select(line => $"- {line}")
            .Concat(after.Except(before).Select(line => $"+ {line}")).Take(60).DefaultIfEmpty("(only the order)"));
    }

    private static List<string> Qualified(string text)
    {
        var heading = "";
        var lines = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            heading = line.StartsWith(' ') ? heading : line;
            lines.Add(line.StartsWith(' ') ? $"{heading}: {line.Trim()}" : line);
        }

        return lines;
    }
}
