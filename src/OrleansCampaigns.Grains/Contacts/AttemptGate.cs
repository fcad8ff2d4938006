using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using Orleans.Services;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Contacts;

/// <summary>The attempts of this silo that contacts are asked about or have let begin.</summary>
/// <remarks>
/// <para>
/// Between a contact's yes and the first word to the relay a message is rendered. A wish to be left alone that comes
/// meanwhile must be obeyed: so an attempt passes this gate last, and the wish shuts it before it is acknowledged.
/// </para>
/// <para>
/// A silo that hangs cannot be told. Its attempts are stopped by time alone: a contact's yes holds for
/// <see cref="YesHolds"/>, counted from before the question, and then the contact is asked again. The wish waits
/// <see cref="ShutMax"/> for a gate, which is longer, so that no yes from before it holds any more.
/// </para>
/// </remarks>
internal sealed class AttemptGate(TimeProvider clock)
{
    /// <summary>How long an attempt may take from its question to its contact to its first word to the relay.
    /// </summary>
    public static readonly TimeSpan YesHolds = TimeSpan.FromSeconds(1.5);

    /// <summary>How long a wish to be left alone waits for a silo to shut its gate.</summary>
    public static readonly TimeSpan ShutMax = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<(AccountId, ContactId), List<Waiting>> _waiting = [];

    private TimeProvider Clock => clock;

    /// <summary>Registers an attempt, before its contact is asked.</summary>
    public Waiting Enter(AccountId account, ContactId contact)
    {
        var attempt = new Waiting(this, (account, contact));
        lock (_lock)
        {
            ref var others = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiting, attempt.Whose, out _);
            (others ??= new(1)).Add(attempt);
        }

        return attempt;
    }

    /// <summary>Stops whatever has not passed yet. Afterwards no attempt begins that was registered before.</summary>
    public void Shut(AccountId account, ContactId contact)
    {
        lock (_lock)
        {
            foreach (var attempt in _waiting.GetValueOrDefault((account, contact), []))
            {
                attempt.IsShut = true;
            }
        }
    }

    /// <summary>One attempt before the gate; leaves it when disposed.</summary>
    public sealed class Waiting : IDisposable
    {
        private readonly AttemptGate _gate;
        private long _askedAt;
        private DateTimeOffset _askedAtTime;

        internal Waiting(AttemptGate gate, (AccountId, ContactId) whose)
        {
            (_gate, Whose) = (gate, whose);
            AskAgain();
        }

        internal (AccountId, ContactId) Whose { get; }

        internal bool IsShut { get; set; }

        /// <summary>Whether the contact's yes is too old to count.</summary>
        /// <remarks>By both clocks: one stands still while a machine is suspended, the other may be set.</remarks>
        public bool IsLate => _gate.Clock.GetElapsedTime(_askedAt) > YesHolds
            || (_gate.Clock.GetUtcNow() - _askedAtTime).Duration() > YesHolds;

        /// <summary>Says that the contact is about to be asked, once more. What was shut stays so.</summary>
        public void AskAgain() =>
            (_askedAt, _askedAtTime) = (_gate.Clock.GetTimestamp(), _gate.Clock.GetUtcNow());

        /// <summary>Whether the attempt may still begin. When it may, it has.</summary>
        public bool Pass()
        {
            lock (_gate._lock)
            {
                return !IsShut && !IsLate;
            }
        }

        public void Dispose()
        {
            lock (_gate._lock)
            {
                if (_gate._waiting.TryGetValue(Whose, out var others) && others.Remove(this) && others.Count == 0)
                {
                    _gate._waiting.Remove(Whose);
                }
            }
        }
    }
}

/// <summary>One silo's gate, as other silos reach it.</summary>
[Alias("Contacts.IAttemptGateService")]
internal interface IAttemptGateService : IGrainService
{
    /// <summary>Stops what has not begun for this contact.</summary>
    [Alias("Shut")]
    Task Shut(AccountId account, ContactId contact);
}

internal sealed class AttemptGateService(AttemptGate gate, GrainId id, Silo silo, ILoggerFactory loggers)
    : GrainService(id, silo, loggers), IAttemptGateService
{
    public Task Shut(AccountId account, ContactId contact)
    {
        gate.Shut(account, contact);
        return Task.CompletedTask;
    }
}

/// <summary>The gates of all silos.</summary>
internal sealed class AttemptGates(IServiceProvider services, ISiloStatusOracle silos, TimeProvider clock)
    : GrainServiceClient<IAttemptGateService>(services)
{
    /// <summary>Stops what has not begun for this contact on any silo.</summary>
    /// <param name="account">The contact's account.</param>
    /// <param name="contact">The contact, whose wish is stored.</param>
    /// <param name="senders">Silos that the contact has let begin: one that has just joined may not be known here.
    /// </param>
    /// <remarks>
    /// Returns after <see cref="AttemptGate.ShutMax"/> at the latest. What a silo that does not answer was let begin
    /// before this call is late by then, and asks its contact again before it begins.
    /// </remarks>
    public async Task Shut(AccountId account, ContactId contact, IEnumerable<SiloAddress> senders)
    {
        var asked = silos.GetApproximateSiloStatuses(onlyActive: false)
            .Where(silo => silo.Value is not (SiloStatus.None or SiloStatus.Dead))
            .Select(silo => silo.Key)
            .Union(senders)
            .Where(silo => !silos.IsDeadSilo(silo))
            .ToList();
        if (asked.Count == 0)
        {
            return;
        }

        using var isOver = new CancellationTokenSource();
        var late = Task.Delay(AttemptGate.ShutMax, clock, isOver.Token);
        await Task.WhenAny(Task.WhenAll(asked.Select(silo => Shut(silo, account, contact, late))), late);
        await isOver.CancelAsync();
    }

    private async Task Shut(SiloAddress silo, AccountId account, ContactId contact, Task late)
    {
        try
        {
            await GetGrainService(silo).Shut(account, contact);
        }
        catch (Exception)
        {
            if (!silos.IsDeadSilo(silo))
            {
                await late; // It may live all the same. A dead silo begins no attempt.
            }
        }
    }
}
