using System.Diagnostics.CodeAnalysis;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>Gives out places in fair turns: among accounts, then among an account's campaigns, then in order.</summary>
/// <remarks>
/// A turn is charged by what it is good for. Next comes the account that was given least, within it the campaign that
/// was given least: so one account's hundred partitions get no more than another's single one. An account that comes
/// back is owed no more than <see cref="CreditMax"/>, else it would keep all others waiting for what it never wanted.
/// </remarks>
/// <param name="places">How many turns may be under way at once.</param>
internal sealed class FairQueue(int places)
{
    /// <summary>How much an account or a campaign may be owed for a time in which it asked for nothing.</summary>
    public const long CreditMax = 5_000;

    // Less than this is what turns under way make for a difference.
    private const long DebtMin = 1_000;

    private const int IdleMax = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<AccountId, Account> _accounts = [];
    private int _free = places;
    private long _arrivals;

    /// <summary>How an account stands among those that wait for a turn or have one.</summary>
    public Standing StandingOf(AccountId account)
    {
        lock (_lock)
        {
            var active = _accounts.Values.Where(known => known.Active > 0).ToList();
            var most = active.Select(known => known.Given).DefaultIfEmpty().Max();
            var owed = active.Where(known => known.Given + DebtMin < most).ToList();
            return new(active.Count, owed.Count, owed.Exists(known => known.Id == account));
        }
    }

    /// <summary>Whether an account that was given clearly less than this one waits for a turn.</summary>
    public bool HasWaitingBefore(AccountId account)
    {
        lock (_lock)
        {
            return _accounts.TryGetValue(account, out var own) && _accounts.Values.Any(other =>
                other.Active > 0
                && other.Given + DebtMin < own.Given
                && other.Lines.Values.Any(line => line.First is not null));
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="campaign">Which campaign's.</param>
    /// <param name="worth">What it is good for, as far as is known; the end of the turn tells what it was.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Turn> Take(AccountId account, CampaignId campaign, int worth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            var line = Arrive(account, campaign);
            waiter = new(line, worth, ++_arrivals);
            waiter.Node = line.Waiting.AddLast(waiter);
            GiveOut();
        }

        if (!waiter.Task.IsCompleted)
        {
            waiter.Registration = cancellation.UnsafeRegister(_ => Cancel(waiter, cancellation), null);
        }

        return waiter.Task;
    }

    private void Cancel(Waiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (waiter.Node.List is null)
            {
                return; // Its turn has come.
            }

            waiter.Line.Waiting.Remove(waiter.Node);
            Leave(waiter.Line);
        }

        waiter.TrySetCanceled(cancellation);
    }

    private Line Arrive(AccountId account, CampaignId campaign)
    {
        if (!_accounts.TryGetValue(account, out var owner))
        {
            _accounts.Add(account, owner = new(account));
        }

        if (!owner.Lines.TryGetValue(campaign, out var line))
        {
            owner.Lines.Add(campaign, line = new(owner, campaign));
        }

        Enter(owner, _accounts.Values);
        Enter(line, owner.Lines.Values);
        return line;
    }

    private static void Enter(Share share, IEnumerable<Share> others)
    {
        if (share.Active++ == 0)
        {
            var least = others.Where(other => other.Active > 0 && other != share)
                .Select(other => other.Given).DefaultIfEmpty(long.MinValue + CreditMax).Min();
            share.Given = Math.Max(share.Given, least - CreditMax);
        }
    }

    private void Leave(Line line)
    {
        line.Active--;
        line.Account.Active--;
        if (line.Active == 0 && line.Account.Lines.Count > IdleMax)
        {
            line.Account.Lines.Remove(line.Campaign);
        }

        if (line.Account.Active == 0 && _accounts.Count > IdleMax)
        {
            _accounts.Remove(line.Account.Id);
        }
    }

    private void GiveOut()
    {
        while (_free > 0 && FindNext() is { } next)
        {
            _free--;
            next.Line.Waiting.Remove(next.Node);
            next.Line.Charge(next.Worth);
            next.Registration.Unregister();
            next.TrySetResult(new(this, next.Line, next.Worth));
        }
    }

    private Waiter? FindNext()
    {
        Line? best = null;
        foreach (var line in _accounts.Values.SelectMany(account => account.Lines.Values))
        {
            if (line.First is { } first && (best is null || line.IsBefore(best, first)))
            {
                best = line;
            }
        }

        return best?.First;
    }

    private void End(Line line, int difference)
    {
        lock (_lock)
        {
            line.Charge(difference);
            Leave(line);
            _free++;
            GiveOut();
        }
    }

    /// <summary>A turn under way.</summary>
    public sealed class Turn : IDisposable
    {
        private readonly FairQueue _queue;
        private readonly int _worth;
        private Line? _line;

        internal Turn(FairQueue queue, Line line, int worth) => (_queue, _line, _worth) = (queue, line, worth);

        /// <summary>Ends it; once is enough.</summary>
        /// <param name="used">What it was good for.</param>
        public void End(int used)
        {
            if (Interlocked.Exchange(ref _line, null) is { } line)
            {
                _queue.End(line, used - _worth);
            }
        }

        /// <summary>Ends a turn that came to nothing, unless it has ended.</summary>
        public void Dispose() => End(0);
    }

    /// <summary>How an account stands among others.</summary>
    /// <param name="Accounts">How many accounts want something now.</param>
    /// <param name="Owed">How many of them were given clearly less than another.</param>
    /// <param name="IsOwed">Whether the account is one of those.</param>
    public readonly record struct Standing(int Accounts, int Owed, bool IsOwed);

    internal abstract class Share
    {
        /// <summary>What it was given, in turn with others.</summary>
        public long Given { get; set; }

        /// <summary>How many wait or have their turn.</summary>
        public int Active { get; set; }
    }

    internal sealed class Account(AccountId id) : Share
    {
        public AccountId Id => id;

        public Dictionary<CampaignId, Line> Lines { get; } = [];
    }

    internal sealed class Line(Account account, CampaignId campaign) : Share
    {
        public Account Account => account;

        public CampaignId Campaign => campaign;

        public LinkedList<Waiter> Waiting { get; } = [];

        public Waiter? First => Waiting.First?.Value;

        public void Charge(int worth)
        {
            Given += worth;
            account.Given += worth;
        }

        public bool IsBefore(Line other, Waiter first) =>
            (account.Given, account == other.Account ? Given : 0, first.Number).CompareTo(
                (other.Account.Given, account == other.Account ? other.Given : 0, other.First!.Number)) < 0;
    }

    [SuppressMessage("Design", "CA1001", Justification = "The registration ends with the wait.")]
    internal sealed class Waiter(Line line, int worth, long number)
        : TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Line Line => line;

        public int Worth => worth;

        public long Number => number;

        public LinkedListNode<Waiter> Node { get; set; } = null!;

        public CancellationTokenRegistration Registration { get; set; }
    }
}
