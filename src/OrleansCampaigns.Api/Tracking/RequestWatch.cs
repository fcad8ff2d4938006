using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>One request that an e-mail led to.</summary>
/// <param name="Recipient">Whose e-mail it was.</param>
/// <param name="Signal">What it counts as; <see langword="null"/> for a look at the unsubscribe page.</param>
/// <param name="Key">The key of its event.</param>
/// <param name="Source">Who asked, as far as that is known.</param>
internal sealed record WatchedRequest(
    RecipientToken Recipient, FeedbackSignal? Signal, string Key, string? Source)
{
    /// <summary>Whether it was found to be a machine's.</summary>
    public bool IsMachine { get; set; }
}

/// <summary>Finds machines by what this process was asked for within a moment, of one contact and of several.</summary>
/// <remarks>
/// Contacts see what was done with their own e-mail. They do not see that its unsubscribe page was looked at together
/// with a link, which changes nothing and so reaches no contact; nor that one source followed links of several
/// contacts at one time, as a mail gateway does that checks what it took for all of them. Nothing of it is stored, and
/// what another process was asked for is not known here: this finds some machines, and no rule rests on it.
/// </remarks>
internal sealed class RequestWatch(IOptions<TrackingOptions> options, TimeProvider clock)
{
    /// <summary>So many contacts whose links one source follows within the burst make it a machine.</summary>
    /// <remarks>People behind one address, of a company or a carrier, rarely follow links so close together.</remarks>
    public const int ContactsMin = 5;

    /// <summary>How many requests are remembered at most, with the oldest forgotten first.</summary>
    public const int RequestsMax = 20_000;

    private readonly Lock _gate = new();
    private readonly Queue<(long At, WatchedRequest Request)> _latest = new();
    private readonly Dictionary<(CampaignId, ContactId), List<WatchedRequest>> _ofRecipients = [];
    private readonly Dictionary<string, List<WatchedRequest>> _ofSources = [];

    /// <summary>How many requests are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _latest.Count;
            }
        }
    }

    /// <summary>Remembers a request, and tells which earlier ones are a machine's because of it.</summary>
    /// <returns>Those that had counted as a person's; the request itself says by itself what it is.</returns>
    public IReadOnlyList<WatchedRequest> Note(WatchedRequest request)
    {
        var burst = options.Value.MachineBurst;
        if (burst <= TimeSpan.Zero)
        {
            return [];
        }

        lock (_gate)
        {
            var now = clock.GetTimestamp();
            Forget(now, burst);
            _latest.Enqueue((now, request));
            var alike = Put(_ofRecipients, KeyOf(request), request);
            var found = new List<WatchedRequest>();
            if (alike.Exists(one => one.Signal is null) && alike.Exists(one => one.Signal == FeedbackSignal.Click))
            {
                Find(alike, found);
            }

            // Image proxies fetch for many people at one time; only who follows links is looked at.
            if (request.Source is { } source && Put(_ofSources, source, request) is var others
                && others.Where(one => one.Signal != FeedbackSignal.Open)
                    .Select(one => one.Recipient.Contact).Distinct().Skip(ContactsMin - 1).Any())
            {
                Find(others, found);
            }

            found.Remove(request);
            return found;
        }
    }

    private static void Find(List<WatchedRequest> requests, List<WatchedRequest> found)
    {
        foreach (var one in requests.Where(one => !one.IsMachine))
        {
            one.IsMachine = true;
            if (one.Signal is not null)
            {
                found.Add(one);
            }
        }
    }

    private void Forget(long now, TimeSpan burst)
    {
        while (_latest.TryPeek(out var oldest)
            && (_latest.Count >= RequestsMax || clock.GetElapsedTime(oldest.At, now) > burst))
        {
            _latest.Dequeue();
            Take(_ofRecipients, KeyOf(oldest.Request), oldest.Request);
            if (oldest.Request.Source is { } source)
            {
                Take(_ofSources, source, oldest.Request);
            }
        }
    }

    private static (CampaignId, ContactId) KeyOf(WatchedRequest request) =>
        (request.Recipient.Campaign, request.Recipient.Contact);

    private static List<WatchedRequest> Put<TKey>(
        Dictionary<TKey, List<WatchedRequest>> index, TKey key, WatchedRequest request)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var requests))
        {
            index.Add(key, requests = []);
        }

        requests.Add(request);
        return requests;
    }

    private static void Take<TKey>(
        Dictionary<TKey, List<WatchedRequest>> index, TKey key, WatchedRequest request)
        where TKey : notnull
    {
        var requests = index[key];
        _ = requests.Remove(request); // It is the first of them.
        if (requests.Count == 0)
        {
            index.Remove(key);
        }
    }
}
