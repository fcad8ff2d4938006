using System.Collections.Immutable;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Campaigns;

public class CampaignTotalsTests
{
    private static CampaignTotals Of(
        long audience, long excluded, params (Outcome Outcome, long Number)[] outcomes) => new CampaignTotals
        {
            Audience = audience,
            Outcomes = outcomes.ToImmutableDictionary(pair => pair.Outcome, pair => pair.Number),
            Excluded = ImmutableDictionary<string, long>.Empty.Add("unavailable", excluded).Add("deleted", 1),
        };

    [Fact]
    public void Nobody_is_lost_and_nobody_counts_twice()
    {
        Assert.True(Of(10, 2, (Outcome.Sent, 4), (Outcome.Queued, 3)).IsConserved);
        Assert.False(Of(11, 2, (Outcome.Sent, 4), (Outcome.Queued, 3)).IsConserved);
        Assert.False(Of(9, 2, (Outcome.Sent, 4), (Outcome.Queued, 3)).IsConserved);
        Assert.Equal(3, Of(10, 2).ExcludedTotal);
    }

    [Fact]
    public void A_campaign_is_over_when_no_outcome_is_temporary() =>
        Assert.All(Enum.GetValues<Outcome>(), outcome =>
        {
            Assert.Equal(!outcome.IsTemporary(), Of(1, 0, (outcome, 1)).IsOver);
            Assert.True(Of(1, 0, (outcome, 0)).IsOver);
        });

    [Fact]
    public void It_has_failures_when_any_recipient_was_rejected_spam_or_bounced() =>
        Assert.All(Enum.GetValues<Outcome>(), outcome =>
        {
            Assert.Equal(
                outcome is Outcome.Rejected or Outcome.Spam or Outcome.Bounced, Of(1, 0, (outcome, 1)).HasFailures);
            Assert.False(Of(1, 0, (outcome, 0)).HasFailures);
        });

    [Fact]
    public void An_outcome_that_nobody_has_counts_zero()
    {
        Assert.Equal(4, Of(10, 2, (Outcome.Sent, 4))[Outcome.Sent]);
        Assert.Equal(0, Of(10, 2, (Outcome.Sent, 4))[Outcome.Spam]);
    }
}
