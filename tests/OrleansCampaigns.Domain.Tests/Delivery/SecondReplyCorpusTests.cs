using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Domain.Tests.Delivery;

/// <summary>The classifier against the labelled replies of the second corpus, whose labels know causes.</summary>
public class SecondReplyCorpusTests
{
    private const double OutcomeMin = 0.97;
    private const double CauseMin = 0.92;

    [Fact]
    public void Replies_get_their_outcome() =>
        AssertShare(OutcomeMin, (label, line) => label.Outcomes.Contains(line.Outcome));

    [Fact]
    public void Replies_get_their_cause() => AssertShare(CauseMin, (label, line) => label.Causes.Contains(line.Cause));

    [Fact]
    public void No_contact_is_called_non_existent_against_the_labels_and_none_is_missed() =>
        AssertShare(1, (label, line) => line.ContactStatus == "DoesNotExist"
            ? label.Statuses.Contains("DoesNotExist")
            : !label.IsMissing);

    private static void AssertShare(double min, Func<SecondCorpusLabel, ReplyClassificationLine, bool> isRight)
    {
        Assert.SkipUnless(SecondCorpus.Replies is not null, Corpus.Missing);
        var rows = SecondCorpus.Replies!
            .Select(label => (Label: label, Line: ReplyClassificationLine.Describe(label.Subject, explain: true)))
            .ToList();
        var wrong = rows.Where(row => !isRight(row.Label, row.Line)).ToList();
        var share = 1 - ((double)wrong.Count / rows.Count);

        Assert.True(share >= min, $"{share:P1} of {rows.Count}:\n{string.Join('\n', wrong.Select(row =>
            $"{row.Label.Name}={row.Line.Outcome}/{row.Line.Cause}/{row.Line.ContactStatus}: {row.Line.Why}"))}");
    }
}
