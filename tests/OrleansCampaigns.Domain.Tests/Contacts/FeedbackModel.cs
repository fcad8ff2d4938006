using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using static OrleansCampaigns.Domain.Contacts.ContactStatus;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>What the design says of one contact, in sets and plain counters: no history, no retry times.</summary>
internal sealed class FeedbackModel
{
    private readonly Dictionary<CampaignId, Mail> _mails = [];

    public ContactStatus Status { get; set; } = New;

    public bool HasReceived { get; private set; }

    /// <summary>What is known of one campaign's e-mail.</summary>
    public sealed class Mail
    {
        public HashSet<string> Known { get; } = [];

        public Dictionary<int, FeedbackEvent> Early { get; } = [];

        public Dictionary<int, (int People, int Machines)> Links { get; } = [];

        public Dictionary<HistoryKind, int> Told { get; } = [];

        public Outcome Outcome { get; set; } = Outcome.Queued;

        public Cause Cause { get; set; }

        public bool IsExcluded { get; set; }

        public bool IsCancelled { get; set; }

        public bool IsWaiting { get; set; }

        public bool IsCharged { get; set; }

        public int Attempts { get; set; }

        public int SoftBounces { get; set; }

        public int Hidden { get; set; }

        public int LastHidden { get; set; }

        public DateTimeOffset? FirstAt { get; set; }

        public DateTimeOffset? SentAt { get; set; }

        public RecipientStatus Recipient { get; set; }

        /// <summary>Every open and click that a person made, for ever.</summary>
        public List<(string Key, int Link, DateTimeOffset At)> People { get; } = [];

        /// <summary>The latest engagement: what is ten minutes older is settled.</summary>
        public DateTimeOffset LatestAt { get; set; }

        public int Opens { get; set; }

        public int MachineOpens { get; set; }

        public DateTimeOffset? OpenedAt { get; set; }

        public DateTimeOffset? ClickedAt { get; set; }

        public bool IsUnsubscribed { get; set; }

        public bool IsComplained { get; set; }

        // Before the first attempt or decision, Queued only means that its turn has not come.
        public bool IsOver => IsExcluded || Outcome is not (Outcome.Queued or Outcome.SoftBounced or Outcome.Deferred);

        public void Tell(HistoryKind kind) => Told[kind] = Told.GetValueOrDefault(kind) + 1;
    }

    public Mail Of(CampaignId campaign) =>
        _mails.TryGetValue(campaign, out var mail) ? mail : _mails[campaign] = new();

    public IEnumerable<(CampaignId Campaign, Mail Mail)> Mails => _mails.Select(pair => (pair.Key, pair.Value));

    /// <summary>An attempt that was not allowed to begin.</summary>
    public void Refuse(Mail mail)
    {
        var optedOut = Status is Unsubscribed or UnsubscribedByUs or Complained;
        (mail.Outcome, mail.IsExcluded) = (optedOut, mail.Attempts > 0) switch
        {
            (true, _) => (Outcome.Unsubscribed, false),
            (false, true) => (Outcome.Bounced, false),
            (false, false) => (Outcome.Queued, true),
        };
        mail.Cause = (optedOut, mail.IsExcluded, Status) switch
        {
            (true, _, Unsubscribed) => Cause.Unsubscribed,
            (true, _, UnsubscribedByUs) => Cause.UnsubscribedByUs,
            (true, _, _) => Cause.Complained,
            (_, true, _) => mail.Cause,
            (_, _, DoesNotExist) => Cause.NoSuchMailbox,
            (_, _, MailboxFull) => Cause.MailboxFull,
            _ => Cause.Other,
        };
        mail.IsWaiting = false;
    }

    public void Record(Mail mail, Outcome outcome, Cause cause, DateTimeOffset now)
    {
        BeginRecord(mail, now);
        Say(mail, outcome, cause, now);
        mail.Tell(HistoryKind.Attempt);
        Settle(mail, now);
    }

    public void Hide(Mail mail, bool isSentAgain, DateTimeOffset now)
    {
        BeginRecord(mail, now);
        mail.Hidden = mail.LastHidden = mail.Attempts;
        if (isSentAgain)
        {
            (mail.Outcome, mail.Cause, mail.IsWaiting) = (Outcome.Queued, Cause.None, true);
        }
        else
        {
            Say(mail, Outcome.Sent, Cause.None, now);
        }

        Settle(mail, now);
    }

    public void Cancel(Mail mail, DateTimeOffset now)
    {
        mail.IsCancelled = true;
        if (mail is { Outcome: Outcome.Queued, Attempts: > 0 })
        {
            // In doubt, and not sent again any more.
            Say(mail, Outcome.Sent, Cause.None, now);
        }

        mail.IsWaiting = false;
    }

    public void Hear(FeedbackEvent happened, DateTimeOffset now)
    {
        var mail = Of(happened.Campaign);
        if (happened.Signal == FeedbackSignal.Bounce)
        {
            HearBounce(mail, happened, now);
        }
        else if (mail.Known.Add($"{happened.Retracts} {happened.Key}"))
        {
            switch (happened.Signal)
            {
                case FeedbackSignal.Complaint:
                    Wish(mail, Complained, HistoryKind.Complaint, !mail.IsComplained);
                    mail.IsComplained = true;
                    break;
                case FeedbackSignal.Unsubscribe:
                    var next = Status == Complained ? Complained : Unsubscribed;
                    Wish(mail, next, HistoryKind.Unsubscribe, !mail.IsUnsubscribed);
                    mail.IsUnsubscribed = true;
                    break;
                case FeedbackSignal.HiddenLink:
                    mail.LatestAt = happened.At > mail.LatestAt ? happened.At : mail.LatestAt;
                    break;
                case FeedbackSignal.Machine:
                    TakeBack(mail, happened);
                    break;
                default:
                    Engage(mail, happened);
                    break;
            }
        }
    }

    private static void BeginRecord(Mail mail, DateTimeOffset now)
    {
        mail.Attempts++;
        mail.FirstAt ??= now;
        mail.IsCharged = true;
        mail.IsExcluded = false;
    }

    private void Settle(Mail mail, DateTimeOffset now)
    {
        if (mail.Early.Remove(mail.Attempts, out var early))
        {
            HearBounce(mail, early, now);
        }
    }

    private void HearBounce(Mail mail, FeedbackEvent happened, DateTimeOffset now)
    {
        var attempt = happened.Attempt!.Value;
        if (attempt > mail.Attempts)
        {
            mail.Early.TryAdd(attempt, happened);
            return;
        }

        var isHidden = mail.Hidden == attempt;
        if (!isHidden && !(mail.Outcome == Outcome.Sent && mail.Attempts == attempt))
        {
            return;
        }

        mail.Hidden = isHidden ? 0 : mail.Hidden;
        mail.Tell(HistoryKind.Bounce);
        if (attempt < mail.Attempts && mail.IsOver)
        {
            mail.SoftBounces += happened.Outcome == Outcome.SoftBounced ? 1 : 0;
            return;
        }

        mail.Recipient = mail.Recipient == RecipientStatus.Delivered ? RecipientStatus.None : mail.Recipient;
        HasReceived &= mail.Recipient != RecipientStatus.None || _mails.Values.Any(other => other != mail
            && other.SentAt is not null
            && (other.Outcome == Outcome.Sent || other.Recipient != RecipientStatus.None));
        Say(mail, happened.Outcome!.Value, happened.Cause, now);
    }

    // The same whether a reply or a message says it.
    private void Say(Mail mail, Outcome outcome, Cause cause, DateTimeOffset now)
    {
        mail.SoftBounces += outcome == Outcome.SoftBounced ? 1 : 0;
        (mail.Outcome, mail.Cause) = (outcome, cause) switch
        {
            (Outcome.SoftBounced, _) when mail.SoftBounces >= 3 => (Outcome.Bounced, cause),
            (Outcome.Deferred, _) when now >= mail.FirstAt!.Value.AddHours(72) => (Outcome.Bounced, Cause.Expired),
            _ => (outcome, cause),
        };
        mail.IsWaiting = !mail.IsCancelled && mail.Outcome is Outcome.SoftBounced or Outcome.Deferred;
        if (outcome == Outcome.Sent)
        {
            (mail.SentAt, HasReceived) = (now, true);
            mail.Recipient = mail.Recipient == RecipientStatus.None ? RecipientStatus.Delivered : mail.Recipient;
        }

        var said = (mail.Outcome, mail.Cause) switch
        {
            (Outcome.Sent, _) => Active,
            (Outcome.Spam, _) or (_, Cause.TooBig or Cause.Blocked) => Status,
            (Outcome.Bounced, Cause.NoSuchMailbox) => DoesNotExist,
            (Outcome.Bounced, Cause.MailboxFull) => MailboxFull,
            (Outcome.Bounced or Outcome.Rejected, _) => Unavailable,
            _ => Status,
        };
        Status = Status is New or Active or MailboxFull or Unavailable ? said : Status;
    }

    private void Wish(Mail mail, ContactStatus next, HistoryKind kind, bool isFirst)
    {
        if (isFirst || next != Status)
        {
            mail.Tell(kind);
        }

        Status = next;
    }

    private static void Engage(Mail mail, FeedbackEvent happened)
    {
        var isTooSoon = mail.SentAt is { } sent
            ? happened.At < sent + MachineRules.Default.Window : mail.LastHidden == 0;
        var isMachine = happened.IsMachine || isTooSoon;
        mail.LatestAt = happened.At > mail.LatestAt ? happened.At : mail.LatestAt;
        var isOpen = happened.Signal == FeedbackSignal.Open;
        if (isOpen)
        {
            (mail.Opens, mail.MachineOpens) = isMachine
                ? (mail.Opens, mail.MachineOpens + 1) : (mail.Opens + 1, mail.MachineOpens);
        }
        else
        {
            var (people, machines) = mail.Links.GetValueOrDefault(happened.Link);
            mail.Links[happened.Link] = isMachine ? (people, machines + 1) : (people + 1, machines);
        }

        if (isMachine)
        {
            return;
        }

        mail.People.Add((happened.Key, isOpen ? 0 : happened.Link, happened.At));
        if (isOpen ? mail.Opens == 1 : mail.Links[happened.Link].People == 1)
        {
            mail.Tell(isOpen ? HistoryKind.Open : HistoryKind.Click);
        }

        Reach(mail);
    }

    // The first open and the first click are those of all that people did, whatever is forgotten of them meanwhile.
    private static void Reach(Mail mail)
    {
        var clicks = mail.People.Where(one => one.Link > 0).ToList();
        mail.OpenedAt = mail.People.Min(one => (DateTimeOffset?)one.At);
        mail.ClickedAt = clicks.Min(one => (DateTimeOffset?)one.At);
        mail.Recipient = clicks.Count > 0 ? RecipientStatus.Clicked
            : mail.People.Count > 0 ? RecipientStatus.Opened
            : mail.Outcome == Outcome.Sent ? RecipientStatus.Delivered
            : RecipientStatus.None;
    }

    private static void TakeBack(Mail mail, FeedbackEvent happened)
    {
        var at = mail.People.FindIndex(one => one.Key == happened.Key);
        if (at < 0 || mail.People[at].At < mail.LatestAt - Engagement.SightAgeMax)
        {
            return;
        }

        var link = mail.People[at].Link;
        mail.People.RemoveAt(at);
        if (link == 0)
        {
            (mail.Opens, mail.MachineOpens) = (mail.Opens - 1, mail.MachineOpens + 1);
        }
        else
        {
            mail.Links[link] = (mail.Links[link].People - 1, mail.Links[link].Machines + 1);
        }

        if (link == 0 ? mail.Opens == 0 : mail.Links[link].People == 0)
        {
            mail.Tell(HistoryKind.Machine);
        }

        Reach(mail);
    }
}
