using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using Outcome = OrleansCampaigns.Domain.Delivery.Outcome;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>What holds for a contact after any commands, each of which may arrive several times in a row.</summary>
public class ContactPropertyTests
{
    private static readonly ImmutableArray<CampaignId> Campaigns =
        [Given.Campaign, Given.OtherCampaign, new("cmp_0000000000000000000000000000000c")];

    private static readonly ImmutableArray<AttemptReport> Reports =
    [
        Given.Sent, Given.Deferred, Given.Full, Given.LostAfterData,
        Given.Report(Outcome.Rejected, Cause.Policy), Given.Report(Outcome.Spam, Cause.Spam),
        Given.Report(Outcome.Bounced, Cause.NoSuchMailbox), Given.Report(Outcome.Bounced, Cause.Blocked),
        Given.Report(Outcome.SoftBounced, Cause.TooBig), Given.Report(Outcome.SoftBounced, Cause.ServerFull),
    ];

    /// <summary>A command, fixed before it is applied, so that it can be applied again.</summary>
    private sealed record Command(string Name, bool IsByOperator, Func<Contact, Contact> Apply)
    {
        public override string ToString() => Name;
    }

    [Fact]
    public void After_any_commands_everything_that_the_design_promises_holds()
    {
        var outcomes = new HashSet<Outcome>();
        Prop.ForAll(Sequences, seeds =>
        {
            var contact = new Contact();
            var now = Given.Now;
            var told = new List<string>();
            foreach (var seed in seeds)
            {
                var random = new Random(seed);
                now += TimeSpan.FromHours(random.Next(30));
                var command = Pick(random, contact, now);
                told.Add(command.Name);
                var before = contact;
                contact = command.Apply(contact);
                for (var replay = random.Next(3); replay > 0; replay--)
                {
                    Hold(ReferenceEquals(contact, command.Apply(contact)), "A replay changes something", told);
                }

                Check(before, contact, command, told);
                outcomes.UnionWith(contact.Deliveries.Select(delivery => delivery.Outcome));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

        // Else the property would hold only because nothing happens.
        Assert.Equal(
            Enum.GetValues<Outcome>().Except([Outcome.Duplicated]).Order(), outcomes.Order());
    }

    // Shrunk by leaving out one command after the other.
    private static Arbitrary<int[]> Sequences => Arb.From(
        Gen.Choose(0, int.MaxValue).ArrayOf(),
        seeds => Enumerable.Range(0, seeds.Length).Select(left => seeds.Where((_, index) => index != left).ToArray()));

    private static Command Pick(Random random, Contact contact, DateTimeOffset now)
    {
        var campaign = Campaigns[random.Next(Campaigns.Length)];
        var attempts = contact.DeliveryOf(campaign)?.Attempts ?? 0;
        var report = Reports[random.Next(Reports.Length)];
        var rules = random.Next(2) == 0 ? Given.Rules : Given.ResendRules;
        var deductOn = rules with { DeductOn = (DeductOn)random.Next(2) };
        var turn = Given.Turn(attempts + 1, campaign) with
        {
            AddressIsValid = random.Next(20) > 0,
            IsReserved = attempts > 0 || random.Next(10) > 0,
        };
        var anyTurn = turn with { Attempt = 1 + random.Next(4) };
        var seed = random.Next();
        var number = 2 + random.Next(3);
        return random.Next(22) switch
        {
            < 9 => new($"turn {turn.Attempt} ends as {report.Outcome}", false, known =>
            {
                var decision = known.Begin(turn, deductOn, now);
                return decision.MayBegin
                    ? decision.Contact.Record(turn, report, deductOn, seed, now)
                    : decision.Contact;
            }),
            9 => new($"report of {anyTurn.Attempt}: {report.Outcome}", false, known =>
                known.Record(anyTurn, report, deductOn, seed, now)),
            10 => new($"doubt of {turn.Attempt}", false, known => known.ResolveDoubt(turn, rules, seed, now)),
            11 => new($"clear doubt of {attempts}", false, known =>
                attempts == 0 ? known : known.Record(turn with { Attempt = attempts }, report, deductOn, seed, now)),
            12 => new($"duplicates up to {number}", false, known =>
                known.Duplicate(campaign, Given.QueuedAt, number, now)),
            13 => new("exclude", false, known =>
                known.Exclude(campaign, Given.QueuedAt, Exclusions.MissingField, now)),
            14 => new("abandon", false, known => known.Abandon(campaign, now)),
            15 => new($"requeue for {number}", false, known => known.Requeue(campaign, number, now)),
            16 => new("unsubscribe by us", true, known => known.UnsubscribeByUs("op", "because", now)),
            17 or 18 or 19 => Learn(random, campaign, attempts, deductOn, now),
            20 => new("resubscribe", true, known => known.Resubscribe("op", "consent", now)),
            _ => new("reinstate", true, known => known.Reinstate("op", "because", now)),
        };
    }

    private static Command Learn(
        Random random, CampaignId campaign, int attempts, DeliveryRules rules, DateTimeOffset now)
    {
        var signal = (FeedbackSignal)random.Next(1, 6);
        var bounce = Reports[random.Next(4, Reports.Length)];
        int? attempt = random.Next(3) == 0 ? null : Math.Max(1, attempts + random.Next(-1, 2));
        var happened = Given.Event(signal, $"key {random.Next(20)}", campaign) with
        {
            At = now,
            QueuedAt = random.Next(2) == 0 ? null : Given.QueuedAt,
            Attempt = attempt,
            Outcome = bounce.Outcome,
            Cause = bounce.Cause,
            Link = random.Next(4),
            IsMachine = random.Next(3) == 0,
        };
        var told = signal == FeedbackSignal.Bounce ? $"{bounce.Outcome} of attempt {attempt}" : $"{signal}";
        return new(told, false, known =>
            known.Learn(happened, rules, MachineRules.Default, jitterSeed: 1, now).Contact);
    }

    private static void Check(Contact before, Contact after, Command command, List<string> told)
    {
        Hold(
            after.History.Take(before.History.Count).SequenceEqual(before.History),
            "The history was not only appended to", told);
        Hold(
            !before.Status.IsOptedOut() || after.Status.IsOptedOut() || command.IsByOperator,
            $"{before.Status} became {after.Status} without an operator", told);
        Hold(
            (after.LastOutcome, after.LastCampaign) == LastStatus(after), "The Last Status is not the last word", told);
        Hold(
            after.History.Where(entry => entry is { Kind: HistoryKind.Attempt, InDoubt: false })
                .CountBy(entry => (entry.Campaign, entry.Attempt)).All(pair => pair.Value == 1),
            "An attempt is told twice", told);
        foreach (var delivery in after.Deliveries)
        {
            var known = before.DeliveryOf(delivery.Campaign);
            Hold(known is not { Charged: true } || delivery.Charged, "A licence was given back", told);
            Hold(!delivery.Charged || delivery.Attempts > 0, "A licence was deducted without an attempt", told);
            Hold(delivery.Attempts >= (known?.Attempts ?? 0), "Attempts were forgotten", told);
            Hold(
                delivery.RecipientStatus >= (known?.RecipientStatus ?? RecipientStatus.None)
                || (known?.RecipientStatus == RecipientStatus.Delivered
                    && delivery.OverturnedAttempt > known.OverturnedAttempt),
                "The recipient went back", told);
            Hold(!delivery.IsOver || delivery.NextAttemptAt is null, "A permanent outcome waits for a retry", told);
            Hold(delivery.Excluded is null || !delivery.InDoubt, "A recipient is excluded and in doubt", told);
            Hold(
                delivery.Outcome == LastOutcomeOf(after, delivery.Campaign),
                $"{delivery.Outcome} is not what the history says last", told);
            Hold(
                delivery.IsOver || !delivery.Decided || delivery.NextAttemptAt is not null
                || after.History.Last(entry => entry.Campaign == delivery.Campaign
                    && entry.Outcome != Outcome.Duplicated
                    && entry.Kind < HistoryKind.Bounce).Kind == HistoryKind.Abandoned,
                "A temporary outcome waits for nothing", told);
        }
    }

    // Read from the history alone: the latest outcome, save that duplicates do not hide what their own campaign did,
    // and that the opening entry of a campaign only tells what the audience's snapshot had said long before.
    private static (Outcome? Outcome, CampaignId? Campaign) LastStatus(Contact contact)
    {
        (Outcome?, CampaignId? Campaign) last = (null, null);
        foreach (var entry in contact.History.Where(entry =>
            entry.Outcome is not null && entry is not { Kind: HistoryKind.Queued, Reason: null }))
        {
            if (entry.Outcome != Outcome.Duplicated || entry.Campaign != last.Campaign)
            {
                last = (entry.Outcome, entry.Campaign);
            }
        }

        return last;
    }

    private static Outcome LastOutcomeOf(Contact contact, CampaignId campaign) => contact.History
        .LastOrDefault(entry => entry.Campaign == campaign && entry.Outcome is not (null or Outcome.Duplicated))
        ?.Outcome ?? Outcome.Queued;

    private static void Hold(bool holds, string otherwise, List<string> told) =>
        Assert.True(holds, $"{otherwise} after: {string.Join("; ", told)}");
}
