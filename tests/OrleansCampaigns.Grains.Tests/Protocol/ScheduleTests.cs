using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>Any number of accidents in one campaign, and steps in any order.</summary>
public sealed class ScheduleTests
{
    private const int AccidentsMax = 6;

    /// <summary>What happens in one campaign.</summary>
    public sealed record Schedule(string Story, InDoubtPolicy Policy, int Order, (int Step, int Accident)[] Accidents)
    {
        public override string ToString()
        {
            var accidents = Accidents.Select(known => $"{(Accident)known.Accident} at {known.Step}");
            return $"{Story}, {Policy}, order {Order}: {string.Join(", ", accidents)}";
        }
    }

    [Fact]
    public void Whatever_happens_in_whichever_order_nobody_is_lost_and_nobody_gets_two_in_silence() =>
        Prop.ForAll(Schedules, schedule =>
        {
            var (addresses, cues) = ProtocolTests.Stories[schedule.Story];
            using var story = new Story(addresses, schedule.Policy, cues, schedule.Order);
            story.Play(step => (Accident)schedule.Accidents.FirstOrDefault(known => known.Step == step).Accident);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(600).WithEndSize(AccidentsMax));

    private static Arbitrary<Schedule> Schedules => Arb.From(
        from story in Gen.Elements(ProtocolTests.Stories.Keys.ToArray())
        from policy in Gen.Elements(Enum.GetValues<InDoubtPolicy>())
        from order in Gen.Choose(0, 1_000_000)
        from accidents in Gen.Zip(Gen.Choose(1, 60), Gen.Choose(1, (int)Accident.GiveUp)).ArrayOf()
        select new Schedule(story, policy, order, [.. accidents.Select(known => (known.Item1, known.Item2))]),
        Shrink);

    // Fewer accidents first, then earlier ones.
    private static IEnumerable<Schedule> Shrink(Schedule schedule) =>
        Enumerable.Range(0, schedule.Accidents.Length)
            .Select(left => schedule with
            {
                Accidents = [.. schedule.Accidents.Where((_, index) => index != left)],
            });
}
