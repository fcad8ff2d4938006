using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>One grain in the memory of one process: takes its calls one by one, and is gone with the process.</summary>
internal sealed class Activation(Node node, GrainId id) : IGrainContext
{
    private Task _tail = Task.CompletedTask;
    private int _running;
    private bool _isLeaving;

    public Node Node => node;

    public GrainId GrainId => id;

    public Grain Grain { get; private set; } = null!;

    public object GrainInstance => Grain;

    public IServiceProvider ActivationServices => node.Services;

    /// <summary>Who waits for an answer of it, and in which process.</summary>
    public Dictionary<TaskCompletionSource<object?>, Node> Callers { get; } = [];

    /// <summary>Set once it takes calls.</summary>
    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set once it is out of memory, unless its process died.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsLeaving => _isLeaving;

    public GrainReference GrainReference => throw new NotSupportedException();

    public ActivationId ActivationId => throw new NotSupportedException();

    public GrainAddress Address => throw new NotSupportedException();

    public IGrainLifecycle ObservableLifecycle => throw new NotSupportedException();

    public IWorkItemScheduler Scheduler => throw new NotSupportedException();

    public Task Deactivated => Left.Task;

    /// <summary>Makes the real grain, outside of the runtime.</summary>
    public async Task Activate(Func<Grain> create)
    {
        try
        {
            Grain = create();
        }
        catch (Exception failure) when (failure is not Violation)
        {
            // What is stored cannot be read: whoever calls is told so, and the next call tries again.
            node.Drop(this);
            Ready.SetException(failure);
            return;
        }

        SetContext(Grain, this);
        Runtime(Grain) = node;
        await Run(() => Grain.OnActivateAsync(CancellationToken.None), interleaves: false);
        Ready.SetResult();
    }

    /// <summary>Runs a call or a tick.</summary>
    public async Task Run(Func<Task> work, bool interleaves)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!interleaves)
        {
            var before = _tail;
            _tail = turn.Task;
            await before;
        }

        _running++;
        try
        {
            await work();
        }
        finally
        {
            _running--;
            turn.SetResult();
            LeaveWhenIdle();
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        _isLeaving = true;
        LeaveWhenIdle();
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class => throw new NotSupportedException();

    public object? GetComponent(Type componentType) => null;

    public object? GetTarget() => Grain;

    public void ReceiveMessage(object message) => throw new NotSupportedException();

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public void Rehydrate(IRehydrationContext context) => throw new NotSupportedException();

    public void Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    private void LeaveWhenIdle()
    {
        if (_isLeaving && _running == 0 && !Left.Task.IsCompleted)
        {
            node.Forget(this);
            Left.SetResult();
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GrainContext")]
    private static extern void SetContext(Grain grain, IGrainContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Runtime>k__BackingField")]
    private static extern ref IGrainRuntime Runtime(Grain grain);
}

/// <summary>Hands calls to the world, as if they were messages between processes.</summary>
public class GrainProxy : DispatchProxy
{
    private static readonly MethodInfo Typed = typeof(GrainProxy).GetMethod(
        nameof(CallFor), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private Func<GrainId, MethodInfo, object?[], Task<object?>> _call = null!;
    private GrainId _id;

    internal static T Make<T>(GrainId id, Func<GrainId, MethodInfo, object?[], Task<object?>> call)
        where T : class
    {
        var proxy = Create<T, GrainProxy>();
        ((GrainProxy)(object)proxy)._id = id;
        ((GrainProxy)(object)proxy)._call = call;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.ReturnType;
        return result == typeof(Task)
            ? _call(_id, targetMethod, args ?? [])
            : Typed.MakeGenericMethod(result.GetGenericArguments()[0]).Invoke(this, [targetMethod, args]);
    }

    private async Task<T> CallFor<T>(MethodInfo method, object?[]? args) => (T)(await _call(_id, method, args ?? []))!;
}

/// <summary>Finds grains by their keys, for one process.</summary>
public class FactoryProxy : DispatchProxy
{
    private static readonly MethodInfo Made = typeof(GrainProxy).GetMethod(
        nameof(GrainProxy.Make), BindingFlags.NonPublic | BindingFlags.Static)!;

    private Func<GrainId, MethodInfo, object?[], Task<object?>> _call = null!;

    internal static IGrainFactory Make(Func<GrainId, MethodInfo, object?[], Task<object?>> call)
    {
        var proxy = Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)proxy)._call = call;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.GetGenericArguments() is [var wanted] && args is [string key, ..]
            ? Made.MakeGenericMethod(wanted).Invoke(null, [GrainId.Create(GrainKinds.Of(wanted).Name, key), _call])
            : throw new NotSupportedException($"{targetMethod}");
}
