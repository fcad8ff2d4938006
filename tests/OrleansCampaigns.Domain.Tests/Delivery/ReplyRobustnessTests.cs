using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class ReplyRobustnessTests
{
    // A hundred times what is needed, of a processor: only a runaway match, not a busy machine, may fail this.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    public static TheoryData<string, string> HostileTexts => new()
    {
        { "spaces", new string(' ', 100_000) },
        { "digits", new string('5', 100_000) },
        { "dots", "550 " + string.Concat(Enumerable.Repeat("5.1.", 25_000)) },
        { "half phrases", "550 " + string.Concat(
            Enumerable.Repeat("mailbox user recipient no such exceeded ", 2_500)) },
        { "half waits", "451 " + string.Concat(Enumerable.Repeat("try again in retry after ", 4_000)) },
        { "lines", string.Concat(Enumerable.Repeat("550-5.1.1 x\r\n", 8_000)) },
        { "prefixes", string.Concat(Enumerable.Repeat("said: error: ", 8_000)) },
        { "links", "550 " + string.Concat(Enumerable.Repeat("http://a.b.c/ ", 7_000)) },
        { "sentences", "550 " + string.Concat(Enumerable.Repeat("ab. ", 25_000)) },
        { "words nearly right", "550 " + string.Concat(Enumerable.Repeat("recipeint uknown maibox adress ", 3_000)) },
        { "replies", "554 x " + string.Concat(Enumerable.Repeat("said: 550 5.1.1 y ", 5_000)) },
        { "replies without words", "554 " + string.Concat(Enumerable.Repeat("(550 ", 20_000)) },
        { "header fields", "550 " + string.Concat(Enumerable.Repeat("Subject: x; ", 8_000)) },
        { "advice", "550 " + string.Concat(Enumerable.Repeat("Please see. ", 8_000)) },
        { "one word", "550 " + new string('a', 100_000) },
    };

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public void A_hostile_text_is_classified_quickly(string name, string text)
    {
        var took = ProcessorTime.Of(() => ReplyClassificationLine.Describe(text));

        Assert.True(took < Most, $"{name} took {took}.");
    }

    [Fact]
    public void Random_characters_are_classified_as_something()
    {
        var random = new Random(Seed: 42);
        for (var i = 0; i < 2_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(300)).Select(_ => (char)random.Next(0x10000))]);

            var line = ReplyClassificationLine.Describe("550 " + text);

            Assert.NotEmpty(line.Outcome);
        }
    }

    [Fact]
    public void An_empty_reply_is_deferred() =>
        Assert.Equal(
            new ReplyClassificationLine("Deferred", "other", "Unavailable"), ReplyClassificationLine.Describe(""));
}
