using System.Globalization;
using OrleansCampaigns.Domain.Delivery;
using Spectre.Console;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>Shows a demo to whoever watches.</summary>
internal abstract class Display
{
    /// <summary>A live table on a terminal, lines elsewhere.</summary>
    public static Display ForConsole() => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
        ? new LiveDisplay()
        : new PlainDisplay(Console.Out);

    /// <summary>A line about what happens now.</summary>
    public abstract void Say(string line);

    /// <summary>Shows progress until <paramref name="next"/> returns the last statistics.</summary>
    public abstract Task<DemoStatistics> Watch(
        Func<Task<(DemoStatistics Statistics, bool IsLast)>> next, Func<double> seconds);

    /// <summary>The final statistics and a few histories.</summary>
    public abstract void Conclude(
        DemoResult result, IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)> histories);

    protected static string Line(DemoStatistics statistics, double seconds)
    {
        var done = string.Join("  ", OutcomeTable.Rows
            .Where(row => statistics.Outcomes.GetValueOrDefault(row.Outcome.ToString()) > 0)
            .Select(row => $"{row.Name} {statistics.Outcomes[row.Outcome.ToString()]}"));
        var rate = statistics.Attempts / Math.Max(seconds, 0.001);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{seconds,6:0.0} s  {done}  | {rate:0} attempts/s, {statistics.RetriesWaiting} retries waiting, "
                + $"{statistics.Opened} opened, {statistics.Clicked} clicked");
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
    public override void Say(string line) => output.WriteLine(line);

    public override async Task<DemoStatistics> Watch(
        Func<Task<(DemoStatistics Statistics, bool IsLast)>> next, Func<double> seconds)
    {
        var shown = "";
        while (true)
        {
            var (statistics, isLast) = await next();
            var line = Line(statistics, seconds());
            if (line[9..] != shown)
            {
                output.WriteLine(line);
                shown = line[9..];
            }

            if (isLast)
            {
                return statistics;
            }
        }
    }

    public override void Conclude(
        DemoResult result, IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)> histories)
    {
        output.WriteLine();
        foreach (var row in OutcomeTable.Rows)
        {
            output.WriteLine($"{row.DisplayName,-30} {result.Outcomes.GetValueOrDefault(row.Outcome.ToString()),8}");
        }

        output.WriteLine($"{"excluded",-30} {result.Excluded,8}");
        output.WriteLine($"{"audience",-30} {result.Recipients,8}");
        WriteCounts("recipients", result.RecipientStatuses);
        WriteCounts("contacts", result.ContactStatuses);
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

    private void WriteCounts(string what, IReadOnlyDictionary<string, long> counts)
    {
        output.WriteLine();
        foreach (var (name, count) in counts)
        {
            output.WriteLine($"{$"{what} that are {name}",-30} {count,8}");
        }
    }
}

/// <summary>A table that moves.</summary>
internal sealed class LiveDisplay : Display
{
    public override void Say(string line) => AnsiConsole.MarkupLine($"[grey]{Markup.Escape(line)}[/]");

    public override Task<DemoStatistics> Watch(
        Func<Task<(DemoStatistics Statistics, bool IsLast)>> next, Func<double> seconds) =>
        AnsiConsole.Live(new Text("")).StartAsync(async live =>
        {
            while (true)
            {
                var (statistics, isLast) = await next();
                live.UpdateTarget(TableOf(statistics.Outcomes, statistics.ExcludedTotal, statistics.Audience)
                    .Caption(Markup.Escape(Line(statistics, seconds()).Split('|')[1].Trim())));
                if (isLast)
                {
                    return statistics;
                }
            }
        });

    public override void Conclude(
        DemoResult result, IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)> histories) =>
        new PlainDisplay(Console.Out).Conclude(result, histories);

    private static Table TableOf(IReadOnlyDictionary<string, long> outcomes, long excluded, long audience)
    {
        var table = new Table().AddColumn("Outcome").AddColumn(new TableColumn("Recipients").RightAligned());
        foreach (var row in OutcomeTable.Rows)
        {
            table.AddRow(
                row.DisplayName, outcomes.GetValueOrDefault(
                    row.Outcome.ToString()).ToString(CultureInfo.InvariantCulture));
        }

        table.AddRow("excluded", excluded.ToString(CultureInfo.InvariantCulture));
        return table.AddRow("[bold]audience[/]", audience.ToString(CultureInfo.InvariantCulture));
    }
}
