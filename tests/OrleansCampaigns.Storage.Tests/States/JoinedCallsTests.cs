using OrleansCampaigns.Storage.States;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Storage.Tests.States;

/// <summary>What is asked for together is asked of the database together, and nobody waits for others.</summary>
public sealed class JoinedCallsTests
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    private readonly Lock _gate = new();
    private readonly List<int[]> _batches = [];

    [Fact]
    public async Task Calls_that_ready_work_makes_leave_in_one_batch()
    {
        const int Rounds = 100;
        var calls = Open();
        var sizes = new List<int>();
        for (var round = 0; round < Rounds; round++)
        {
            await OnPool(() =>
            {
                var others = Enumerable.Range(1, 7).Select(i => OnPool(() => calls.Call(i))).ToList();
                return Task.WhenAll([calls.Call(0), .. others]);
            }).WaitAsync(Patience);
            sizes.Add(_batches.Count);
            _batches.Clear();
        }

        // A thread that is held up while others work may be late now and then.
        Assert.InRange(sizes.Count(batches => batches == 1), Rounds / 2, Rounds);
    }

    /// <summary>A timer fires after a millisecond at the earliest.</summary>
    [Fact]
    public async Task A_single_call_waits_for_no_clock()
    {
        const int Calls = 20;
        var calls = Open();
        var fastest = TimeSpan.MaxValue;
        for (var round = 0; round < 50; round++)
        {
            var since = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < Calls; i++)
            {
                await calls.Call(i).WaitAsync(Patience);
            }

            var took = TimeProvider.System.GetElapsedTime(since);
            fastest = took < fastest ? took : fastest;
        }

        Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromMilliseconds(Calls));
        Assert.All(_batches, batch => Assert.Single(batch));
    }

    [Fact]
    public async Task While_one_batch_is_under_way_the_next_one_gathers_up_to_its_size()
    {
        var (calls, first, open) = await OpenBusy();

        var gathered = Enumerable.Range(1, 11).Select(calls.Call).ToList();
        Assert.Equal([0], Assert.Single(Batches));
        open.SetResult();

        Assert.Equal(0, await first.WaitAsync(Patience));
        Assert.Equal(Enumerable.Range(1, 11).Select(i => -i), await Task.WhenAll(gathered).WaitAsync(Patience));
        Assert.Equal([1, 8, 3], Batches.Select(batch => batch.Length));
    }

    [Fact]
    public async Task A_call_that_cannot_be_answered_fails_alone()
    {
        var (calls, first, open) = await OpenBusy(
            batch => batch.Contains(3) ? new InvalidDataException("3") : null, isForAll: false);
        var gathered = Enumerable.Range(1, 5).Select(calls.Call).ToList();
        open.SetResult();
        await first.WaitAsync(Patience);

        await Assert.ThrowsAsync<InvalidDataException>(() => gathered[2].WaitAsync(Patience));
        var answers = await Task.WhenAll(gathered.Where((_, i) => i != 2)).WaitAsync(Patience);
        Assert.Equal([-1, -2, -4, -5], answers);
        Assert.Equal(7, await calls.Call(-7).WaitAsync(Patience));
    }

    [Fact]
    public async Task What_meets_all_fails_all_and_is_not_asked_again_for_each()
    {
        var (calls, first, open) = await OpenBusy(
            batch => batch.Contains(3) ? new IOException("gone") : null, isForAll: true);
        var gathered = Enumerable.Range(1, 5).Select(calls.Call).ToList();
        open.SetResult();
        await first.WaitAsync(Patience);

        foreach (var call in gathered)
        {
            await Assert.ThrowsAsync<IOException>(() => call.WaitAsync(Patience));
        }

        Assert.Equal([1, 5], Batches.Select(batch => batch.Length));
        Assert.Equal(7, await calls.Call(-7).WaitAsync(Patience));
    }

    private List<int[]> Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    private JoinedCalls<int, int> Open(
        Func<IReadOnlyList<int>, Task>? before = null, bool isForAll = false) => new(
        sizeMax: 8,
        batchesMax: 1,
        async batch =>
        {
            lock (_gate)
            {
                _batches.Add([.. batch]);
            }

            await (before?.Invoke(batch) ?? Task.CompletedTask);
            return [.. batch.Select(call => -call)];
        },
        _ => isForAll);

    // The first batch has left, and ends when the test says so.
    private async Task<(JoinedCalls<int, int> Calls, Task<int> First, TaskCompletionSource Open)> OpenBusy(
        Func<IReadOnlyList<int>, Exception?>? fail = null, bool isForAll = false)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Open(
            async batch =>
            {
                left.TrySetResult();
                await open.Task;
                if (fail?.Invoke(batch) is { } failure)
                {
                    throw failure;
                }
            },
            isForAll);
        var first = calls.Call(0);
        await left.Task.WaitAsync(Patience);
        return (calls, first, open);
    }

    // Behind everything else that is ready.
    private static Task OnPool(Func<Task> work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default).Unwrap();
}
