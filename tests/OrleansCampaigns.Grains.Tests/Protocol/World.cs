using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>
/// Two processes with the real grains of one campaign, and everything that outlives them. All code runs on one thread,
/// and each thing that lasts (a write, an accepted e-mail) is a step, which happens when the world says so.
/// </summary>
internal sealed class World : IDisposable
{
    private static readonly MethodInfo TickOfService = typeof(IRemindable).GetMethod(
        nameof(IRemindable.ReceiveReminder), [typeof(string), typeof(TickStatus), typeof(CancellationToken)])!;

    private const int StepsMax = 4_000;
    private const int StepsAfterGivenUp = 10;
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(5);

    private readonly List<Pending> _steps = [];
    private readonly Dictionary<GrainId, Activation> _directory = [];
    private readonly Dictionary<SiloAddress, Node> _known = [];
    private readonly List<(Node Node, int UpTo)> _givenUp = [];
    private readonly Dictionary<GrainId, (ITimer Timer, TimeSpan Period, int Tag)> _reminders = [];
    private readonly Node[] _nodes = new Node[2];
    private readonly InDoubtPolicy _policy;
    private readonly Random? _order;
    private int _generation;
    private int _tag;
    private int _ticks;
    private int _strayTicks;
    private Action _violated = () => { };

    private sealed record Pending(Node Node, string What, Func<Action> Happen, Action<Exception> Fail);

    public World(IReadOnlyList<string> addresses, InDoubtPolicy policy, int? order = null)
    {
        (Addresses, _policy, _order) = (addresses, policy, order is { } seed ? new Random(seed) : null);
        Audience = new(Storage, Id, addresses);
        Relay = new();
        Client = Join(100);
        _nodes[0] = Join(1);
        _nodes[1] = Join(2);
    }

    public static CampaignId Id { get; } = new("cmp_000000000000000000000000000000c1");

    public IReadOnlyList<string> Addresses { get; }

    public OneThread Thread { get; } = new();

    public ManualClock Clock { get; } = new();

    public Storage Storage { get; } = new();

    public AudienceRows Audience { get; }

    public ModelRelay Relay { get; }

    /// <summary>Where commands and feedback come from; it never dies.</summary>
    public Node Client { get; }

    /// <summary>What goes wrong, by the number of the step.</summary>
    public Func<int, Accident> Accidents { get; set; } = _ => Accident.None;

    /// <summary>Which steps do not happen for now: they wait, and a crash loses them.</summary>
    public Func<string, bool> Stalls { get; set; } = _ => false;

    /// <summary>Whether the relay gives out no lane.</summary>
    public bool IsRelayDown { get; set; }

    /// <summary>What differs from the settings of all stories.</summary>
    public Action<EngineOptions> Settings { get; set; } = _ => { };

    /// <summary>Whether steps count: from the start of the campaign on.</summary>
    public bool IsArmed { get; set; }

    /// <summary>How many steps there were.</summary>
    public int Steps { get; private set; }

    /// <summary>The steps and accidents, in order.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Whether writes of a partition are acknowledged before they land: a broken protocol.</summary>
    public bool AcknowledgesWindowsEarly { get; set; }

    /// <summary>Whether ticks of reminders are lost, late and doubled in turn, and one comes after the end.</summary>
    /// <remarks>
    /// As they may be on a cluster: a silo that dies takes a tick with it; one that takes over a part of the ring goes
    /// on at the next full period; two believe for a while that the same part is theirs; and a reminder that was
    /// removed ticks on where its row was read before, until it is read again.
    /// </remarks>
    public bool TicksAreUnruly { get; set; }

    public Campaign Campaign =>
        Storage.Read<CampaignRecord>("campaign", $"cp:{Id.Value[4..]}").State?.Campaign ?? new();

    public bool IsOver => Campaign.Status.IsOver() && Campaign.IsSettled && _reminders.Count == 0 && _strayTicks == 0;

    public static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

    public void Configure(EngineOptions options)
    {
        options.PartitionSize = 5;
        options.WindowMax = 3;
        options.ReminderPeriod = TimeSpan.FromSeconds(1);
        options.Retry = Engine.Fast;
        Settings(options);
    }

    public void Dispose()
    {
        foreach (var node in _known.Values)
        {
            node.Dispose();
        }
    }

    /// <summary>Asks for something that lasts. Whoever dies meanwhile gets no answer.</summary>
    public Task<T> Step<T>(Node node, string what, Func<T> effect)
    {
        if (!node.IsRunning)
        {
            return Never<T>();
        }

        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _steps.Add(new(
            node,
            what,
            () =>
            {
                try
                {
                    var result = effect();
                    return () => answer.TrySetResult(result);
                }
                catch (Exception failure) when (failure is not Violation)
                {
                    return () => answer.TrySetException(failure);
                }
            },
            failure => answer.TrySetException(failure)));
        return answer.Task;
    }

    /// <summary>A message from one process to a grain in another, or in the same.</summary>
    public async Task<object?> Call(Node caller, GrainId id, MethodInfo method, object?[] args)
    {
        if (!caller.IsRunning)
        {
            return await Never<object?>();
        }

        var answer = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread.Start(() => Serve(caller, id, method, args, answer));
        try
        {
            var result = await answer.Task;
            return caller.IsRunning ? result : await Never<object?>();
        }
        catch (Exception) when (!caller.IsRunning)
        {
            return await Never<object?>();
        }
    }

    public bool IsDead(SiloAddress silo, Node viewer) =>
        !_known.TryGetValue(silo, out var node) || !node.IsRunning || (node.IsGivenUp && node != viewer);

    /// <summary>Whether a process that others may ask says that it sends for a partition.</summary>
    public bool IsPumped(CampaignId campaign, int partition, Node asker) => _known.Values.Any(node =>
        node != asker && !IsDead(node.SiloAddress, asker)
        && node.Services.GetRequiredService<RunningPumps>().Has(campaign, partition));

    public void Forget(Activation activation)
    {
        if (_directory.GetValueOrDefault(activation.GrainId) == activation)
        {
            _directory.Remove(activation.GrainId);
        }
    }

    public void Remind(GrainId id, TimeSpan period)
    {
        RemindNoMore(id);
        _reminders[id] = new(Clock.CreateTimer(_ => Tick(id, period), null, period, period), period, ++_tag);
    }

    /// <summary>Removes a reminder, if it has not been registered anew since it was read.</summary>
    public int RemindNoMore(GrainId id, int tag) => TagOf(id) is { } known && known != tag
        ? throw new ReminderException("The reminder has another tag.")
        : RemindNoMore(id);

    public int? TagOf(GrainId id) => _reminders.TryGetValue(id, out var reminder) ? reminder.Tag : null;

    private int RemindNoMore(GrainId id)
    {
        if (_reminders.Remove(id, out var reminder))
        {
            reminder.Timer.Dispose();
            if (TicksAreUnruly)
            {
                // Another silo has this part of the ring in memory as well, and looks at the table later.
                TellLater(id, reminder.Period);
            }
        }

        return 0;
    }

    /// <summary>Goes on until <paramref name="isDone"/>; <paramref name="cue"/> is asked before each step whether it
    /// has set something going, and told whether nothing else does.</summary>
    public void RunUntil(Func<bool> isDone, Func<bool, bool> cue)
    {
        var until = Clock.GetUtcNow() + TimeMax;
        for (var rounds = 0; ; rounds++)
        {
            Violation.Unless(rounds < 20 * StepsMax, "It goes round in circles.");
            Settle();
            EndGivenUp(isIdle: false);
            _violated();
            var ready = _steps.FindAll(step => !Stalls(step.What));
            if (cue(ready.Count == 0))
            {
                continue;
            }

            if (ready.Count > 0)
            {
                Violation.Unless(Steps < StepsMax, "It does not come to an end.");
                Take(ready[_order?.Next(ready.Count) ?? 0]);
            }
            else if (isDone())
            {
                return;
            }
            else
            {
                EndGivenUp(isIdle: true);
                Violation.Unless(Clock.NextTimerAt < until, "It waits for nothing: somebody is lost.");
                Clock.Advance(Clock.NextTimerAt!.Value - Clock.GetUtcNow());
            }
        }
    }

    /// <summary>Every process dies, and others take over.</summary>
    public void CrashAll()
    {
        Die(_nodes[0], late: false);
        Die(_nodes[1], late: false);
    }

    /// <summary>Ends the test when a task of it fails.</summary>
    public void Watch(Task task) => _violated = () =>
    {
        if (task.IsFaulted)
        {
            task.GetAwaiter().GetResult();
        }
    };

    private void Tick(GrainId id, TimeSpan period)
    {
        switch (TicksAreUnruly ? _ticks++ % 4 : 0)
        {
            case 0:
                Tell(id);
                break;
            case 1:
                break; // Lost.
            case 2:
                Tell(id);
                Tell(id);
                break;
            default:
                TellLater(id, period / 2);
                break;
        }
    }

    private void TellLater(GrainId id, TimeSpan wait)
    {
        _strayTicks++;
        ITimer? timer = null;
        timer = Clock.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                _strayTicks--;
                Tell(id);
            },
            null,
            wait,
            Timeout.InfiniteTimeSpan);
    }

    // The service calls the overload with a token; a grain that implements the other alone is called by way of it. What
    // a grain throws at a tick is logged, and nothing else.
    private void Tell(GrainId id) => Thread.Start(() => Call(
        Client, id, TickOfService, ["reminder", default(TickStatus), CancellationToken.None]));

    private Node Join(int number)
    {
        var node = new Node(this, number, ++_generation);
        _known[node.SiloAddress] = node;
        return node;
    }

    // Whatever can run without a step runs.
    private void Settle()
    {
        var rounds = 0;
        do
        {
            Violation.Unless(rounds++ < StepsMax, "Something runs for ever without doing anything.");
            Thread.RunAll();
            Clock.Advance(TimeSpan.Zero);
        }
        while (Thread.HasWork);
    }

    private void Take(Pending step)
    {
        _steps.Remove(step);
        Steps += IsArmed ? 1 : 0;
        var accident = IsArmed ? Accidents(Steps) : Accident.None;
        if (accident is Accident.Refuse or Accident.LoseAnswer
            && step.What.StartsWith("mail", StringComparison.Ordinal))
        {
            accident = Accident.None; // What a relay says is the relay's business.
        }

        Trace.Add($"{Steps,4} {step.Node.Name}: {step.What}{(accident == Accident.None ? "" : $"  <== {accident}")}");
        if (accident == Accident.Refuse)
        {
            step.Fail(new IOException("The disk is full."));
            return;
        }

        var answer = step.Happen();
        switch (accident)
        {
            case Accident.LoseAnswer:
                step.Fail(new IOException("The connection was lost."));
                return;
            case Accident.Crash or Accident.CrashLate:
                Die(_nodes[0], accident == Accident.CrashLate);
                Die(_nodes[1], accident == Accident.CrashLate);
                break;
            case Accident.CrashOne when step.Node != Client:
                Die(step.Node, late: false);
                break;
            case Accident.CrashOther:
                Die(step.Node == _nodes[0] ? _nodes[1] : _nodes[0], late: false);
                break;
            case Accident.GiveUp when step.Node != Client && !step.Node.IsGivenUp:
                GiveUp(step.Node);
                break;
            case Accident.Misplace when step.Node != Client:
                step.Node.Activations.Values.ToList().ForEach(Forget);
                break;
        }

        if (step.Node.IsRunning)
        {
            answer();
        }
    }

    private void Die(Node node, bool late)
    {
        foreach (var step in _steps.Where(step => step.Node == node).ToList())
        {
            _steps.Remove(step);
            if (late)
            {
                Trace.Add($"     {node.Name}: {step.What} (late)");
                step.Happen();
            }
        }

        node.IsRunning = false;
        Abandon(node, anybody: true);
        if (Array.IndexOf(_nodes, node) is >= 0 and var place)
        {
            _nodes[place] = Join(place + 1);
        }
    }

    private void GiveUp(Node node)
    {
        node.IsGivenUp = true;
        Abandon(node, anybody: false);
        _nodes[Array.IndexOf(_nodes, node)] = Join(Array.IndexOf(_nodes, node) + 1);
        _givenUp.Add((node, Steps + StepsAfterGivenUp));
    }

    private void EndGivenUp(bool isIdle)
    {
        foreach (var (node, upTo) in _givenUp.ToList())
        {
            if (isIdle || Steps > upTo)
            {
                _givenUp.Remove((node, upTo));
                Die(node, late: false);
            }
        }
    }

    // Its grains wake up elsewhere, and who waits for an answer of one is told that there is none.
    private void Abandon(Node node, bool anybody)
    {
        foreach (var activation in node.Activations.Values)
        {
            Forget(activation);
            foreach (var (answer, _) in activation.Callers.Where(call => anybody || call.Value != node))
            {
                answer.TrySetException(new SiloUnavailableException("The silo is dead."));
            }
        }
    }

    private async Task Serve(
        Node caller, GrainId id, MethodInfo method, object?[] args, TaskCompletionSource<object?> answer)
    {
        var hasRun = false;
        while (!hasRun)
        {
            var activation = Find(caller, id);
            activation.Callers[answer] = caller;
            try
            {
                await (activation.IsLeaving ? activation.Left.Task : activation.Ready.Task);
                await activation.Run(
                    async () =>
                    {
                        hasRun = !activation.IsLeaving;
                        if (hasRun)
                        {
                            var task = (Task)method.Invoke(activation.Grain, args)!;
                            await task;
                            answer.TrySetResult(method.ReturnType == typeof(Task)
                                ? null
                                : task.GetType().GetProperty("Result")!.GetValue(task));
                        }
                    },
                    method.IsDefined(typeof(AlwaysInterleaveAttribute)));
            }
            catch (Exception failure)
            {
                hasRun = true; // Or it never will: its state cannot be read.
                answer.TrySetException(failure);
            }

            activation.Callers.Remove(answer);
        }
    }

    private Activation Find(Node caller, GrainId id)
    {
        if (caller.IsGivenUp && caller.Activations.TryGetValue(id, out var own))
        {
            return own;
        }

        if (!_directory.TryGetValue(id, out var known))
        {
            var place = id.GetUniformHashCode() % 2;
            known = _nodes[_nodes[place].Activations.ContainsKey(id) ? 1 - place : place].Activate(id);
            _directory[id] = known;
        }

        return known;
    }
}
