using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>Which campaigns one relay refuses, as a whole or for some domains, and when each is tried again.</summary>
/// <remarks>
/// What a relay says about us makes no attempt: the campaign waits, and one message in 1 s, 2 s, 4 s … 60 s finds out
/// whether it is mended. Kept in memory: after a restart the first message finds out again.
/// </remarks>
internal sealed class RelayHolds(string relay, TimeSpan patience, TimeProvider clock)
{
    // So many domains refused in a row, with nothing accepted between them, are the campaign's matter.
    private const int RoutesInRowMax = 8;

    // A relay that serves a domain and refuses one address of it so often means the address.
    private const int AddressRefusalsMax = 3;

    private const int CampaignsMax = 1_000;
    private const int DomainsMax = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<CampaignId, Campaign> campaigns = [];
    private readonly DateTimeOffset beganAt = clock.GetUtcNow();
    private readonly long began = clock.GetTimestamp();

    // As the clock would show it, had it never been set since.
    private DateTimeOffset Now => beganAt + clock.GetElapsedTime(began);

    /// <summary>What a hold lets through.</summary>
    internal enum Leave
    {
        /// <summary>Everything: there is none.</summary>
        Free,

        /// <summary>One message, which finds out.</summary>
        Probe,

        /// <summary>Nothing before its time.</summary>
        None,
    }

    /// <summary>Why the campaign waits; <see langword="null"/> when it does not.</summary>
    public RelayHold? Find(CampaignId campaign)
    {
        lock (gate)
        {
            return campaigns.TryGetValue(campaign, out var known) ? Told(known.Whole) : null;
        }
    }

    /// <summary>Why the campaign's messages to a domain wait; <see langword="null"/> when they do not.</summary>
    public RelayHold? Find(CampaignId campaign, string domain)
    {
        lock (gate)
        {
            return campaigns.TryGetValue(campaign, out var known) && known.Routes.TryGetValue(domain, out var route)
                ? Told(route.Hold)
                : null;
        }
    }

    /// <summary>Asks leave for the campaign; a probe that it gives is not given twice.</summary>
    public Leave Ask(CampaignId campaign)
    {
        lock (gate)
        {
            return campaigns.TryGetValue(campaign, out var known) ? known.Whole.Ask(Now) : Leave.Free;
        }
    }

    /// <summary>The same for a domain.</summary>
    public Leave Ask(CampaignId campaign, string domain)
    {
        lock (gate)
        {
            return campaigns.TryGetValue(campaign, out var known) && known.Routes.TryGetValue(domain, out var route)
                ? route.Hold.Ask(Now)
                : Leave.Free;
        }
    }

    /// <summary>The relay is known not to carry the campaign.</summary>
    public void Hold(CampaignId campaign, string detail)
    {
        lock (gate)
        {
            Of(campaign).Whole.Refuse(detail, Now);
        }
    }

    /// <summary>The relay has accepted a message or spoken about its recipient: it serves the domain.</summary>
    public void Serve(CampaignId campaign, string domain)
    {
        lock (gate)
        {
            var known = Of(campaign);
            known.Whole.Clear();
            known.IsEscalated = false;
            known.InRow.Clear();
            if (known.ServedAt.Count >= DomainsMax)
            {
                known.ServedAt.Clear(); // Forgotten evidence only delays an outcome.
            }

            known.ServedAt[domain] = Now;
            if (known.Routes.TryGetValue(domain, out var route))
            {
                route.Hold.Clear();
            }
        }
    }

    /// <summary>The relay has refused us, and not the recipient.</summary>
    /// <returns>Whether the recipient's turn comes again; else the refusal is its outcome after all.</returns>
    public bool Refuse(
        CampaignId campaign, string address, string domain, RefusalSubject subject, string detail)
    {
        lock (gate)
        {
            var known = Of(campaign);
            var now = Now;
            if (subject != RefusalSubject.Route)
            {
                known.IsEscalated = false;
                known.Whole.Refuse(detail, now);
                return true;
            }

            var route = known.RouteOf(domain);
            if (route.IsAboutAddress(address, known.ServedAt.GetValueOrDefault(domain), now, patience))
            {
                route.Refused.Remove(address.GetHashCode(StringComparison.OrdinalIgnoreCase));
                return false;
            }

            route.Hold.Refuse(detail, now);
            known.InRow.Add(domain);
            if (known.InRow.Count >= RoutesInRowMax)
            {
                known.IsEscalated = true;
                known.Whole.Refuse(detail, now);
            }
            else if (!known.IsEscalated)
            {
                known.Whole.Clear(); // MAIL FROM was taken.
            }

            return true;
        }
    }

    /// <summary>What is held may be tried at once.</summary>
    public void TryAgain(CampaignId campaign)
    {
        lock (gate)
        {
            if (campaigns.TryGetValue(campaign, out var known))
            {
                var now = Now;
                known.Whole.BecomeDue(now);
                foreach (var route in known.Routes.Values)
                {
                    route.Hold.BecomeDue(now);
                }
            }
        }
    }

    // By the clock as it shows now: whoever waits for a hold reads that one.
    private RelayHold? Told(Back hold) => hold.Told(relay, clock.GetUtcNow() - Now);

    private Campaign Of(CampaignId campaign)
    {
        if (!campaigns.TryGetValue(campaign, out var known))
        {
            if (campaigns.Count >= CampaignsMax)
            {
                // Whichever waits for nothing is not missed; the next refusal makes it known again.
                var done = campaigns.Where(pair => !pair.Value.IsWaiting).Select(pair => pair.Key).ToList();
                done.ForEach(id => campaigns.Remove(id));
            }

            campaigns.Add(campaign, known = new());
        }

        return known;
    }

    private sealed class Campaign
    {
        public Back Whole { get; } = new();

        public bool IsEscalated { get; set; }

        public Dictionary<string, Route> Routes { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, DateTimeOffset> ServedAt { get; } = new(StringComparer.Ordinal);

        public HashSet<string> InRow { get; } = new(StringComparer.Ordinal);

        public bool IsWaiting => Whole.IsHeld || Routes.Values.Any(route => route.Hold.IsHeld);

        public Route RouteOf(string domain)
        {
            if (!Routes.TryGetValue(domain, out var route))
            {
                if (Routes.Count >= DomainsMax)
                {
                    var done = Routes.Where(pair => !pair.Value.Hold.IsHeld).Select(pair => pair.Key).ToList();
                    done.ForEach(other => Routes.Remove(other));
                }

                Routes.Add(domain, route = new());
            }

            return route;
        }
    }

    private sealed class Route
    {
        public Back Hold { get; } = new();

        /// <summary>When each address was refused first, and how often; by hash, because no address is kept.</summary>
        public Dictionary<int, (DateTimeOffset First, int Count)> Refused { get; } = [];

        public bool IsAboutAddress(string address, DateTimeOffset servedAt, DateTimeOffset now, TimeSpan patience)
        {
            var key = address.GetHashCode(StringComparison.OrdinalIgnoreCase);
            var (first, count) = Refused.TryGetValue(key, out var before) ? before : (now, 0);
            count++;
            if (Refused.Count < DomainsMax || before.Count > 0)
            {
                Refused[key] = (first, count);
            }

            return (count > 1 && servedAt >= first)
                || (count >= AddressRefusalsMax && servedAt > DateTimeOffset.MinValue)
                || now - first >= patience;
        }
    }

    /// <summary>The back-off of one hold.</summary>
    private sealed class Back
    {
        private string? detail;
        private DateTimeOffset since;
        private DateTimeOffset nextTryAt;
        private int failures;
        private bool isProbing;

        public bool IsHeld => detail is not null;

        public RelayHold? Told(string relay, TimeSpan set) =>
            detail is null ? null : new(relay, detail, since + set, nextTryAt + set);

        public Leave Ask(DateTimeOffset now)
        {
            if (detail is null)
            {
                return Leave.Free;
            }

            if (now < nextTryAt)
            {
                return Leave.None;
            }

            isProbing = true;
            nextTryAt = now + Delay; // Should the probe come to nothing, another one is made.
            return Leave.Probe;
        }

        public void Refuse(string why, DateTimeOffset now)
        {
            if (detail is not null && !isProbing)
            {
                return; // One of several that were under way at once: together they are one failure.
            }

            since = detail is null ? now : since;
            detail = why;
            failures++;
            isProbing = false;
            nextTryAt = now + Delay;
        }

        public void BecomeDue(DateTimeOffset now)
        {
            failures = Math.Min(failures, 1);
            nextTryAt = now;
        }

        public void Clear()
        {
            detail = null;
            failures = 0;
            isProbing = false;
        }

        private TimeSpan Delay
        {
            get
            {
                var delay = RelayBreaker.DelayMin * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
                return delay < RelayBreaker.DelayMax ? delay : RelayBreaker.DelayMax;
            }
        }
    }
}
