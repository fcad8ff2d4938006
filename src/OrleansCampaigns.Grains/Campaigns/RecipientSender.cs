using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>What became of one recipient's turn.</summary>
internal enum TurnEnd
{
    /// <summary>The contact has recorded it.</summary>
    Recorded,

    /// <summary>No attempt was made; the turn comes again.</summary>
    NotBegun,

    /// <summary>Somebody else makes this very attempt, or may have: what is stored decides.</summary>
    Busy,

    /// <summary>Contacts cannot be asked or cannot store now; no attempt was made.</summary>
    Failed,

    /// <summary>This one contact could not be asked; no attempt was made.</summary>
    FailedAlone,

    /// <summary>The silo stopped before the outcome of an attempt could be stored.</summary>
    Unrecorded,
}

/// <summary>How a turn ended, and when the recipient's next one is due.</summary>
internal readonly record struct TurnResult(TurnEnd End, DateTimeOffset? NextAttemptAt = null)
{
    /// <summary>What the table is to say, when an attempt was made and its contact can never store how it ended.
    /// </summary>
    public Settlement? Settlement { get; init; }
}

/// <summary>Makes one recipient's attempt on one lane: asks the contact, renders, sends, records.</summary>
/// <remarks>Runs outside grain turns, many at once: a partition only hands out lanes and collects the ends.</remarks>
internal sealed partial class RecipientSender(
    CampaignId campaign,
    int partition,
    CampaignPlan plan,
    IAudienceStore audiences,
    IMessageComposer composer,
    DeliveryRules rules,
    SiloAddress silo,
    AttemptGate gate,
    IGrainFactory grains,
    SendingLimits limits,
    CampaignFuses fuses,
    DeliveryMetrics metrics,
    ContactHealth health,
    TimeProvider clock,
    ILogger logger)
{
    private static readonly TimeSpan RecordRetryMax = TimeSpan.FromSeconds(10);

    // A relay's lane that fails in a way it should not may have failed after the e-mail was out.
    private static readonly AttemptReport Hidden = new()
    {
        Outcome = Outcome.Deferred,
        Cause = Cause.Unreachable,
        InDoubt = true,
        Reply = new(0, null, "the attempt was broken off; whether the relay took the message is not known"),
    };

    /// <summary>What a relay must offer to carry the campaign's messages.</summary>
    public MessageNeeds Needs => composer.Needs;

    /// <summary>Makes the attempt. Never throws.</summary>
    /// <remarks>Consent is asked once the start that the limits granted has come, and not before.</remarks>
    public async Task<TurnResult> Send(
        Recipient recipient, IMailLane lane, SendingPass pass, CancellationToken stop, CancellationToken shutdown)
    {
        await using var given = lane;
        using var limited = pass;
        if (!await MayStart(pass.Wait, stop))
        {
            return new(TurnEnd.NotBegun);
        }

        using var span = DeliveryMetrics.Traces.StartActivity("attempt");
        span?.SetTag("attempt", recipient.Attempts + 1);
        var contact = grains.Contact(plan.Account, recipient.Contact);
        var turn = TurnOf(recipient, plan, campaign);
        var mayHaveReachedRelay = false;
        try
        {
            using var attempt = gate.Enter(plan.Account, recipient.Contact);
            var (message, decided, dueAt) = await Prepare(contact, turn, recipient);
            if (message is null)
            {
                return decided;
            }

            // The gate comes last: a start that preparing has missed may take a moment to make up for.
            var mayStart = await MayStart(pass.Confirm, stop);
            if (mayStart && attempt.IsLate && await AskAgain(contact, turn, recipient, attempt) is { } other)
            {
                return other;
            }

            var begunAt = clock.GetUtcNow();
            mayHaveReachedRelay = mayStart && attempt.Pass();
            var report = mayHaveReachedRelay ? await Measure(lane, message, dueAt, stop) : null;
            if (report is null or { IsUnsent: true })
            {
                mayHaveReachedRelay = false;
                return await LeaveUnattempted(contact, turn, report);
            }

            await Free(limited, given, () => limits.Learn(message.Recipient, report, begunAt));
            return await Learn(message.Recipient, report, await Record(contact, turn, report, shutdown));
        }
        catch (Exception failure)
        {
            LogTurnFailed(failure.GetType().Name);
            if (mayHaveReachedRelay)
            {
                return await Record(contact, turn, Hidden, shutdown);
            }

            await TryWithdraw(contact, turn);
            return new(Outages.Is(failure) ? TurnEnd.Failed : TurnEnd.FailedAlone);
        }
    }

    // The connection is free for the next one while the outcome is stored. Whatever goes wrong here must not lose it.
    private async Task Free(SendingPass pass, IMailLane lane, Action learn)
    {
        try
        {
            learn();
            pass.Dispose();
            await lane.DisposeAsync();
        }
        catch (Exception failure)
        {
            LogTurnFailed(failure.GetType().Name);
        }
    }

    // A silo that hung meanwhile has missed what its contact may have wished: the yes was for then.
    private async Task<TurnResult?> AskAgain(
        IContactGrain contact, Turn turn, Recipient recipient, AttemptGate.Waiting attempt)
    {
        attempt.AskAgain();
        await contact.Withdraw(turn); // Else the contact takes the question for another silo's.
        var answer = await Ask(contact, turn, recipient);
        return answer.Verdict == TurnVerdict.Begin ? null : EndOf(answer);
    }

    private async Task<TurnAnswer> Ask(IContactGrain contact, Turn turn, Recipient recipient)
    {
        var isSuppressed = recipient.Address is { } address && await audiences.IsSuppressed(plan.Account, address);
        return await contact.Begin(turn with { IsSuppressed = isSuppressed }, rules, silo);
    }

    private static TurnResult EndOf(TurnAnswer answer) => new(
        answer.Verdict == TurnVerdict.Busy ? TurnEnd.Busy : TurnEnd.Recorded, answer.Delivery?.NextAttemptAt);

    // The answer to a begin may be lost: the contact would wait for this attempt as long as this silo lives.
    private async Task TryWithdraw(IContactGrain contact, Turn turn)
    {
        try
        {
            await contact.Withdraw(turn);
        }
        catch (Exception failure)
        {
            LogTurnFailed(failure.GetType().Name);
        }
    }

    private static async Task<bool> MayStart(Func<CancellationToken, Task<bool>> wait, CancellationToken stop)
    {
        try
        {
            return await wait(stop) && !stop.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<(IOutgoingMessage? Message, TurnResult Decided, DateTimeOffset? DueAt)> Prepare(
        IContactGrain contact, Turn turn, Recipient recipient)
    {
        var answer = await Ask(contact, turn, recipient);
        if (answer.Verdict != TurnVerdict.Begin)
        {
            return (null, EndOf(answer), null);
        }

        if (recipient.Address is not { } address)
        {
            await contact.Exclude(campaign, plan.QueuedAt, Exclusions.Deleted);
            return (null, new(TurnEnd.Recorded), null);
        }

        var profile = new RecipientProfile(
            plan.Account, recipient.Contact, address, recipient.Name, recipient.Attributes)
        {
            Place = new(partition, recipient.Seq, turn.Attempt),
        };
        var message = composer.Compose(profile, clock.GetUtcNow());
        if (message.IsRefused)
        {
            LogUnrendered(message.Refusal.Code);
            return (null, await GiveUp(contact, ReasonOf(message.Refusal)), null);
        }

        return (message.Value, default, answer.Delivery?.NextAttemptAt);
    }

    public static Turn TurnOf(Recipient recipient, CampaignPlan plan, CampaignId campaign) => new()
    {
        Campaign = campaign,
        QueuedAt = plan.QueuedAt,
        Attempt = recipient.Attempts + 1,
        AddressIsValid = recipient.AddressIsValid,
        IsReserved = recipient.IsReserved,
    };

    private async Task<AttemptReport?> Measure(
        IMailLane lane, IOutgoingMessage message, DateTimeOffset? dueAt, CancellationToken stop)
    {
        using var span = DeliveryMetrics.Traces.StartActivity("smtp", ActivityKind.Client);
        span?.SetTag("relay", lane.Relay);
        var begun = clock.GetTimestamp();
        metrics.AttemptBegins(clock.GetUtcNow() - dueAt);
        AttemptReport? report = null;
        try
        {
            report = await TrySend(lane, message, stop);
            Describe(span, report);
            return report;
        }
        finally
        {
            metrics.AttemptEnds(clock.GetElapsedTime(begun), lane.Relay, report);
        }
    }

    private static void Describe(Activity? span, AttemptReport? report)
    {
        if (span is not null && report is not null)
        {
            span.SetTag("outcome", report.Outcome.ToString());
            span.SetTag("cause", report.Cause.Name());
            span.SetTag("smtp.reply.code", report.Reply?.Code);
        }
    }

    private async Task<AttemptReport?> TrySend(IMailLane lane, IOutgoingMessage message, CancellationToken stop)
    {
        try
        {
            return await lane.Send(message, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure)
        {
            LogTurnFailed(failure.GetType().Name);
            return Hidden;
        }
    }

    // Never an empty surprise: who cannot be written to is left out with the reason, which is a failure of the
    // campaign; a retry whose message cannot be made any more ends.
    private async Task<TurnResult> GiveUp(IContactGrain contact, string reason)
    {
        await contact.Exclude(campaign, plan.QueuedAt, reason);
        return new(TurnEnd.Recorded);
    }

    private static string ReasonOf(Refusal refusal) => refusal.Code switch
    {
        "template.missing_field" => Exclusions.MissingField,
        "template.too_large" => Exclusions.TooLarge,
        _ => Exclusions.Unrenderable,
    };

    // The outcome is stored by now. Should the campaign not hear of it, the next refusal says so again.
    private async Task<TurnResult> Learn(string recipient, AttemptReport report, TurnResult end)
    {
        if (fuses.Learn(campaign, ThrottleName.DomainOf(recipient), report) is not { } reason)
        {
            return end;
        }

        try
        {
            await grains.Campaign(campaign).PauseBecause(reason);
            fuses.Reset(campaign);
        }
        catch (Exception away)
        {
            LogTurnFailed(away.GetType().Name);
        }

        return end;
    }

    private async Task<TurnResult> LeaveUnattempted(IContactGrain contact, Turn turn, AttemptReport? report)
    {
        if (report is not null)
        {
            return await GiveUp(contact, report.Cause.Name());
        }

        await contact.Withdraw(turn);
        return new(TurnEnd.NotBegun);
    }

    // The e-mail is out: while the storage is away, its outcome waits here. If the process dies meanwhile, the attempt
    // is in doubt, and the partition's stored window says so.
    private async Task<TurnResult> Record(
        IContactGrain contact, Turn turn, AttemptReport report, CancellationToken shutdown)
    {
        var wait = TimeSpan.FromMilliseconds(200);
        var failuresAlone = 0;
        while (true)
        {
            try
            {
                var told = failuresAlone < ContactTroubles.TriesMax / 2 ? report : WithoutText(report);
                var delivery = await contact.Record(turn, told, rules);
                if (!report.InDoubt && delivery.NextAttemptAt is not null && delivery.DoubtfulAttempt == turn.Attempt)
                {
                    // This silo was taken for dead, the attempt written off, and the campaign may have ended since.
                    var (_, id) = GrainKeys.ReadContact(contact.GetPrimaryKeyString());
                    await grains.Campaign(campaign).Revive(id);
                }

                return new(TurnEnd.Recorded, delivery.NextAttemptAt);
            }
            catch (Exception failure)
            {
                failuresAlone += Outages.Is(failure) ? 0 : 1;
                if (failuresAlone >= ContactTroubles.TriesMax && health.MayGiveUp())
                {
                    return new(TurnEnd.Recorded) { Settlement = Settlement.Of(turn.Attempt, report) };
                }

                LogRecordFailed(failure.GetType().Name, wait.TotalSeconds);
                if (!await Waited(wait, shutdown))
                {
                    return new(TurnEnd.Unrecorded);
                }

                wait = wait * 2 < RecordRetryMax ? wait * 2 : RecordRetryMax;
            }
        }
    }

    // What a server said is the likeliest reason why one outcome cannot be stored and others can.
    private static AttemptReport WithoutText(AttemptReport report) =>
        report with { Reply = report.Reply is { } reply ? reply with { Text = "" } : null };

    private async Task<bool> Waited(TimeSpan wait, CancellationToken shutdown)
    {
        try
        {
            await Task.Delay(wait, clock, shutdown);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message could not be rendered: {Code}.")]
    private partial void LogUnrendered(string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A recipient's turn failed before its attempt ({Failure}).")]
    private partial void LogTurnFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "An outcome could not be stored ({Failure}); next try in {Seconds} s.")]
    private partial void LogRecordFailed(string failure, double seconds);
}
