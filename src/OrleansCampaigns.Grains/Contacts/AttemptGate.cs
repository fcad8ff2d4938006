using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using Orleans.Services;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Contacts;

/// <summary>The attempts of this silo that contacts are asked about or have let begin.</summary>
/// <remarks>
/// Between a contact's yes and the first word to the relay a message is rendered. Whoever withdraws consent meanwhile
/// must be obeyed: so an attempt passes this gate last, and consent that is withdrawn shuts it before that is
/// acknowledged.
/// </remarks>
internal sealed class AttemptGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(AccountId, ContactId), List<Waiting>> _waiting = [];

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
    public sealed class Waiting(AttemptGate gate, (AccountId, ContactId) whose) : IDisposable
    {
        internal (AccountId, ContactId) Whose => whose;

        internal bool IsShut { get; set; }

        /// <summary>Whether the attempt may still begin. When it may, it has.</summary>
        public bool Pass()
        {
            lock (gate._lock)
            {
                return !IsShut;
            }
        }

        public void Dispose()
        {
            lock (gate._lock)
            {
                if (gate._waiting.TryGetValue(whose, out var others) && others.Remove(this) && others.Count == 0)
                {
                    gate._waiting.Remove(whose);
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
internal sealed class AttemptGates(IServiceProvider services, ISiloStatusOracle silos)
    : GrainServiceClient<IAttemptGateService>(services)
{
    /// <summary>Stops what has not begun for this contact on any silo.</summary>
    /// <exception cref="Exception">A silo that is not known to be dead did not answer: it may still begin one.
    /// </exception>
    /// <param name="account">The contact's account.</param>
    /// <param name="contact">The contact.</param>
    /// <param name="senders">The silos that it has let begin an attempt. One of them may have joined so lately that
    /// this silo does not know it.</param>
    public Task Shut(AccountId account, ContactId contact, IEnumerable<SiloAddress> senders) => Task.WhenAll(
        silos.GetApproximateSiloStatuses(onlyActive: false)
            .Where(silo => silo.Value is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
            .Select(silo => silo.Key)
            .Union(senders.Where(silo => !silos.IsDeadSilo(silo)))
            .Select(silo => Shut(silo, account, contact)));

    private async Task Shut(SiloAddress silo, AccountId account, ContactId contact)
    {
        try
        {
            await GetGrainService(silo).Shut(account, contact);
        }
        catch (Exception) when (silos.IsDeadSilo(silo))
        {
            // The dead begin nothing.
        }
    }
}
