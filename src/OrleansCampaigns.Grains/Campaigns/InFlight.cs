using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>How many recipients of each account are in flight on a silo, from their lane to their record.</summary>
/// <remarks>
/// Lanes are given out in fair turns, which is enough where lanes are scarce. Where the processor or the database is,
/// an account gets by what it has in flight: so as long as another account wants something, too, none has more than its
/// share, and a campaign with one partition gets as much as one with eighty. Alone an account has no limit. While an
/// account is owed something, because it has just come or could not keep up, the others together have a quarter.
/// </remarks>
/// <param name="shareMin">What every account may have in flight, however many there are.</param>
internal sealed class InFlight(int shareMin)
{
    // Fewer at a time would cost a write for each of them.
    private const int RoomDivisor = 4;

    // What is left to those who owe others something.
    private const int DebtorsDivisor = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<AccountId, int> _byAccount = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes as much room as there is for an account, and waits while there is too little to be worth it.
    /// </summary>
    /// <param name="account">Whose.</param>
    /// <param name="max">How many at most; at least 1.</param>
    /// <param name="lanes">How many lanes the accounts share; 0 when that is not known.</param>
    /// <param name="standing">How the account stands among those that want something now.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<int> Take(
        AccountId account, int max, int lanes, Func<FairQueue.Standing> standing, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                var known = _byAccount.GetValueOrDefault(account);
                var room = RoomOf(known, max, lanes, standing());
                if (room > 0)
                {
                    _byAccount[account] = known + room;
                    return room;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>Gives back what is no longer in flight.</summary>
    public void GiveBack(AccountId account, int count)
    {
        lock (_lock)
        {
            var left = _byAccount.GetValueOrDefault(account) - count;
            if (left > 0)
            {
                _byAccount[account] = left;
            }
            else
            {
                _byAccount.Remove(account);
            }
        }

        Look();
    }

    /// <summary>An account wants nothing more: the others may have more room.</summary>
    public void Look()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private int RoomOf(int known, int max, int lanes, FairQueue.Standing standing)
    {
        if (standing.Accounts <= 1)
        {
            return max;
        }

        var share = ShareOf(lanes, standing);
        var room = Math.Min(max, share - known);
        return room >= Math.Min(max, share / RoomDivisor) ? room : 0;
    }

    // Half as many again as there are lanes: some are recorded while others are sent.
    private int ShareOf(int lanes, FairQueue.Standing standing)
    {
        var all = Math.Max(lanes * 3 / 2, shareMin * standing.Accounts);
        var debtors = standing.Accounts - standing.Owed;
        return Math.Max(1, standing switch
        {
            { Owed: 0 } => all / standing.Accounts,
            { IsOwed: true } => (all - (all / DebtorsDivisor)) / standing.Owed,
            _ => all / DebtorsDivisor / debtors,
        });
    }
}
