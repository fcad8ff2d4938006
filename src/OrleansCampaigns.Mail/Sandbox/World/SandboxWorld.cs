using System.Buffers;

namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>
/// The receiving world after it said 250: servers that send back what they took, people who read, complain and leave,
/// machines that look at everything first.
/// </summary>
/// <remarks>
/// <see cref="SandboxRules"/> says by the recipient's address who does what; when and in which form follows from the
/// seed. Everything goes the way it goes in the real world: messages by SMTP to the sender's server, everything else by
/// HTTP to the addresses found in the message. Nothing is taken from the engine, and no other machine is touched.
/// </remarks>
public sealed class SandboxWorld : IAsyncDisposable
{
    private readonly SandboxWorldOptions options;
    private readonly TimeProvider clock;
    private readonly SandboxPlans plans;
    private readonly SandboxSignals signals = new();
    private readonly SandboxPost post;
    private readonly SandboxBrowser browser;
    private readonly SemaphoreSlim places;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private int pending;
    private TaskCompletionSource quiet = Quiet();
    private Exception? fault;

    /// <summary>Makes a world in which nothing has happened yet.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="clock">For delays and the times of signals.</param>
    public SandboxWorld(SandboxWorldOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.clock = clock ?? TimeProvider.System;
        plans = new SandboxPlans(options, this.clock);
        post = new SandboxPost(options, this.clock);
        browser = new SandboxBrowser(options);
        places = new SemaphoreSlim(options.AtOnceMax);
    }

    /// <summary>How many messages somebody has still to do something about.</summary>
    public int Pending
    {
        get
        {
            lock (gate)
            {
                return pending;
            }
        }
    }

    /// <summary>What was sent back so far, in the order of the answers, where
    /// <see cref="SandboxWorldOptions.KeepSignals"/> asks for it.</summary>
    public IReadOnlyList<SandboxSignal> Signals() => signals.All();

    /// <summary>Until everything that is to come back for what was accepted so far has been sent.</summary>
    public Task WhenQuiet(CancellationToken cancellation = default)
    {
        lock (gate)
        {
            return quiet.Task.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await ((Task)WhenQuiet()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await post.DisposeAsync();
        browser.Dispose();
        places.Dispose();
        ending.Dispose();
    }

    /// <summary>A message was accepted for a recipient; the sender is not told before this returns.</summary>
    internal void Receive(string sender, string recipient, int attempt, in ReadOnlySequence<byte> content)
    {
        var rule = SandboxRules.For(recipient);
        var reacts = rule.Stage == SandboxStage.Later ? rule.ShowsIn(attempt) : rule.Reaction != SandboxReaction.None;
        if (!reacts || ending.IsCancellationRequested)
        {
            return;
        }

        // Read at once: what waits for its time does not hold the whole message.
        var mail = ReceivedMail.Read(sender, recipient, attempt, content.ToArray());
        lock (gate)
        {
            if (pending++ == 0)
            {
                quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _ = React(rule, mail);
    }

    private async Task React(SandboxRule rule, ReceivedMail mail)
    {
        try
        {
            await Task.Yield(); // Whoever accepted the message does not wait for what comes of it.
            foreach (var step in plans.For(rule, mail))
            {
                await Task.Delay(options.Minute * step.AfterMinutes, clock, ending.Token);
                await Task.WhenAll(step.Actions.Select(action => Act(action, mail)));
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The world ends; what was still to come does not come.
        }
        catch (Exception bug)
        {
            fault ??= bug; // Whoever waits for quiet learns of it.
        }
        finally
        {
            End();
        }
    }

    private async Task Act(SandboxAction action, ReceivedMail mail)
    {
        var (fate, leads) = action switch
        {
            MessageAction message => (await post.Send(message, places, ending.Token), null),
            RequestAction request => await browser.Ask(request, places, ending.Token),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action."),
        };
        if (!options.KeepSignals)
        {
            return;
        }

        signals.Add(new(action.Kind, mail.Recipient, mail.Campaign, mail.Attempt, clock.GetUtcNow(), fate)
        {
            IsMachine = action.IsMachine,
            IsRepeat = action.IsRepeat,
            IsForged = action.IsForged,
            Leads = leads,
        });
    }

    private void End()
    {
        lock (gate)
        {
            if (--pending > 0)
            {
                return;
            }

            if (fault is { } bug)
            {
                quiet.TrySetException(bug);
            }
            else
            {
                quiet.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource Quiet()
    {
        var quiet = new TaskCompletionSource();
        quiet.SetResult();
        return quiet;
    }
}
