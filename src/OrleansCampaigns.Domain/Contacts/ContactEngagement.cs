using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Contacts;

public sealed partial record Contact
{
    private Lesson LearnEngagement(FeedbackEvent happened, MachineRules machines, DateTimeOffset now)
    {
        var known = DeliveryOf(happened.Campaign)?.Engagement ?? new();
        if (known.Recent.Contains(happened.Mark))
        {
            return new(this, FeedbackEffect.Repeated);
        }

        known = known with { LinkCount = Math.Max(known.LinkCount, happened.Links) };
        var contact = WithQueued(happened);
        var delivery = contact.DeliveryOf(happened.Campaign)!;
        var at = TimeOf(happened, now);
        var isClick = happened.Signal == FeedbackSignal.Click;
        var isMachine = happened.IsMachine
            || happened.Signal == FeedbackSignal.HiddenLink
            || (isClick && happened.IsProxy)
            || machines.IsTooSoon(delivery, at, happened.IsProxy)
            || known.IsConvicted(happened.Mark);
        var sight = new Sight(happened.Mark, at, happened.Signal, isClick ? happened.Link : 0, isMachine);
        var convicted = machines.Convict(known.Expect(sight).Sights, known.LinkCount).ToList();
        var isPersons = !isMachine && !convicted.Remove(sight);
        var engagement = convicted.Aggregate(
            known.Take(sight with { IsMachine = !isPersons }), (counted, one) => counted.TakeBack(one));
        contact = contact.Put(delivery with
        {
            Engagement = engagement.Settle(),
            RecipientStatus = isPersons || convicted.Count > 0
                ? Reached(delivery, engagement)
                : delivery.RecipientStatus,
            UpdatedAt = now,
        });
        contact = convicted.DistinctBy(one => (one.Signal, one.Link)).Aggregate(
            contact, (told, one) => told.TellOfMachine(one, happened, delivery, engagement, now));
        var isFirst = isPersons && (isClick ? known.LinkOf(happened.Link).Clicks == 0 : known.Opens == 0);
        return new(
            isFirst
                ? contact.Add(Told(happened, delivery, isClick ? HistoryKind.Click : HistoryKind.Open, now) with
                {
                    Link = isClick ? happened.Link : 0,
                })
                : contact,
            FeedbackEffect.Applied);
    }

    /// <remarks>It may come before the event that it is about, which may wait for storage elsewhere.</remarks>
    private Lesson LearnMachine(FeedbackEvent happened, DateTimeOffset now)
    {
        var known = DeliveryOf(happened.Campaign)?.Engagement ?? new();
        var seen = known.PersonsSight(happened.Mark);
        if (seen is null && (known.Recent.Contains(happened.Mark) || known.IsConvicted(happened.Mark)))
        {
            return new(this, FeedbackEffect.Repeated);
        }

        var contact = WithQueued(happened);
        var delivery = contact.DeliveryOf(happened.Campaign)!;
        if (seen is null)
        {
            var early = new Sight(happened.Mark, TimeOf(happened, now), FeedbackSignal.Machine, 0, IsMachine: true);
            return new(
                contact.Put(delivery with { Engagement = known.Expect(early).Settle(), UpdatedAt = now }),
                FeedbackEffect.Early);
        }

        var engagement = known.TakeBack(seen);
        contact = contact.Put(delivery with
        {
            Engagement = engagement,
            RecipientStatus = Reached(delivery, engagement),
            UpdatedAt = now,
        });
        return new(contact.TellOfMachine(seen, happened, delivery, engagement, now), FeedbackEffect.Applied);
    }

    // Its history told of the first open and of the first click on each link, and no more.
    private Contact TellOfMachine(
        Sight sight,
        FeedbackEvent happened,
        CampaignDelivery delivery,
        Engagement engagement,
        DateTimeOffset now)
    {
        var isLast = sight.IsClick ? engagement.LinkOf(sight.Link).Clicks == 0 : engagement.Opens == 0;
        return isLast
            ? Add(Told(happened, delivery, HistoryKind.Machine, now) with { Link = sight.Link })
            : this;
    }

    // As far as people went; where none did, as far as the e-mail did.
    private static RecipientStatus Reached(CampaignDelivery delivery, Engagement engagement) => engagement switch
    {
        { FirstClickAt: not null } => RecipientStatus.Clicked,
        { FirstOpenAt: not null } => RecipientStatus.Opened,
        _ => delivery.Outcome == Outcome.Sent ? RecipientStatus.Delivered : RecipientStatus.None,
    };
}
