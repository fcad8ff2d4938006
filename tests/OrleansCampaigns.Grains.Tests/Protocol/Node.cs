using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Core;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Services;
using Orleans.Timers;
using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Accounts;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>The grains that take part.</summary>
internal static class GrainKinds
{
    private static readonly Dictionary<Type, (string Name, Type Class)> ByInterface = new()
    {
        [typeof(IAccountGrain)] = ("account", typeof(AccountGrain)),
        [typeof(ICampaignGrain)] = ("campaign", typeof(CampaignGrain)),
        [typeof(ICampaignPartitionGrain)] = ("campaign-partition", typeof(CampaignPartitionGrain)),
        [typeof(IContactGrain)] = ("contact", typeof(ContactGrain)),
    };

    public static (string Name, Type Class) Of(Type contract) => ByInterface[contract];

    public static Type ClassOf(GrainId id) => ByInterface.Values.Single(kind => kind.Name == id.Type.ToString()).Class;
}

/// <summary>One process: the silo's services, the grains in its memory, and its view of the others.</summary>
internal sealed class Node : IGrainRuntime, ILocalSiloDetails, ITimerRegistry, IReminderRegistry, IDisposable
{
    private readonly World _world;
    private readonly ServiceProvider _services;

    public Node(World world, int number, int generation)
    {
        _world = world;
        SiloAddress = Orleans.Runtime.SiloAddress.New(IPAddress.Loopback, number, generation);
        GrainFactory = FactoryProxy.Make((id, method, args) => world.Call(this, id, method, args));
        _services = Configure(world);
    }

    /// <summary>Whether any of its code runs; nothing of a process that was killed does.</summary>
    public bool IsRunning { get; set; } = true;

    /// <summary>Whether the others take it for dead. It may not know yet.</summary>
    public bool IsGivenUp { get; set; }

    public Dictionary<GrainId, Activation> Activations { get; } = [];

    public SiloAddress SiloAddress { get; }

    public SiloAddress GatewayAddress => SiloAddress;

    public string Name => $"{SiloAddress}";

    public string SiloIdentity => Name;

    public string ClusterId => "model";

    public string DnsHostName => "model";

    public IGrainFactory GrainFactory { get; }

    public ITimerRegistry TimerRegistry => this;

    public IServiceProvider Services => _services;

    public IServiceProvider ServiceProvider => _services;

    public void Dispose() => _services.Dispose();

    /// <summary>Reads a grain's state and wakes it.</summary>
    public Activation Activate(GrainId id)
    {
        var activation = new Activation(this, id);
        Activations[id] = activation;
        _world.Thread.Start(() => activation.Activate(() =>
        {
            var kind = GrainKinds.ClassOf(id);
            var states = kind.GetConstructors().Single().GetParameters()
                .Select(parameter => (parameter, parameter.GetCustomAttribute<PersistentStateAttribute>()))
                .Where(known => known.Item2 is not null)
                .Select(known => StateOf(known.parameter.ParameterType, known.Item2!.StateName, id))
                .ToArray();
            return (Grain)ActivatorUtilities.CreateInstance(_services, kind, states);
        }));
        return activation;
    }

    /// <summary>Takes out of memory what has never come to be in it.</summary>
    public void Drop(Activation activation)
    {
        Activations.Remove(activation.GrainId);
        _world.Forget(activation);
    }

    public void Forget(Activation activation)
    {
        if (IsRunning && Activations.GetValueOrDefault(activation.GrainId) == activation)
        {
            Activations.Remove(activation.GrainId);
            _world.Forget(activation);
            _world.Thread.Start(() => activation.Grain.OnDeactivateAsync(default, CancellationToken.None));
        }
    }

    public void DeactivateOnIdle(IGrainContext grainContext) => grainContext.Deactivate(default);

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan)
    {
    }

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext) =>
        throw new NotSupportedException();

    public IDisposable RegisterTimer(
        IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException();

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext,
        Func<TState, CancellationToken, Task> callback,
        TState state,
        GrainTimerCreationOptions options)
    {
        var activation = (Activation)grainContext;
        return new GrainTimer(_world.Clock.CreateTimer(
            _ =>
            {
                if (IsRunning && !activation.IsLeaving)
                {
                    _world.Thread.Start(() => activation.Run(
                        () => callback(state, CancellationToken.None), options.Interleave));
                }
            },
            null,
            options.DueTime,
            options.Period));
    }

    public Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        _world.Step<IGrainReminder>(this, $"remind {callingGrainId.Key}", () =>
        {
            _world.Remind(callingGrainId, period);
            return new Reminder(reminderName, _world.TagOf(callingGrainId)!.Value);
        });

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) =>
        _world.Step(
            this,
            $"remind {callingGrainId.Key} no more",
            () => _world.RemindNoMore(callingGrainId, ((Reminder)reminder).Tag));

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) => IsRunning
        ? Task.FromResult<IGrainReminder?>(
            _world.TagOf(callingGrainId) is { } tag ? new Reminder(reminderName, tag) : null)
        : World.Never<IGrainReminder?>();

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) => throw new NotSupportedException();

    private object StateOf(Type type, string name, GrainId id)
    {
        var stored = typeof(StoredState<>).MakeGenericType(type.GetGenericArguments());
        var state = Activator.CreateInstance(stored, _world, this, name, id.Key.ToString())!;
        stored.GetMethod(nameof(StoredState<object>.Load))!.Invoke(state, null);
        return state;
    }

    private ServiceProvider Configure(World world)
    {
        var silo = new SiloServices();
        silo.Services.AddLogging();
        silo.Services.AddOptions();
        silo.AddCampaignGrains();
        silo.Services.Configure<EngineOptions>(world.Configure);
        silo.Services.AddSingleton<TimeProvider>(world.Clock);
        silo.Services.AddSingleton(GrainFactory);
        silo.Services.AddSingleton<IReminderRegistry>(this);
        silo.Services.AddSingleton<ILocalSiloDetails>(this);
        silo.Services.AddSingleton<ISiloStatusOracle>(new SiloView(world, this));
        silo.Services.AddSingleton<IMessageComposers>(new PlainComposers());
        silo.Services.AddSingleton<IMailRelays>(new ModelRelays(world, this));
        silo.Services.AddSingleton<IAudienceStore>(new ModelAudience(world, this));
        silo.Services.AddSingleton(services => new PumpPermits(
            services.GetRequiredService<IOptions<EngineOptions>>(), services.GetRequiredService<PartitionMoves>())
        {
            Threads = world.Thread,
        });
        silo.Services.AddSingleton<IOtherPumps>(new ModelPumps(world, this));
        silo.Services.AddSingleton(MakeGates(new SiloView(world, this) { IsAlone = true }, world.Clock));
        return silo.Services.BuildServiceProvider();
    }

    // Its base class asks for the insides of a running silo. Without them no gate answers, as if every silo hung.
    private static AttemptGates MakeGates(ISiloStatusOracle silos, TimeProvider clock)
    {
        var gates = (AttemptGates)RuntimeHelpers.GetUninitializedObject(typeof(AttemptGates));
        Set(typeof(ISiloStatusOracle), silos);
        Set(typeof(TimeProvider), clock);
        return gates;

        void Set(Type type, object value) => typeof(AttemptGates)
            .GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
            .Single(field => field.FieldType == type).SetValue(gates, value);
    }

    private sealed record Reminder(string ReminderName, int Tag) : IGrainReminder;

    private sealed class GrainTimer(ITimer timer) : IGrainTimer
    {
        public void Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose() => timer.Dispose();
    }

    private sealed class SiloServices : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}

/// <summary>Which processes one of them takes for alive. Partitions stay where they are.</summary>
internal sealed class SiloView(World world, Node node) : ISiloStatusOracle
{
    /// <summary>Whether it knows no silo, not even itself.</summary>
    public bool IsAlone { get; init; }

    public SiloStatus CurrentStatus => SiloStatus.Active;

    public string SiloName => node.Name;

    public SiloAddress SiloAddress => node.SiloAddress;

    public SiloAddress[] GetActiveSilos() => [.. GetApproximateSiloStatuses(onlyActive: true).Keys];

    public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) =>
        IsDeadSilo(siloAddress) ? SiloStatus.Dead : SiloStatus.Active;

    public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) =>
        IsAlone ? [] : new() { [node.SiloAddress] = SiloStatus.Active };

    public bool TryGetSiloName(SiloAddress siloAddress, out string siloName) => throw new NotSupportedException();

    public bool IsFunctionalDirectory(SiloAddress siloAddress) => !IsDeadSilo(siloAddress);

    public bool IsDeadSilo(SiloAddress silo) => IsAlone || world.IsDead(silo, node);

    public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer) => true;

    public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer) => true;
}

/// <summary>What one process learns of the pumps of the others.</summary>
internal sealed class ModelPumps(World world, Node node) : IOtherPumps
{
    public Task<bool> Have(CampaignId campaign, int partition) =>
        Task.FromResult(world.IsPumped(campaign, partition, node));
}

/// <summary>The relay, as one process reaches it: what it has accepted outlives everything.</summary>
internal sealed class ModelRelays(World world, Node node) : IMailRelays
{
    private const int LanesAtOnce = 2;

    public bool Knows(string? relay) => true;

    public RelayState GetState(string? relay) => new("model", IsUp: true, null, null);

    public Task<IReadOnlyList<IMailLane>> Reserve(string? relay, int max, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return node.IsRunning && !world.IsRelayDown
            ? Task.FromResult<IReadOnlyList<IMailLane>>(
                [.. Enumerable.Range(0, Math.Min(max, LanesAtOnce)).Select(_ => new Lane(world, node))])
            : World.Never<IReadOnlyList<IMailLane>>();
    }

    private sealed class Lane(World world, Node node) : IMailLane
    {
        public string Relay => "model";

        public Task<Domain.Contacts.AttemptReport?> Send(IOutgoingMessage message, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return world.Step(node, $"mail {message.Recipient}", () => world.Relay.Take(message.Recipient));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
