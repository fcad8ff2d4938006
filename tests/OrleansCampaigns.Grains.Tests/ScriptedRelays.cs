using System.Collections.Concurrent;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Tests;

/// <summary>A way out that does as it is told, and counts what it accepted.</summary>
public sealed class ScriptedRelays : IMailRelays, IDisposable
{
    private readonly SemaphoreSlim _lanes = new(16);
    private volatile TaskCompletionSource _up = Completed();

    /// <summary>
    /// What each attempt comes to: by address and number of the attempt, from 1. Sent when it says nothing.
    /// </summary>
    public Func<string, int, AttemptReport?> Script { get; set; } = (_, _) => null;

    /// <summary>Called when a transaction begins; may wait.</summary>
    public Func<string, Task> OnSend { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often each address was accepted.</summary>
    public ConcurrentDictionary<string, int> Accepted { get; } = new();

    /// <summary>How often each address was tried.</summary>
    public ConcurrentDictionary<string, int> Attempts { get; } = new();

    public void Dispose() => _lanes.Dispose();

    public void GoDown() => _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ComeUp() => _up.TrySetResult();

    public bool Knows(string? relay) => relay is null;

    public RelayState GetState(string? relay) =>
        new("scripted", _up.Task.IsCompleted, _up.Task.IsCompleted ? null : "cannot connect", null);

    public async Task<IReadOnlyList<IMailLane>> Reserve(string? relay, int max, CancellationToken cancellation)
    {
        await _up.Task.WaitAsync(cancellation);
        await _lanes.WaitAsync(cancellation);
        var lanes = new List<IMailLane> { new Lane(this) };
        while (lanes.Count < max && await _lanes.WaitAsync(0, CancellationToken.None))
        {
            lanes.Add(new Lane(this));
        }

        return lanes;
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private sealed class Lane(ScriptedRelays relays) : IMailLane
    {
        private int _isGiven = 1;

        public string Relay => "scripted";

        public async Task<AttemptReport?> Send(IOutgoingMessage message, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            await relays.OnSend(message.Recipient);
            var attempt = relays.Attempts.AddOrUpdate(message.Recipient, 1, (_, count) => count + 1);
            var report = relays.Script(message.Recipient, attempt) ?? new AttemptReport { Outcome = Outcome.Sent };
            if (report.Outcome == Outcome.Sent)
            {
                relays.Accepted.AddOrUpdate(message.Recipient, 1, (_, count) => count + 1);
            }

            return report with { Relay = Relay };
        }

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isGiven, 0) == 1)
            {
                relays._lanes.Release();
            }

            return ValueTask.CompletedTask;
        }
    }
}
