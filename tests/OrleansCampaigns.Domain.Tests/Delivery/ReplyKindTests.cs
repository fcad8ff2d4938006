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
                || (pair.Line.Detail ?? pair.Line.Cause) != pair.expected.Cause.Name())
            .Select(pair =>
                $"{pair.expected.Reply}: {pair.Line.Outcome}/{pair.Line.Detail ?? pair.Line.Cause}, "
                + $"because of {pair.Line.Why}; should be {pair.expected.Outcome}/{pair.expected.Cause.Name()}")
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

    [Fact]
    public void No_phrase_has_a_star_where_it_stands_for_nothing() =>
        Assert.DoesNotContain(
            ReplyClassifier.AllRules.SelectMany(rule => rule.Phrases),
            phrase => phrase.Contains('*', StringComparison.Ordinal));

    [Fact]
    public void Every_rule_says_why() =>
        Assert.DoesNotContain(ReplyClassifier.AllRules, rule => rule.Why.Length < 10);

    [Theory]
    [InlineData("recipient")]
    [InlineData("suspected")]
    [InlineData("recipients")]
    [InlineData("accept")]
    [InlineData("domains")]
    [InlineData("receipt")]
    [InlineData("addresses")]
    public void A_right_word_is_left_alone(string word) => Assert.Null(ReplyWords.Mended(word));

    [Theory]
    [InlineData("recepient", "recipient")]
    [InlineData("unkown", "unknown")]
    [InlineData("adress", "address")]
    [InlineData("mialbox", "mailbox")]
    [InlineData("temporarly", "temporarily")]
    [InlineData("authentification", "authentication")]
    public void A_misspelt_word_is_mended(string word, string right) => Assert.Equal(right, ReplyWords.Mended(word));

    [Theory]
    [InlineData("550 5.1.1 User unknown", "\"user unknown\": the recipient is unknown")]
    [InlineData("552 5.2.2", "status 5.2.2: the mailbox is full")]
    [InlineData("552", "code 552: exceeded storage allocation (RFC 5321)")]
    [InlineData("450 4.1.1 User unknown", "\"user unknown\": the recipient is unknown; a 4xx is no refusal for good")]
    [InlineData("250 OK", "accepted")]
    public void An_explanation_gives_the_evidence_and_the_rule(string reply, string why) =>
        Assert.Equal(why, ReplyClassificationLine.Describe(reply, explain: true).Why);
}
