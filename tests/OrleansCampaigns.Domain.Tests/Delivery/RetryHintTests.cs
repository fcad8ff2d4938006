using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class RetryHintTests
{
    [Theory]
    [InlineData("450 4.7.1 You are greylisted: retry in 5 minutes", 300)]
    [InlineData("451 try again in 1 hour", 3600)]
    [InlineData("451 4.7.1 Please retry after 300 seconds", 300)]
    [InlineData("450 greylisted for 5 min", 300)]
    [InlineData("451 4.7.1 Greylisting in action, please come back in 00:04:59", 299)]
    [InlineData("421 too many connections, wait 90s", 90)]
    [InlineData("452 4.2.2 mailbox full, try again after 2 hrs", 7200)]
    [InlineData("451 try again in 900 days", 86_400)]
    [InlineData("451 try again in 999999 hours", 86_400)]
    public void A_wait_in_words_is_obeyed_up_to_a_day(string reply, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReplyClassifier.Classify(SmtpReplyParser.Parse(reply)).RetryAfter);

    [Theory]
    [InlineData("451 please try again later")]
    [InlineData("451 try again in 0 minutes")]
    [InlineData("450 after [192.0.2.1] said no, see article 300")]
    [InlineData("550 5.1.1 user unknown, do not try again in 5 minutes")]
    [InlineData("250 queued, retry in 5 minutes")]
    public void Without_a_wait_or_a_retry_there_is_none(string reply) =>
        Assert.Null(ReplyClassifier.Classify(SmtpReplyParser.Parse(reply)).RetryAfter);
}
