using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class FailureClassifierTests
{
    [Theory]
    [InlineData(TransportFailure.ConnectFailed, Cause.Unreachable)]
    [InlineData(TransportFailure.TlsFailed, Cause.Unreachable)]
    [InlineData(TransportFailure.ConnectionLostBeforeData, Cause.Unreachable)]
    [InlineData(TransportFailure.ConnectionLostAfterData, Cause.Unreachable)]
    [InlineData(TransportFailure.TimedOutBeforeData, Cause.TimedOut)]
    [InlineData(TransportFailure.TimedOutAfterData, Cause.TimedOut)]
    public void A_broken_conversation_is_deferred(TransportFailure failure, Cause cause) =>
        Assert.Equal(new Classification(Outcome.Deferred, cause), FailureClassifier.Classify(failure));

    [Fact]
    public void Only_after_the_message_was_handed_over_may_it_have_been_accepted() => Assert.Equal(
        [TransportFailure.ConnectionLostAfterData, TransportFailure.TimedOutAfterData],
        Enum.GetValues<TransportFailure>().Where(FailureClassifier.MayHaveBeenAccepted));

    [Fact]
    public void A_failure_that_is_none_is_a_bug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FailureClassifier.Classify((TransportFailure)99));
}
