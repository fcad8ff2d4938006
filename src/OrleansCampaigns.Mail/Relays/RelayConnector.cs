namespace OrleansCampaigns.Mail.Relays;

/// <summary>How an attempt to connect ended: a connection, a fault, or neither when it was not made after all.</summary>
internal readonly record struct ConnectResult(RelayConnection? Connection, RelayFault? Fault);

/// <summary>Opens and closes connections in the background, a bounded number at a time.</summary>
internal sealed class RelayConnector(RelayOptions options, TimeProvider clock) : IAsyncDisposable
{
    // Servers meet a burst of connections from one address with refusals.
    private const int ConcurrentMax = 8;

    private readonly SemaphoreSlim slots = new(ConcurrentMax);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running = 1;

    /// <summary>Opens a connection; <paramref name="done"/> is called exactly once.</summary>
    /// <param name="isPointless">Asked when its turn comes: whether it has become pointless to try.</param>
    /// <param name="done">Called with the result.</param>
    public void Begin(Func<bool> isPointless, Action<ConnectResult> done) => Run(async () =>
    {
        var result = default(ConnectResult);
        try
        {
            await slots.WaitAsync(stopping.Token);
            try
            {
                if (!isPointless())
                {
                    var (connection, fault) = await RelayConnection.Open(options, clock, stopping.Token);
                    result = new ConnectResult(connection, fault);
                }
            }
            finally
            {
                slots.Release();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // We are closing; nobody waits for the connection any more.
        }
        finally
        {
            done(result);
        }
    });

    /// <summary>Closes a connection; <paramref name="done"/> is called exactly once.</summary>
    public void Close(RelayConnection connection, Action done) => Run(async () =>
    {
        try
        {
            await connection.DisposeAsync();
        }
        finally
        {
            done();
        }
    });

    /// <summary>Ends what is being opened and waits for what is being closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Release();
        await idle.Task;
    }

    // Off the caller's scheduler: it may be a grain's, which must not be held up by a handshake.
    private void Run(Func<Task> work)
    {
        Interlocked.Increment(ref running);
#pragma warning disable RS0030 // Leaving the caller's scheduler is the point.
        _ = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            finally
            {
                Release();
            }
        });
#pragma warning restore RS0030
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref running) == 0)
        {
            idle.TrySetResult();
        }
    }
}
