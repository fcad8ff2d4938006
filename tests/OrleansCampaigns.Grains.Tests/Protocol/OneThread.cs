using System.Collections.Concurrent;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>Runs everything on the thread that asks it to, in the order in which it came up.</summary>
internal sealed class OneThread : TaskScheduler
{
    private const int TasksMax = 100_000;

    private readonly ConcurrentQueue<Task> _tasks = new();

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Whether anything could run at once.</summary>
    public bool HasWork => !_tasks.IsEmpty;

    /// <summary>Begins something that nobody waits for.</summary>
    public void Start(Func<Task> work) =>
        _ = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this);

    /// <summary>Runs until everything waits for something else.</summary>
    public void RunAll()
    {
        for (var ran = 0; _tasks.TryDequeue(out var task); ran++)
        {
            Violation.Unless(ran < TasksMax, "Something runs for ever and waits for nothing.");
            TryExecuteTask(task);
        }
    }

    protected override void QueueTask(Task task) => _tasks.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
}
