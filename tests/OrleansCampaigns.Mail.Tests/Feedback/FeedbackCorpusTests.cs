using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>The reader against labelled messages that lie outside the project.</summary>
public class FeedbackCorpusTests
{
    private const double OutcomeAccuracyMin = 0.93;
    private const double RecipientAccuracyMin = 0.95;

    private sealed record Row(
        string File, int Index, string Recipient, string Outcome, string[] StatusesAccepted, string Ambiguous,
        MessageClassificationLine Line)
    {
        public bool NamesRecipient =>
            Recipient.Length > 0 && !Recipient.StartsWith("undisclosed-recipient", StringComparison.Ordinal);

        public bool HasRecipient => string.Equals(Recipient, Line.Recipient, StringComparison.OrdinalIgnoreCase);

        public override string ToString() =>
            $"{File}#{Index}={Line.Kind}/{Line.Recipient}/{Line.Outcome}/{Line.ContactStatus}";
    }

    /// <summary>As the messages are, and with other line ends.</summary>
    public static TheoryData<string> LineEnds => ["as they are", "LF", "CRLF", "CR"];

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void Unambiguous_bounces_get_their_outcome(string lineEnds)
    {
        var rows = Read("bounces", lineEnds).Where(row => row.Ambiguous == "0").ToArray();
        var wrong = rows.Where(row => row.Line.Outcome != row.Outcome).ToArray();

        Assert.True(wrong.Length <= rows.Length * (1 - OutcomeAccuracyMin), Told(wrong, rows));
    }

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void Bounces_name_the_labelled_recipient(string lineEnds)
    {
        var rows = Read("bounces", lineEnds).Where(row => row.NamesRecipient).ToArray();
        var wrong = rows.Where(row => !row.HasRecipient).ToArray();

        Assert.True(wrong.Length <= rows.Length * (1 - RecipientAccuracyMin), Told(wrong, rows));
    }

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void Every_complaint_and_every_unsubscribe_is_found_and_nothing_else_is_turned_into_one(string lineEnds)
    {
        var wrong = Read("complaints", lineEnds).Where(row =>
            !row.StatusesAccepted.Contains(row.Line.ContactStatus) || (row.NamesRecipient && !row.HasRecipient));

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void What_has_no_effect_by_its_label_has_none(string lineEnds)
    {
        var rows = Read("bounces", lineEnds).Concat(Read("complaints", lineEnds))
            .Where(row => row.StatusesAccepted is ["unchanged"] && row.Outcome is "none" or "Sent")
            .ToArray();

        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, row => row.Line.Kind is not ("delayed" or "autoreply" or "other"));
    }

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void No_contact_is_called_non_existent_against_the_labels(string lineEnds)
    {
        var wrong = Read("bounces", lineEnds)
            .Where(row => row.Line.ContactStatus == "DoesNotExist" && !row.StatusesAccepted.Contains("DoesNotExist"));

        Assert.Empty(wrong);
    }

    private static string Told(Row[] wrong, Row[] rows) =>
        $"{1 - ((double)wrong.Length / rows.Length):P1}: {string.Join(" ", wrong.Select(row => row.ToString()))}";

    private static Row[] Read(string name, string lineEnds)
    {
        var labels = Corpus.Folder is { } folder ? Path.Combine(folder, name + ".csv") : null;
        Assert.SkipUnless(File.Exists(labels), Corpus.Missing);

        var records = File.ReadLines(labels!).Select(line => line.Split(',')).ToArray();
        var columns = records[0];
        string Field(string[] record, string column) => record[Array.IndexOf(columns, column)];
        var readings = new Dictionary<string, MessageClassificationLine[]>();
        return [.. records[1..].Select(record =>
        {
            var file = Field(record, "file");
            if (!readings.TryGetValue(file, out var lines))
            {
                var bytes = File.ReadAllBytes(Path.Combine(Corpus.Folder!, name, file));
                var kind = Array.IndexOf(["LF", "CRLF", "CR"], lineEnds);
                bytes = kind >= 0 ? FeedbackSamples.WithLineEnds(bytes, kind) : bytes;
                lines = [.. FeedbackReader.ReadMailbox(bytes)
                    .SelectMany(reading => MessageClassificationLine.Describe(file, reading))];
                readings[file] = lines;
            }

            var recipient = Field(record, "recipient");
            var index = int.Parse(Field(record, "recipient_index"), System.Globalization.CultureInfo.InvariantCulture);
            return new Row(
                file, index, recipient, Field(record, "outcome"), Field(record, "contact_status_accepted").Split('|'),
                Field(record, "ambiguous"), LineOf(lines, recipient, index));
        })];
    }

    private static MessageClassificationLine LineOf(MessageClassificationLine[] lines, string recipient, int index) =>
        lines.FirstOrDefault(line => string.Equals(line.Recipient, recipient, StringComparison.OrdinalIgnoreCase))
        ?? lines.ElementAtOrDefault(index - 1)
        ?? new MessageClassificationLine("", null, "other", "none", "none", "unchanged");
}
