using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Domain.Tests.Delivery;

/// <summary>The classifier against labelled replies that lie outside the project.</summary>
public class ReplyCorpusTests
{
    private const double StrictAccuracyMin = 0.97;
    private const double MacroF1Min = 0.95;

    private sealed record Row(
        string Id, string Reply, string Outcome, string[] OutcomesAccepted, string[] StatusesAccepted, bool IsAmbiguous)
    {
        public ReplyClassificationLine Line { get; } = ReplyClassificationLine.Describe(Reply);
    }

    [Fact]
    public void Unambiguous_replies_get_their_label()
    {
        var rows = Read().Where(row => !row.IsAmbiguous).ToArray();
        var wrong = rows.Where(row => row.Line.Outcome != row.Outcome).ToArray();

        var accuracy = 1 - ((double)wrong.Length / rows.Length);
        var macroF1 = rows.Select(row => row.Outcome).Distinct().Average(outcome => F1(rows, outcome));

        Assert.True(accuracy >= StrictAccuracyMin, $"{accuracy:P1}: {string.Join(" ", wrong.Select(Told))}");
        Assert.True(macroF1 >= MacroF1Min, $"Macro-F1 is {macroF1:F3}.");
    }

    [Fact]
    public void Unambiguous_replies_lead_to_an_accepted_contact_status()
    {
        var rows = Read().Where(row => !row.IsAmbiguous).ToArray();
        var wrong = rows.Where(row => !row.StatusesAccepted.Contains(row.Line.ContactStatus)).ToArray();

        Assert.True(wrong.Length <= rows.Length * (1 - StrictAccuracyMin), string.Join(" ", wrong.Select(Told)));
    }

    [Fact]
    public void No_contact_is_called_non_existent_against_the_labels()
    {
        var wrong = Read()
            .Where(row => row.Line.ContactStatus == "DoesNotExist" && !row.StatusesAccepted.Contains("DoesNotExist"));

        Assert.Empty(wrong.Select(Told));
    }

    private static string Told(Row row) => $"{row.Id}={row.Line.Outcome}/{row.Line.ContactStatus}";

    private static double F1(Row[] rows, string outcome)
    {
        var right = rows.Count(row => row.Outcome == outcome && row.Line.Outcome == outcome);
        var claimedOrLabelled = rows.Count(
            row => row.Outcome == outcome) + rows.Count(row => row.Line.Outcome == outcome);
        return 2.0 * right / claimedOrLabelled;
    }

    private static Row[] Read()
    {
        var file = Corpus.Folder is { } folder ? Path.Combine(folder, "replies.csv") : null;
        Assert.SkipUnless(File.Exists(file), Corpus.Missing);

        return [.. Csv.Read(file!).Select(row => new Row(
            row["id"], row["reply"], row["outcome"], row["outcome_accepted"].Split('|'),
            row["contact_status_accepted"].Split('|'), row["ambiguous"] == "1"))];
    }
}
