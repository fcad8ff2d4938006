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
        var claimedOrLabelled = rows.Count(row => row.Outcome == outcome) + rows.Count(row => row.Line.Outcome == outcome);
        return 2.0 * right / claimedOrLabelled;
    }

    private static Row[] Read()
    {
        var file = Corpus.Folder is { } folder ? Path.Combine(folder, "replies.csv") : null;
        Assert.SkipUnless(File.Exists(file), Corpus.Missing);

        var records = Csv(File.ReadAllText(file!)).ToArray();
        var columns = records[0];
        return [.. records[1..].Select(record =>
        {
            string Field(string name) => record[columns.IndexOf(name)];
            return new Row(
                Field("id"), Field("reply"), Field("outcome"), Field("outcome_accepted").Split('|'),
                Field("contact_status_accepted").Split('|'), Field("ambiguous") == "1");
        })];
    }

    /// <summary>RFC 4180: quoted fields may hold commas, line ends and doubled quotes.</summary>
    private static IEnumerable<List<string>> Csv(string text)
    {
        var record = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append(text[++i]);
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && (c is ',' or '\n'))
            {
                record.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (c == '\n')
                {
                    yield return record;
                    record = [];
                }
            }
            else
            {
                field.Append(c);
            }
        }
    }
}
