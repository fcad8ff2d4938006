using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Grains.Mailboxes;

/// <remarks>
/// One batch is read at a time, started by a timer and interleaving with calls, which only start the timer: reading
/// alone touches the stored state, and it does so on the grain's scheduler while the mail itself is fetched elsewhere.
/// A reminder brings the grain back, on another silo if need be; that there is one grain is why there is one reader.
/// </remarks>
[GrainType("mailbox")]
internal sealed partial class MailboxGrain(
    [PersistentState("mailbox", StorageNames.Engine)] IPersistentState<MailboxRecord> record,
    IMailboxReader reader,
    MailboxWatch watch,
    IOptions<EngineOptions> options,
    TimeProvider clock,
    ILogger<MailboxGrain> logger) : Grain, IMailboxGrain, IRemindable, IDisposable
{
    private const string ReminderName = "mailbox";

    // A request that runs for hours looks stuck to the runtime: a batch ends in time and the next one goes on.
    private static readonly TimeSpan BatchTimeMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryWaitMax = TimeSpan.FromMinutes(15);

    private readonly CancellationTokenSource _deactivated = new();
    private IGrainTimer? _timer;
    private bool _isReading;
    private int _failures;

    private Stored<MailboxRecord> Stored => field ??= new(record, DeactivateOnIdle);

    private string Name => GrainKeys.ReadMailbox(this.GetPrimaryKeyString());

    public async Task Start()
    {
        await this.RegisterOrUpdateReminder(ReminderName, options.Value.ReminderPeriod, options.Value.ReminderPeriod);
        Begin();
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (reader.PollPeriodOf(Name) is not null)
        {
            Begin();
        }
        else if (await this.GetReminder(ReminderName) is { } reminder)
        {
            // It is configured no more.
            await this.UnregisterReminder(reminder);
        }
    }

    public Task<MailboxSummary> GetState() => Task.FromResult(new MailboxSummary(
        Stored.Value.Cursor.LastUid,
        Stored.Value.Cursor.Done.Count,
        Stored.Value.Cursor.Waiting.Count,
        _failures,
        _isReading));

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        watch.Forget(Name);
        return _deactivated.CancelAsync();
    }

    public void Dispose() => _deactivated.Dispose();

    private void Begin()
    {
        if (_timer is null && !_isReading)
        {
            watch.Begins(Name);
            // The pause between two looks may be longer than an idle grain lives.
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            ReadAfter(TimeSpan.Zero);
        }
    }

    private void ReadAfter(TimeSpan wait)
    {
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(
            static (self, _) => self.Read(),
            this,
            new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }

    private async Task Read()
    {
        if (_isReading || reader.PollPeriodOf(Name) is not { } pollPeriod)
        {
            return;
        }

        _isReading = true;
        try
        {
            ReadAfter(await ReadBatch(pollPeriod));
        }
        catch (Exception failure)
        {
            LogCursorLost(Name, failure.GetType().Name);
            DeactivateOnIdle(); // The write may have landed; reload rather than trust memory. The reminder goes on.
        }
        finally
        {
            _isReading = false;
        }
    }

    /// <returns>When to read again.</returns>
    private async Task<TimeSpan> ReadBatch(TimeSpan pollPeriod)
    {
        using var limit = new CancellationTokenSource(BatchTimeMax, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _deactivated.Token);
        var before = Stored.Value.Cursor;
        var batch = await reader.Read(Name, before, stop.Token);
        if (!ReferenceEquals(batch.Cursor, before))
        {
            await Stored.Write(new MailboxRecord { Cursor = batch.Cursor });
        }

        if (batch.Trouble == MailboxTrouble.None)
        {
            _failures = 0;
            watch.WasRead(Name);
            return batch.HasMore ? TimeSpan.Zero : pollPeriod;
        }

        var wait = pollPeriod * Math.Pow(2, Math.Min(_failures++, 20));
        return wait < RetryWaitMax ? wait : TimeSpan.FromTicks(Math.Max(pollPeriod.Ticks, RetryWaitMax.Ticks));
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "How far the mailbox {Mailbox} was read could not be stored ({Failure}); some of it is read again.")]
    private partial void LogCursorLost(string mailbox, string failure);
}

internal sealed class MailboxRecord
{
    public MailboxCursor Cursor { get; set; } = new();
}
