using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using Outcome = OrleansCampaigns.Domain.Delivery.Outcome;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>
/// Sends and events in any order, each event up to ten times, early, late, and after the end of its campaign: the
/// contact is always what <see cref="FeedbackModel"/> says.
/// </summary>
public class FeedbackPropertyTests
{
    private const int EventsMax = 30;
    private const int TemporaryFailures = 5;

    private static readonly ImmutableArray<int> Offsets = [-1, 0, 0, 0, 0, 1];

    private static readonly ImmutableArray<CampaignId> Campaigns = [Given.Campaign, Given.OtherCampaign];

    private static readonly ImmutableArray<(Outcome Outcome, Cause Cause)> Failures =
    [
        (Outcome.SoftBounced, Cause.MailboxFull), (Outcome.SoftBounced, Cause.TooBig),
        (Outcome.SoftBounced, Cause.ServerFull), (Outcome.Deferred, Cause.Greylisted),
        (Outcome.Deferred, Cause.Throttled), (Outcome.Rejected, Cause.Policy), (Outcome.Spam, Cause.Spam),
        (Outcome.Bounced, Cause.NoSuchMailbox), (Outcome.Bounced, Cause.Blocked), (Outcome.Bounced, Cause.MailboxFull),
    ];

    [Fact]
    public void Every_event_counts_once_and_moves_what_the_design_says()
    {
        var seen = new HashSet<string>();
        Prop.ForAll(Sequences, seeds =>
        {
            var story = new Story(seen, isPatient: seeds.Length % 2 == 0);
            foreach (var seed in seeds)
            {
                story.Step(new Random(seed));
            }

            story.DeliverEverythingOnceMore(new Random(seeds.FirstOrDefault()));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(80));

        // Else the property would hold only because nothing happens.
        var wanted = Enum.GetNames<FeedbackSignal>()
            .SelectMany(signal => (string[])[$"{signal} Applied", $"{signal} Repeated"])
            .Concat([
                "Bounce Early", "Bounce Ignored", "Bounce of a hidden attempt Applied", "third soft bounce", "expired",
                "after the campaign was cancelled",
            ]);
        Assert.Empty(wanted.Except(seen));
    }

    private static Arbitrary<int[]> Sequences => Arb.From(
        Gen.Choose(0, int.MaxValue).ArrayOf(),
        seeds => Enumerable.Range(0, seeds.Length).Select(left => seeds.Where((_, index) => index != left).ToArray()));

    // The story of one contact; a patient one only goes through what comes back, and so gets further.
    private sealed class Story(HashSet<string> seen, bool isPatient)
    {
        private readonly FeedbackModel _model = new();
        private readonly List<FeedbackEvent> _events = [];
        private readonly List<string> _told = [];
        private Contact _contact = new();
        private DateTimeOffset _now = Given.Now;

        public void Step(Random random)
        {
            _now += TimeSpan.FromMinutes(1 + random.Next(20 * 60));
            var campaign = Campaigns[random.Next(Campaigns.Length)];
            switch (random.Next(20))
            {
                case < 8:
                    Send(random, campaign);
                    break;
                case < 17:
                    Deliver(PickEvent(random, campaign), times: 1 + random.Next(10));
                    break;
                case 17 when random.Next(3) == 0:
                    Cancel(campaign);
                    break;
                case 18:
                    Operate(random);
                    break;
                default:
                    break;
            }

            Check();
        }

        public void DeliverEverythingOnceMore(Random random)
        {
            _now += TimeSpan.FromDays(30);
            var events = _events.ToArray();
            random.Shuffle(events);
            foreach (var happened in events)
            {
                Deliver(happened, times: 1 + random.Next(10));
                Check();
            }

            var settled = _contact;
            random.Shuffle(events);
            foreach (var happened in events)
            {
                Deliver(happened, times: 1);
            }

            Hold(ReferenceEquals(settled, _contact), "What had been delivered changed something again");
        }

        private void Send(Random random, CampaignId campaign)
        {
            var mail = _model.Of(campaign);
            if (mail.IsOver || mail.IsCancelled)
            {
                return;
            }

            var turn = Given.Turn(mail.Attempts + 1, campaign);
            var decision = _contact.Begin(turn, Given.Rules, _now);
            _contact = decision.Contact;
            if (!decision.MayBegin)
            {
                Hold(_model.Status is not (ContactStatus.New or ContactStatus.Active), "A turn was refused");
                _told.Add($"{turn.Attempt} was refused");
                _model.Refuse(mail);
                return;
            }

            Hold(!_model.Status.IsOptedOut() && _model.Status != ContactStatus.DoesNotExist, "A turn began");
            Attempt(random, mail, turn);
        }

        private void Attempt(Random random, FeedbackModel.Mail mail, Turn turn)
        {
            if (random.Next(6) == 0)
            {
                var rules = random.Next(2) == 0 ? Given.Rules : Given.ResendRules;
                _told.Add($"{turn.Attempt} was hidden: {rules.InDoubt}");
                _contact = _contact.ResolveDoubt(turn, rules, jitterSeed: 1, _now);
                _model.Hide(mail, rules.InDoubt == InDoubtPolicy.Resend, _now);
                return;
            }

            var (outcome, cause) = random.Next(3) > 0
                ? (Outcome.Sent, Cause.None) : PickFailure(random);
            _told.Add($"{turn.Attempt} was {outcome} ({cause})");
            _contact = _contact.Record(turn, Given.Report(outcome, cause), Given.Rules, jitterSeed: 1, _now);
            _model.Record(mail, outcome, cause, _now);
        }

        private FeedbackEvent PickEvent(Random random, CampaignId campaign)
        {
            if (_events.Count == EventsMax || (_events.Count > 0 && random.Next(3) == 0))
            {
                return _events[random.Next(_events.Count)];
            }

            var (outcome, cause) = PickFailure(random);
            var signal = (FeedbackSignal)random.Next(1, 8);
            if (signal == FeedbackSignal.Machine)
            {
                return PickMachine(campaign);
            }

            signal = isPatient && signal is FeedbackSignal.Complaint or FeedbackSignal.Unsubscribe
                ? FeedbackSignal.Bounce : signal;
            var happened = Given.Event(signal, $"key {_events.Count}", campaign) with
            {
                At = _now,
                QueuedAt = Given.QueuedAt,
                Link = 1 + random.Next(3),
                IsMachine = random.Next(4) == 0,
                Attempt = Math.Max(1, _model.Of(campaign).Attempts + Offsets[random.Next(Offsets.Length)]),
                Outcome = outcome,
                Cause = cause,
            };
            _events.Add(happened);
            return happened;
        }

        // Of the latest that can be a machine's: of most others it comes too late.
        private FeedbackEvent PickMachine(CampaignId campaign)
        {
            var seen = _events.FindLast(one =>
                one.Campaign == campaign && one.Signal is FeedbackSignal.Open or FeedbackSignal.Click)
                ?? Given.Event(FeedbackSignal.Open, "never seen", campaign);
            var happened = seen with { Signal = FeedbackSignal.Machine, Retracts = seen.Signal };
            if (_events.Contains(seen))
            {
                _events.Add(happened);
                return happened;
            }

            _events.Add(seen with { At = _now, QueuedAt = Given.QueuedAt });
            return _events[^1];
        }

        private (Outcome Outcome, Cause Cause) PickFailure(Random random) =>
            Failures[random.Next(isPatient ? TemporaryFailures : Failures.Length)];

        private void Deliver(FeedbackEvent happened, int times)
        {
            var mail = _model.Of(happened.Campaign);
            var isHidden = happened.Attempt == mail.Hidden;
            var before = mail.SoftBounces;
            _told.Add($"{happened.Signal} {happened.Key}: {happened.Outcome} of {happened.Attempt}, {times} times");
            _model.Hear(happened, _now);
            for (var time = 1; time <= times; time++)
            {
                var (next, effect) = _contact.Learn(
                    happened, mail.IsCancelled ? null : Given.Rules, MachineRules.Default, jitterSeed: 1, _now);
                seen.Add($"{happened.Signal} {effect}");
                seen.Add(isHidden ? $"{happened.Signal} of a hidden attempt {effect}" : "");
                Hold(
                    time == 1 || (ReferenceEquals(next, _contact) && effect != FeedbackEffect.Applied),
                    "A repeated event changed something");
                _contact = next;
            }

            var isThird = before == 2 && mail.SoftBounces == 3 && mail.Outcome == Outcome.Bounced;
            seen.Add(isThird ? "third soft bounce" : "");
            seen.Add(mail.Cause == Cause.Expired ? "expired" : "");
            seen.Add(mail.IsCancelled && mail.Outcome == Outcome.SoftBounced ? "after the campaign was cancelled" : "");
        }

        private void Cancel(CampaignId campaign)
        {
            _told.Add("cancelled");
            var mail = _model.Of(campaign);
            _model.Cancel(mail, _now);
            _contact = _contact.Abandon(campaign, _now);
        }

        private void Operate(Random random)
        {
            var back = _model.HasReceived ? ContactStatus.Active : ContactStatus.New;
            var status = _model.Status;
            switch (random.Next(3))
            {
                case 0:
                    _contact = _contact.UnsubscribeByUs("op", "because", _now);
                    _model.Status = status is ContactStatus.Unsubscribed or ContactStatus.Complained
                        ? status : ContactStatus.UnsubscribedByUs;
                    break;
                case 1:
                    _contact = _contact.Resubscribe("op", "consent", _now);
                    _model.Status = status is ContactStatus.Unsubscribed or ContactStatus.UnsubscribedByUs
                        ? back : status;
                    break;
                default:
                    _contact = _contact.Reinstate("op", "because", _now);
                    _model.Status = status is ContactStatus.DoesNotExist or ContactStatus.MailboxFull
                        or ContactStatus.Unavailable or ContactStatus.Complained ? back : status;
                    break;
            }

            _told.Add($"an operator made it {_model.Status}");
        }

        private void Check()
        {
            Same(_model.Status, _contact.Status, "status");
            foreach (var (campaign, mail) in _model.Mails)
            {
                Check(mail, campaign, _contact.DeliveryOf(campaign) ?? new() { Campaign = campaign, QueuedAt = _now });
            }

            Hold(
                _contact.PendingFeedback.Count == _model.Mails.Sum(mail => mail.Mail.Early.Count),
                "Other early events are kept");
        }

        private void Check(FeedbackModel.Mail mail, CampaignId campaign, CampaignDelivery delivery)
        {
            var did = delivery.Engagement ?? new();
            Same(mail.Outcome, delivery.Outcome, "outcome");
            Same(mail.Cause, delivery.Cause, "cause");
            Same(mail.IsExcluded, delivery.Excluded is not null, "excluded");
            Same(mail.Attempts, delivery.Attempts, "attempts");
            Same(mail.SoftBounces, delivery.SoftBounces, "soft bounces");
            Same(mail.IsWaiting, delivery.NextAttemptAt is not null, "waiting");
            Same(mail.IsCharged, delivery.Charged, "charged");
            Same(mail.Hidden > 0, delivery.InDoubt, "in doubt");
            Same(mail.SentAt, delivery.SentAt, "sent at");
            Same(mail.Recipient, delivery.RecipientStatus, "recipient status");
            Same(mail.IsUnsubscribed, delivery.UnsubscribedAt is not null, "unsubscribed");
            Same(mail.IsComplained, delivery.ComplainedAt is not null, "complained");
            Same((mail.Opens, mail.MachineOpens), (did.Opens, did.MachineOpens), "opens");
            Same((mail.OpenedAt, mail.ClickedAt), (did.FirstOpenAt, did.FirstClickAt), "first open and click");
            Same(
                string.Join(", ", mail.Links.OrderBy(link => link.Key)
                    .Select(link => $"{link.Key}: {link.Value.People} {link.Value.Machines}")),
                string.Join(", ", did.Links.Select(link => $"{link.Link}: {link.Clicks} {link.MachineClicks}")),
                "clicks");
            foreach (var kind in (HistoryKind[])[
                HistoryKind.Attempt, HistoryKind.Bounce, HistoryKind.Complaint, HistoryKind.Unsubscribe,
                HistoryKind.Open, HistoryKind.Click, HistoryKind.Machine])
            {
                Same(
                    mail.Told.GetValueOrDefault(kind),
                    _contact.History.Count(entry => entry.Campaign == campaign && entry.Kind == kind),
                    $"entries of {kind}");
            }
        }

        private void Same<T>(T expected, T actual, string what)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
            {
                Hold(false, $"{what}: {actual}, not {expected}");
            }
        }

        private void Hold(bool holds, string otherwise)
        {
            if (!holds)
            {
                Assert.Fail($"{otherwise} after: {string.Join("; ", _told)}");
            }
        }
    }
}
