namespace OrleansCampaigns.Storage.States;

/// <summary>Calls of many callers joined into few: while some are under way, the next ones gather.</summary>
/// <remarks>
/// Nobody waits by the clock: a call that finds nothing under way leaves as soon as no other one is about to be made,
/// which is at once where the threads have nothing else to do. Under load batches grow by themselves, as far as
/// <paramref name="sizeMax"/>. Each call has its own answer and its own failure.
/// </remarks>
/// <param name="sizeMax">How many calls one batch joins at most.</param>
/// <param name="batchesMax">How many batches may be under way at once.</param>
/// <param name="run">Answers the calls of a batch, in their order.</param>
/// <param name="isForAll">Whether a failure would meet every call alike, so that one by one is vain.</param>
internal sealed class JoinedCalls<TCall, TAnswer>(
    int sizeMax,
    int batchesMax,
    Func<IReadOnlyList<TCall>, Task<IReadOnlyList<TAnswer>>> run,
    Func<Exception, bool> isForAll)
{
    private const int TurnsMax = 4;

    private readonly Lock _lock = new();
    private readonly Queue<Pending> _pending = new();
    private int _running;

    /// <summary>Makes a call, alone or with others.</summary>
    public Task<TAnswer> Call(TCall call)
    {
        var pending = new Pending(call);
        lock (_lock)
        {
            _pending.Enqueue(pending);
            if (_running == batchesMax)
            {
                return pending.Answer.Task;
            }

            _running++;
        }

        _ = RunPending();
        return pending.Answer.Task;
    }

    private async Task RunPending()
    {
        // The caller may be a grain, and its turn is not the place for everybody else's calls.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (await TakeBatch() is { Count: > 0 } batch)
        {
            try
            {
                var answers = await run([.. batch.Select(pending => pending.Call)]).ConfigureAwait(false);
                for (var i = 0; i < batch.Count; i++)
                {
                    batch[i].Answer.SetResult(answers[i]);
                }
            }
            catch (Exception failure)
            {
                await FailOrSingleOut(batch, failure).ConfigureAwait(false);
            }
        }
    }

    // One call that cannot be answered must not take the others with it; an outage takes all.
    private async Task FailOrSingleOut(List<Pending> batch, Exception failure)
    {
        foreach (var pending in batch)
        {
            if (batch.Count == 1 || isForAll(failure))
            {
                pending.Answer.SetException(failure);
                continue; // Nor does it help to ask once more for each of the others.
            }

            try
            {
                pending.Answer.SetResult((await run([pending.Call]).ConfigureAwait(false))[0]);
            }
            catch (Exception own)
            {
                pending.Answer.SetException(own);
                failure = own;
            }
        }
    }

    // To yield is to stand behind all work that is ready: what makes more calls comes first.
    private async ValueTask<List<Pending>> TakeBatch()
    {
        var (before, now) = (0, CountPending());
        for (var turns = 0; now > before && now < sizeMax && turns < TurnsMax; turns++)
        {
            await Task.Yield();
            (before, now) = (now, CountPending());
        }

        lock (_lock)
        {
            var batch = new List<Pending>(Math.Min(_pending.Count, sizeMax));
            while (batch.Count < sizeMax && _pending.TryDequeue(out var pending))
            {
                batch.Add(pending);
            }

            _running -= batch.Count > 0 ? 0 : 1;
            return batch;
        }
    }

    private int CountPending()
    {
        lock (_lock)
        {
            return _pending.Count;
        }
    }

    private sealed class Pending(TCall call)
    {
        public TCall Call { get; } = call;

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
