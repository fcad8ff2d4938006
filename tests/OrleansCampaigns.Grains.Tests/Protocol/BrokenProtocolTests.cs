using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>A protocol that is broken on purpose is found out: else the other tests would prove nothing.</summary>
public sealed class BrokenProtocolTests
{
    private static readonly string[] Addresses =
        ["ok-1@mail.example", "ok-2@mail.example", "ok-3@mail.example", "ok-4@mail.example"];

    [Fact]
    public void E_mails_that_are_sent_before_their_window_is_stored()
    {
        // The crash finds a window whose e-mails are out and that is not stored: they are sent again.
        var found = Find(InDoubtPolicy.AssumeSent, story => story.World.AcknowledgesWindowsEarly = true);

        Assert.Contains("got 2 e-mails, and nothing says so", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_that_is_forgotten_by_the_database()
    {
        var found = Find(
            InDoubtPolicy.AssumeSent, story => story.World.Storage.Break = record => record.Cursor = 0);

        Assert.Contains("got 2 e-mails, and nothing says so", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recipients_that_are_noted_as_not_attempted_and_forgotten()
    {
        // They are taken for sent, although it was certain that they were not.
        var found = Find(
            InDoubtPolicy.AssumeSent,
            story =>
            {
                story.World.Storage.Break = record => record.Unattempted.Clear();
                story.IsStrict = true;
            },
            Accident.Refuse,
            Accident.Refuse);

        Assert.Contains("is in doubt without a crash", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void None_of_it_is_found_in_the_protocol_as_it_is()
    {
        for (var broken = 1; broken < 40; broken++)
        {
            using var story = new Story(Addresses, InDoubtPolicy.AssumeSent, []) { IsStrict = true };
            story.Play(step => step == broken || step == broken + 1 ? Accident.Refuse : Accident.None);
        }
    }

    /// <summary>The shortest way to a violation: the earliest step at which accidents in a row lead to one.</summary>
    private static Violation Find(InDoubtPolicy policy, Action<Story> spoil, params Accident[] accidents)
    {
        accidents = accidents is [] ? [Accident.Crash] : accidents;
        foreach (var (broken, order) in from broken in Enumerable.Range(1, 40)
                                        from order in Enumerable.Range(0, 5)
                                        select (broken, order))
        {
            using var story = new Story(Addresses, policy, [], order == 0 ? null : order);
            spoil(story);
            try
            {
                story.Play(step => accidents.ElementAtOrDefault(step - broken));
            }
            catch (Violation found)
            {
                return found;
            }
        }

        throw new InvalidOperationException("Nothing was found.");
    }
}
