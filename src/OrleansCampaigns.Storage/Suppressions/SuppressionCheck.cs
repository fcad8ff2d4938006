using System.Collections.Concurrent;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.States;

namespace OrleansCampaigns.Storage.Suppressions;

/// <summary>Whether an account never sends to an address, asked for each e-mail.</summary>
/// <remarks>
/// Whether an account has suppressions at all is remembered for <see cref="NoneHolds"/>, and not at all beyond a
/// change: silos are told to forget it. One that hangs cannot be told, but by the time it is given up on its memory is
/// too old as well. Questions of other accounts are joined into few statements.
/// </remarks>
internal sealed class SuppressionCheck
{
    /// <summary>How long it is remembered that an account has none; shorter than a silo that hangs is waited for.
    /// </summary>
    public static readonly TimeSpan NoneHolds = TimeSpan.FromSeconds(1);

    private const int QuestionsMax = 200;
    private const int StatementsMax = 2;

    private readonly IDatabase _database;
    private readonly TimeProvider _clock;
    private readonly JoinedCalls<(AccountId Account, string[] Keys), bool> _questions;
    private readonly ConcurrentDictionary<AccountId, Memory> _known = new();
    private readonly Lock _lock = new();
    private long _changes;

    public SuppressionCheck(IDatabase database, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        _questions = new(QuestionsMax, StatementsMax, Answer, database.IsPassing);
    }

    // By both clocks: one stands still while a machine is suspended, the other may be set.
    private readonly record struct Memory(bool HasSome, long At, DateTimeOffset AtTime);

    public async Task<bool> Holds(AccountId account, string address)
    {
        if (!_known.TryGetValue(account, out var known) || !IsFresh(known))
        {
            known = await Ask(account);
        }

        return known.HasSome && await _questions.Call((account, KeysOf(account, address)));
    }

    public void Forget(AccountId account)
    {
        lock (_lock)
        {
            _changes++;
            _known.TryRemove(account, out _);
        }
    }

    /// <summary>The keys that suppress an address: its own and its domains'.</summary>
    public string[] KeysOf(AccountId account, string address) =>
    [
        PreparedContact.Identify(_database.ContactKey.Span, account, address).Id.Value,
        .. SuppressedDomain.Above(address),
    ];

    private async Task<Memory> Ask(AccountId account)
    {
        var changes = Interlocked.Read(ref _changes);
        var (at, atTime) = (_clock.GetTimestamp(), _clock.GetUtcNow());
        var answer = new Memory(
            await _database.Read(session => SuppressionTable.Any(session, account)), at, atTime);
        lock (_lock)
        {
            // Of a change that was told meanwhile the answer may know nothing.
            if (changes == _changes)
            {
                _known[account] = answer;
            }
        }

        return answer;
    }

    private bool IsFresh(Memory known) =>
        _clock.GetElapsedTime(known.At) < NoneHolds
        && (_clock.GetUtcNow() - known.AtTime).Duration() < NoneHolds;

    private Task<IReadOnlyList<bool>> Answer(IReadOnlyList<(AccountId Account, string[] Keys)> questions) =>
        _database.Read<IReadOnlyList<bool>>(async session =>
        {
            var found = (await SuppressionTable.InForce(
                session,
                questions.Select(question => question.Account.Value).Distinct(),
                questions.SelectMany(question => question.Keys).Distinct(),
                _clock.GetUtcNow().ToUnixTimeMilliseconds())).ToHashSet();
            return
            [
                .. questions.Select(
                    question => question.Keys.Any(key => found.Contains((question.Account.Value, key)))),
            ];
        });
}
