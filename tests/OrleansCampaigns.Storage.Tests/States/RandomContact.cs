using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Contacts;

namespace OrleansCampaigns.Storage.Tests.States;

/// <summary>A contact to which anything happens, as its grain would let it happen.</summary>
internal sealed class RandomContact(ContactId id, IReadOnlyList<CampaignId> campaigns, DateTimeOffset start, int seed)
{
    private static readonly Outcome[] Reports =
        [Outcome.Sent, Outcome.Sent, Outcome.Sent, Outcome.Rejected, Outcome.Spam, Outcome.Bounced, Outcome.SoftBounced,
            Outcome.Deferred];

    private readonly Random _random = new(seed);
    private TimeSpan _since;

    private DateTimeOffset Now => start + _since;

    public ContactId Id => id;

    public Contact Contact { get; private set; } = new();

    /// <summary>What was moved away, oldest first.</summary>
    public List<ContactPage> Pages { get; } = [];

    /// <summary>Lets something happen, and tells what is to be stored; <see langword="null"/> for no change.</summary>
    public ContactRecord? Step()
    {
        _since += TimeSpan.FromMilliseconds(_random.Next(1, 4_000_000));
        var campaign = campaigns[_random.Next(campaigns.Count)];
        var queuedAt = start.AddMinutes(-campaigns.Count + campaigns.ToList().IndexOf(campaign));
        var before = Recall(campaign);
        var delivery = before.DeliveryOf(campaign);
        var next = _random.Next(12) switch
        {
            < 4 => Attempt(before, delivery, campaign, queuedAt),
            4 => before.Duplicate(campaign, queuedAt, _random.Next(2, 4), Now),
            5 when _random.Next(4) == 0 => before.Exclude(campaign, queuedAt, Exclusions.MissingField, Now),
            6 when _random.Next(4) == 0 => before.Abandon(campaign, Now),
            7 => before.Requeue(campaign, (delivery?.Pass ?? 1) + 1, Now),
            8 => Operator(before),
            _ => Learn(before, campaign, queuedAt),
        };
        if (ReferenceEquals(next, before))
        {
            return null;
        }

        var projection = ContactProjection.Of(TestDatabase.Account, id, before, next);
        if (next.TakePage() is { } taken)
        {
            Pages.Add(taken.Page);
            next = taken.Remainder;
        }

        Contact = next;
        return new() { Contact = next, Projection = projection };
    }

    // As the grain does: what was decided in a campaign that moved to a page still holds.
    private Contact Recall(CampaignId campaign)
    {
        var found = Pages.SelectMany(page => page.Deliveries).LastOrDefault(one => one.Campaign == campaign);
        return Contact.DeliveryOf(campaign) is null && found is not null
            ? Contact with { Deliveries = Contact.Deliveries.Add(found) }
            : Contact;
    }

    private Contact Attempt(Contact before, CampaignDelivery? delivery, CampaignId campaign, DateTimeOffset queuedAt)
    {
        var turn = new Turn { Campaign = campaign, QueuedAt = queuedAt, Attempt = (delivery?.Attempts ?? 0) + 1 };
        var policy = _random.Next(2) == 0 ? InDoubtPolicy.Resend : InDoubtPolicy.AssumeSent;
        var rules = new DeliveryRules { InDoubt = policy };
        var begun = before.Begin(turn, rules, Now);
        if (!begun.MayBegin)
        {
            return begun.Contact;
        }

        var outcome = Reports[_random.Next(Reports.Length)];
        return _random.Next(10) == 0
            ? begun.Contact.ResolveDoubt(turn, rules, jitterSeed: 1, Now)
            : begun.Contact.Record(turn, Report(outcome), rules, jitterSeed: 1, Now);
    }

    private Contact Operator(Contact before) => _random.Next(3) switch
    {
        0 => before.UnsubscribeByUs("op", "asked", Now),
        1 => before.Resubscribe("op", "form", Now),
        _ => before.Reinstate("op", "fixed", Now),
    };

    private Contact Learn(Contact before, CampaignId campaign, DateTimeOffset queuedAt)
    {
        var signal = _random.Next(10) == 0 ? FeedbackSignal.Machine : (FeedbackSignal)_random.Next(1, 6);
        var outcome = Reports[_random.Next(3, Reports.Length)];
        var happened = new FeedbackEvent
        {
            Signal = signal,
            Campaign = campaign,
            Key = $"{_random.Next(1_000)}",
            At = Now.AddMilliseconds(-_random.Next(100_000)),
            Source = "test",
            Attempt = signal == FeedbackSignal.Bounce && _random.Next(2) == 0 ? _random.Next(1, 4) : null,
            Outcome = outcome,
            Cause = Report(outcome).Cause,
            Reply = Report(outcome).Reply,
            Link = _random.Next(1, 4),
            Retracts = signal == FeedbackSignal.Machine ? (FeedbackSignal)_random.Next(4, 6) : null,
            IsMachine = _random.Next(3) == 0,
            QueuedAt = _random.Next(4) == 0 ? queuedAt : null,
        };
        return before.Learn(happened, new DeliveryRules(), MachineRules.Default, jitterSeed: 1, Now).Contact;
    }

    private static AttemptReport Report(Outcome outcome) => new()
    {
        Outcome = outcome,
        Cause = outcome switch
        {
            Outcome.Sent => Cause.None,
            Outcome.Bounced => Cause.NoSuchMailbox,
            Outcome.SoftBounced => Cause.MailboxFull,
            Outcome.Deferred => Cause.Greylisted,
            _ => Cause.Policy,
        },
        Reply = new(outcome == Outcome.Sent ? 250 : 550, "5.1.1", "it's \"so\""),
    };
}
