using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>Every accident at every durable step of small campaigns, one after the other.</summary>
public sealed class ProtocolTests
{
    private static readonly Accident[] Every = [.. Enum.GetValues<Accident>().Where(known => known != Accident.None)];

    /// <summary>The stories, by name.</summary>
    internal static readonly Dictionary<string, (string[] Addresses, Cue[] Cues)> Stories = new()
    {
        ["first attempts"] = (
            ["ok-1@mail.example", "ok-2@mail.example", "ok-1@mail.example", "broken", "gone-1@mail.example",
                "missing-1@mail.example", "ok-3@mail.example"],
            []),
        ["retries"] = (
            ["defer-1@mail.example", "full-1@mail.example", "lost-1@mail.example", "ok-1@mail.example"],
            []),
        ["a pause"] = (
            ["ok-1@mail.example", "defer-1@mail.example", "ok-2@mail.example", "ok-3@mail.example"],
            [
                new(15, story => story.Campaign.Pause(AccountId.Main)),
                new(25, story => story.Campaign.Resume(AccountId.Main)),
            ]),
        ["an end before its time"] = (
            ["ok-1@mail.example", "defer-1@mail.example", "full-1@mail.example", "ok-2@mail.example"],
            [new(18, story => story.Campaign.Cancel(AccountId.Main))]),
        ["e-mails that come back"] = (
            ["ok-1@mail.example", "ok-2@mail.example"],
            [
                new(null, story => story.Bounce("ok-1@mail.example", Outcome.SoftBounced, Cause.MailboxFull)),
                new(null, story => story.Bounce("ok-2@mail.example", Outcome.Bounced, Cause.NoSuchMailbox)),
            ]),
        ["failed ones tried again"] = (
            ["reject-1@mail.example", "ok-1@mail.example"],
            [new(null, story => story.Campaign.RetryFailed(AccountId.Main))]),
        ["failed ones tried again, and an end before that"] = (
            ["reject-1@mail.example", "reject-2@mail.example", "reject-3@mail.example", "ok-1@mail.example"],
            [
                new(null, story => story.Campaign.RetryFailed(AccountId.Main)),
                new(36, story => story.Campaign.Cancel(AccountId.Main)),
            ]),
        ["an end as soon as it begins"] = (
            ["ok-1@mail.example", "ok-2@mail.example", "ok-1@mail.example"],
            [new(3, story => story.Campaign.Cancel(AccountId.Main))]),
        ["contacts that cannot be read or stored"] = (
            ["unread-1@mail.example", "ok-1@mail.example", "unwrit-1@mail.example", "unread-1@mail.example",
                "ok-2@mail.example"],
            []),
        ["contacts that cannot be read, and an end before its time"] = (
            ["ok-1@mail.example", "unread-1@mail.example", "unwrit-1@mail.example", "defer-2@mail.example"],
            [new(20, story => story.Campaign.Cancel(AccountId.Main))]),
        ["somebody who leaves"] = (
            ["ok-1@mail.example", "leaver-1@mail.example", "defer-leaver@mail.example"],
            [
                new(10, story => story.Unsubscribe("leaver-1@mail.example")),
                new(16, story => story.Unsubscribe("defer-leaver@mail.example")),
            ]),
    };

    public static TheoryData<string, InDoubtPolicy> Cases =>
        [.. Stories.Keys.SelectMany(name => Enum.GetValues<InDoubtPolicy>().Select(policy => (name, policy)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whatever_happens_at_whichever_step_nobody_is_lost_and_nobody_gets_two_in_silence(
        string name, InDoubtPolicy policy)
    {
        var steps = Play(name, policy, _ => Accident.None);
        Assert.InRange(steps, 10, 200);

        foreach (var accident in Every)
        {
            for (var broken = 1; broken <= steps; broken++)
            {
                Play(name, policy, step => step == broken ? accident : Accident.None);
            }
        }
    }

    private static int Play(string name, InDoubtPolicy policy, Func<int, Accident> accidents)
    {
        var (addresses, cues) = Stories[name];
        using var story = new Story(addresses, policy, cues);
        story.World.TicksAreUnruly = true;
        story.Play(accidents);
        return story.World.Steps;
    }
}
