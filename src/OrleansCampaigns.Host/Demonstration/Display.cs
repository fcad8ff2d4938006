using System.Globalization;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Host.Sandboxing;
using OrleansCampaigns.Host.Serving;
using Spectre.Console;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>Shows a demo to those who watch it.</summary>
internal abstract class Display
{
    /// <summary>Whether somebody at a terminal watches.</summary>
    public static bool IsWatched => IsTerminal && !Console.IsInputRedirected;

    private static bool IsTerminal => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    /// <summary>A live table on a terminal, lines elsewhere.</summary>
    public static Display ForConsole() => IsTerminal ? new LiveDisplay() : new PlainDisplay(Console.Out);

    /// <summary>A line about what happens now.</summary>
    public abstract void Say(string line);

    /// <summary>Shows progress until <paramref name="next"/> returns the last look.</summary>
    public abstract Task<DemoStatistics> Watch(Func<Task<DemoLook>> next, Func<double> seconds);

    /// <summary>A few histories, and the final statistics.</summary>
    public abstract void Conclude(
        DemoResult result, IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)> histories);

    /// <summary>Where what was done can be looked at.</summary>
    public void Invite(string url, string key)
    {
        Say("");
        Say("All of it stays open until Ctrl-C:");
        Say($"  {url}{SandboxEndpoints.Path}   what arrived (user: anything, password: the key)");
        Say($"  {url}{DashboardSetup.Path}   the Orleans Dashboard (the same)");
        Say($"  {url}/v1/campaigns   the API (Authorization: Bearer KEY)");
        Say($"  KEY={key}");
    }

    protected static string Describe(DemoEntry entry, DateTimeOffset first)
    {
        var reply = entry.Reply is { } said ? $"  \"{said.Code} {said.EnhancedCode} {said.Text}\"" : "";
        var attempt = entry.Attempt > 0 ? $" (attempt {entry.Attempt})" : "";
        var status = entry.StatusName is { } name ? $"  → contact {name}" : "";
        var reason = entry.Reason is { } why ? $"  [{why}]" : "";
        var source = entry.Kind is "Attempt" or "Queued" or "Decision" ? "" : $" by {entry.Source}";
        var link = entry.Link > 0 ? $" on link {entry.Link}" : "";
        var doubt = entry.InDoubt ? "  in doubt" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(entry.At - first).TotalSeconds,6:0.00} s  "
                + $"{entry.OutcomeName ?? entry.Kind}{attempt}{link}{source}{doubt}{reply}{status}{reason}");
    }
}

/// <summary>Lines, for pipes and files.</summary>
internal sealed class PlainDisplay(TextWriter output) : Display
{
    private const double SecondsMin = 1;

    public override void Say(string line) => output.WriteLine(line);

    public override async Task<DemoStatistics> Watch(Func<Task<DemoLook>> next, Func<double> seconds)
    {
        var progress = new DemoProgress();
        var shown = double.NegativeInfinity;
        while (true)
        {
            var look = await next();
            var now = seconds();
            var (line, sentence) = progress.Describe(look, now);
            if (look.IsLast || now - shown >= SecondsMin)
            {
                output.WriteLine($"{line}. {Outcomes(look.Statistics)} {sentence}");
                shown = now;
            }

            if (look.IsLast)
            {
                return look.Statistics;
            }
        }
    }

    public override void Conclude(
        DemoResult result, IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)> histories)
    {
        foreach (var (address, entries) in histories)
        {
            output.WriteLine();
            output.WriteLine(address);
            foreach (var entry in entries)
            {
                output.WriteLine($"  {Describe(entry, entries[0].At)}");
            }
        }

        output.WriteLine();
        foreach (var row in OutcomeTable.Rows)
        {
            output.WriteLine($"{row.DisplayName,-30} {result.Outcomes.GetValueOrDefault(row.Outcome.ToString()),8}");
        }

        output.WriteLine($"{"excluded",-30} {result.Excluded,8}");
        output.WriteLine($"{"audience",-30} {result.Recipients,8}");
        output.WriteLine();
        WriteCounts("Recipients", result.RecipientStatuses);
        WriteCounts("Contacts", result.ContactStatuses);
        var (feedback, licences) = (result.Feedback, result.Licences);
        output.WriteLine($"{result.Attempts} attempts, {result.Retries} retries; {result.Seconds:0.0} s.");
        output.WriteLine(
            $"The sandbox accepted {result.AcceptedBySink} messages for good, {result.DuplicateDeliveries} of them "
            + $"twice, and {result.ReturnedBySink} that it sent back later.");
        output.WriteLine(
            $"It sent {feedback.Sent} signals: {feedback.Applied} were applied, "
            + $"{feedback.Ignored} had to change nothing.");
        output.WriteLine(
            $"Licences: {licences.Reserved} reserved = {licences.Deducted} deducted + {licences.Released} released.");
        output.WriteLine(result.Violations.Count == 0 ? "Every invariant holds." : "Violated:");
        foreach (var violation in result.Violations)
        {
            output.WriteLine($"  {violation}");
        }
    }

    private static string Outcomes(DemoStatistics statistics) => string.Join(", ", OutcomeTable.Rows
        .Where(row => statistics.Outcomes.GetValueOrDefault(row.Outcome.ToString()) > 0)
        .Select(row => $"{row.Name} {statistics.Outcomes[row.Outcome.ToString()]}")
        .Append($"opened {statistics.Opened}, clicked {statistics.Clicked}.")).TrimStart(',', ' ');

    private void WriteCounts(string what, IReadOnlyDictionary<string, long> counts)
    {
        var some = counts.Where(pair => pair.Value > 0).Select(pair => $"{pair.Key} {pair.Value}");
        output.WriteLine($"{what}: {string.Join(", ", some)}.");
    }
}

/// <summary>A table that moves.</summary>
internal sealed class LiveDisplay : Display
{
    public override void Say(string line) => AnsiConsole.MarkupLine($"[grey]{Markup.Escape(line)}[/]");

    public override Task<DemoStatistics> Watch(Func<Task<DemoLook>> next, Func<double> seconds) =>
        AnsiConsole.Live(new Text("")).StartAsync(async live =>
        {
            var progress = new DemoProgress();
            while (true)
            {
                var look = await next();
                var (line, sentence) = progress.Describe(look, seconds());
                live.UpdateTarget(new Rows(
                    TableOf(look.Statistics),
                    new Text($"{line}; {look.Statistics.Opened} opened, {look.Statistics.Clicked} clicked"),
                    new Text(sentence)));
                if (look.IsLast)
                {
                    return look.Statistics;
                }
            }
        });

    public override void Conclude(
        DemoResult result, IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)> histories) =>
        new PlainDisplay(Console.Out).Conclude(result, histories);

    private static Table TableOf(DemoStatistics statistics)
    {
        var table = new Table().AddColumn("Outcome").AddColumn(new TableColumn("Recipients").RightAligned());
        foreach (var row in OutcomeTable.Rows)
        {
            table.AddRow(
                row.DisplayName,
                statistics.Outcomes.GetValueOrDefault(row.Outcome.ToString()).ToString(CultureInfo.InvariantCulture));
        }

        table.AddRow("excluded", statistics.ExcludedTotal.ToString(CultureInfo.InvariantCulture));
        return table.AddRow("[bold]audience[/]", statistics.Audience.ToString(CultureInfo.InvariantCulture));
    }
}
