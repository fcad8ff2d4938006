using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit.Replies;

namespace OrleansCampaigns.Domain.Tests.Delivery;

/// <summary>Each kind of reply, by several that say the same in other words.</summary>
public class ReplyKindTests
{
    private const int SiblingsMin = 5;

    public static TheoryData<string> Kinds => [.. ReplyCases.All.Select(reply => reply.Kind).Distinct()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_reply_of_a_kind_comes_to_the_same(string kind)
    {
        var wrong = ReplyCases.All.Where(expected => expected.Kind == kind)
            .Select(expected => (expected, Line: ReplyClassificationLine.Describe(expected.Reply, explain: true)))
            .Where(pair => pair.Line.Outcome != pair.expected.Outcome.ToString()
                || pair.Line.Cause != pair.expected.Cause.Name())
            .Select(pair =>
                $"{pair.expected.Reply}: {pair.Line.Outcome}/{pair.Line.Cause}, because of {pair.Line.Why}; "
                + $"should be {pair.expected.Outcome}/{pair.expected.Cause.Name()}")
            .ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void No_kind_has_but_a_few_examples() =>
        Assert.DoesNotContain(
            ReplyCases.All.GroupBy(reply => reply.Kind), siblings => siblings.Distinct().Count() < SiblingsMin);

    [Fact]
    public void Every_classification_says_why() =>
        Assert.DoesNotContain(
            ReplyCases.All, reply => ReplyClassifier.Explain(SmtpReplyParser.Parse(reply.Reply)).Why.Length < 10);
}
