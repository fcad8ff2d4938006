using System.Collections.Immutable;
using Orleans;

namespace OrleansCampaigns.Domain.Licences;

/// <summary>What a campaign holds of an account's licences.</summary>
/// <param name="Reserved">Taken from the balance at the start.</param>
/// <param name="Deducted">Used up so far.</param>
/// <param name="Released">Given back at the end: at the end, reserved = deducted + released.</param>
/// <param name="IsSettled">Whether the campaign is over and nothing is held any more.</param>
/// <param name="Pass">The latest pass of the campaign that licences were reserved for.</param>
[GenerateSerializer, Immutable, Alias("Licences.Reservation")]
public sealed record Reservation(
    [property: Id(0)] long Reserved,
    [property: Id(1)] long Deducted,
    [property: Id(2)] long Released,
    [property: Id(3)] bool IsSettled,
    [property: Id(4)] int Pass = 1);

/// <summary>One line of the ledger.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>grant</c>, <c>reserve</c>, <c>release</c>, <c>settle</c>.</param>
/// <param name="Amount">How the balance changed.</param>
/// <param name="Balance">The balance after it.</param>
/// <param name="Campaign">The campaign, where it concerns one.</param>
/// <param name="Actor">Who granted.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("Licences.LedgerLine")]
public sealed record LedgerLine(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] string Kind,
    [property: Id(2)] long Amount,
    [property: Id(3)] long Balance,
    [property: Id(4)] CampaignId? Campaign = null,
    [property: Id(5)] string? Actor = null,
    [property: Id(6)] string? Reason = null);

/// <summary>
/// An account's licences as a pure value. Every command of a campaign may arrive twice and counts once.
/// </summary>
/// <remarks>A grant has nothing to be told apart by but its request's key: without one its caller must not repeat it.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Licences.Ledger")]
public sealed record Ledger
{
    /// <summary>How many lines are kept.</summary>
    public const int LinesMax = 200;

    /// <summary>How many settled reservations are kept.</summary>
    public const int SettledMax = 500;

    /// <summary>The largest grant, and the largest balance: far beyond any use, and far from overflow.</summary>
    public const long AmountMax = 1_000_000_000_000;

    /// <summary>Licences that no campaign holds.</summary>
    [Id(0)] public long Balance { get; init; }

    /// <summary>Licences used up since the beginning.</summary>
    [Id(1)] public long DeductedTotal { get; init; }

    /// <summary>What campaigns hold or held.</summary>
    [Id(2)]
    public ImmutableDictionary<CampaignId, Reservation> Reservations { get; init; } =
        ImmutableDictionary<CampaignId, Reservation>.Empty;

    /// <summary>The latest lines, oldest first.</summary>
    [Id(3)] public ImmutableList<LedgerLine> Lines { get; init; } = [];

    /// <summary>The grants that carried a key.</summary>
    [Id(4)] public AnsweredRequests Granted { get; init; } = new();

    /// <summary>Licences that campaigns hold and have not used yet.</summary>
    public long Held => Reservations.Values
        .Where(held => !held.IsSettled)
        .Sum(held => held.Reserved - held.Released - held.Deducted); // Earlier passes have released already.

    /// <summary>What refuses a start for which there are too few; the only place that words it.</summary>
    public static Refusal Insufficient(long needed, long free) => new(
        RefusalKind.PaymentRequired,
        "licences.insufficient",
        $"The campaign needs {needed} licences and {free} are free: {needed - free} are missing. An administrator adds "
            + "some (POST /v1/licences/grants); who sends for nobody else sets Licences:Unlimited.");

    /// <summary>Adds as many licences as an amount lacks, where the installation does not count them.</summary>
    public Ledger Cover(CampaignId campaign, int pass, long amount, DateTimeOffset now)
    {
        var missing = amount - Balance;
        return missing <= 0 || Reservations.GetValueOrDefault(campaign)?.Pass >= pass
            ? this
            : Grant(missing, "engine", "Licences:Unlimited", request: null, now).Value ?? this;
    }

    /// <summary>Adds licences (or, with a negative amount, takes back unused ones).</summary>
    /// <param name="amount">How many.</param>
    /// <param name="actor">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="request">The request; the same one counts once.</param>
    /// <param name="now">When.</param>
    public Result<Ledger> Grant(long amount, string actor, string reason, RequestKey? request, DateTimeOffset now)
    {
        var known = Granted.Knows(request);
        if (known.IsRefused)
        {
            return known.Refusal;
        }

        if (known.Value)
        {
            return this;
        }

        if (amount is 0 or > AmountMax or < -AmountMax || Balance + amount > AmountMax)
        {
            return Refusal.Invalid(
                "licences.amount", $"amount must not be 0 and must stay within ±{AmountMax}.", "amount");
        }

        return Balance + amount < 0
            ? Refusal.Conflict(
                "licences.insufficient", $"Only {Balance} licences are free; {-amount} cannot be taken back.")
            : (this with { Balance = Balance + amount, Granted = Granted.Add(request) }).Write(
                new(now, "grant", amount, Balance + amount, null, actor, reason));
    }

    /// <summary>Holds licences for a pass of a campaign; all of them or none.</summary>
    public Result<Ledger> Reserve(CampaignId campaign, int pass, long amount, DateTimeOffset now)
    {
        var known = Reservations.GetValueOrDefault(campaign);
        if (known is null && pass > 1)
        {
            // What its recipients were charged before would be deducted once more.
            return Refusal.Conflict(
                "licences.forgotten", "The campaign ended too long ago to be tried again; start a new one.");
        }

        var held = known ?? new(0, 0, 0, IsSettled: false, Pass: 0);
        if (held.Pass >= pass)
        {
            return this;
        }

        if (amount > Balance)
        {
            return Insufficient(amount, Balance);
        }

        held = held with { Reserved = held.Reserved + amount, Pass = pass, IsSettled = false };
        return (this with { Balance = Balance - amount, Reservations = Reservations.SetItem(campaign, held) })
            .Write(new(now, "reserve", -amount, Balance - amount, campaign));
    }

    /// <summary>Gives back what a start reserved that came to nothing, as if it had never been reserved.</summary>
    public Ledger Release(CampaignId campaign, DateTimeOffset now)
    {
        var held = Reservations.GetValueOrDefault(campaign);
        return held is null || held.IsSettled || held.Deducted > 0 || held.Pass > 1
            ? this
            : (this with { Balance = Balance + held.Reserved, Reservations = Reservations.Remove(campaign) })
                .Write(new(now, "release", held.Reserved, Balance + held.Reserved, campaign));
    }

    /// <summary>Gives back what a start reserved, and holds nothing for this campaign any more.</summary>
    /// <remarks>Its start may have been given up while a silo that was taken for dead still reserves for it.</remarks>
    public Ledger Close(CampaignId campaign, DateTimeOffset now)
    {
        var released = Release(campaign, now);
        return released.Reservations.ContainsKey(campaign)
            ? released
            : released with
            {
                Reservations = Forget(released.Reservations.Add(
                    campaign, new(0, 0, 0, IsSettled: true))),
            };
    }

    /// <summary>
    /// Notes how many of a campaign's licences are used so far; an older, smaller report changes nothing.
    /// </summary>
    public Ledger Report(CampaignId campaign, long deducted)
    {
        var held = Reservations.GetValueOrDefault(campaign);
        return held is null || held.IsSettled || deducted <= held.Deducted
            ? this
            : this with
            {
                DeductedTotal = DeductedTotal + deducted - held.Deducted,
                Reservations = Reservations.SetItem(campaign, held with { Deducted = deducted }),
            };
    }

    /// <summary>Ends a campaign's reservation: what was not used goes back to the balance.</summary>
    public Ledger Settle(CampaignId campaign, long deducted, DateTimeOffset now)
    {
        var held = Reservations.GetValueOrDefault(campaign);
        if (held is null || held.IsSettled)
        {
            return this;
        }

        deducted = Math.Max(deducted, held.Deducted); // An older count must not undo what was reported since.
        var released = held.Reserved - held.Released - deducted;
        return (this with
        {
            Balance = Balance + released,
            DeductedTotal = DeductedTotal + deducted - held.Deducted,
            Reservations = Forget(Reservations.SetItem(
                campaign, held with { Deducted = deducted, Released = held.Released + released, IsSettled = true })),
        }).Write(new(now, "settle", released, Balance + released, campaign));
    }

    private static ImmutableDictionary<CampaignId, Reservation> Forget(
        ImmutableDictionary<CampaignId, Reservation> reservations) =>
        reservations.Count <= 2 * SettledMax
            ? reservations
            : reservations.RemoveRange(reservations
                .Where(pair => pair.Value.IsSettled)
                .OrderBy(pair => pair.Key.Value, StringComparer.Ordinal) // Campaign names sort by age.
                .Take(reservations.Count - SettledMax)
                .Select(pair => pair.Key));

    private Ledger Write(LedgerLine line) => this with
    {
        Lines = (Lines.Count >= LinesMax ? Lines.RemoveAt(0) : Lines).Add(line),
    };
}
