using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>The reader against the labelled messages of the second corpus, whose labels know causes as well.</summary>
public class SecondFeedbackCorpusTests
{
    private const double OutcomeMin = 0.97;
    private const double CauseMin = 0.92;
    private const double RecipientMin = 0.95;

    [Fact]
    public void Messages_get_their_outcome() =>
        AssertShare(OutcomeMin, (label, line) => label.Outcomes.Contains(line.Outcome));

    [Fact]
    public void Messages_get_their_cause() => AssertShare(CauseMin, (label, line) => label.Causes.Contains(line.Cause));

    [Fact]
    public void Messages_are_of_their_kind() => AssertShare(OutcomeMin, (label, line) => label.Kind == line.Kind);

    [Fact]
    public void Messages_name_their_recipient() =>
        AssertShare(RecipientMin, (label, line) =>
            label.Kind is "other" or "autoreply"
            || label.Recipients.Length == 0
            || label.Recipients.Contains(line.Recipient?.ToLowerInvariant()));

    [Fact]
    public void No_contact_is_called_non_existent_against_the_labels_and_none_is_missed() =>
        AssertShare(1, (label, line) => line.ContactStatus == "DoesNotExist"
            ? label.Statuses.Contains("DoesNotExist")
            : !label.IsMissing);

    private static void AssertShare(double min, Func<SecondCorpusLabel, MessageClassificationLine, bool> isRight)
    {
        Assert.SkipUnless(SecondCorpus.Messages is not null, Corpus.Missing);
        var rows = SecondCorpus.Messages!.Select(label => (Label: label, Line: Line(label))).ToList();
        var wrong = rows.Where(row => !isRight(row.Label, row.Line)).ToList();
        var share = 1 - ((double)wrong.Count / rows.Count);

        Assert.True(share >= min, $"{share:P1} of {rows.Count}:\n{string.Join('\n', wrong.Select(row =>
            $"{row.Label.Name}={row.Line.Kind}/{row.Line.Outcome}/{row.Line.Cause}: {row.Line.Why}"))}");
    }

    private static MessageClassificationLine Line(SecondCorpusLabel label)
    {
        var lines = FeedbackReader.ReadMailbox(File.ReadAllBytes(label.Subject))
            .SelectMany(reading => MessageClassificationLine.Describe(label.Name, reading, explain: true))
            .ToList();
        return lines.Find(line => label.Recipients.Contains(line.Recipient?.ToLowerInvariant()))
            ?? lines.ElementAtOrDefault(label.Index - 1)
            ?? new MessageClassificationLine(label.Name, null, "other", "none", "none", "unchanged");
    }
}
