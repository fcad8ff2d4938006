using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Accounts;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Tests.Feedback;
using Microsoft.Extensions.DependencyInjection;
using OrleansCampaigns.Contracts.Campaigns;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>When a command is given.</summary>
/// <param name="AtStep">Once so many steps were taken, or nothing more happens; the end of the campaign otherwise.
/// </param>
/// <param name="Act">The command. Whoever gives it repeats it until it is answered.</param>
internal sealed record Cue(int? AtStep, Func<Story, Task> Act);

/// <summary>One small campaign from its start to its end, whatever happens, and what must hold then.</summary>
internal sealed class Story : IDisposable
{
    private const int Licences = 50;

    private readonly InDoubtPolicy _policy;
    private readonly IReadOnlyList<Cue> _cues;
    private TaskCompletionSource _cued = new();
    private Func<bool> _isTime = () => false;
    private bool _isPatient = true;

    public Story(IReadOnlyList<string> addresses, InDoubtPolicy policy, IReadOnlyList<Cue> cues, int? order = null)
    {
        (_policy, _cues) = (policy, cues);
        World = new(addresses, policy, order);
        World.Storage.Unreadable.UnionWith(KeysOf(addresses, "unread"));
        World.Storage.Unwritable.UnionWith(KeysOf(addresses, "unwrit"));
        foreach (var gone in addresses.Where(address => address.StartsWith("gone", StringComparison.Ordinal)))
        {
            var contact = new Contact { Status = ContactStatus.DoesNotExist, StatusSince = World.Clock.GetUtcNow() };
            World.Storage.Write<ContactRecord>(
                "contact",
                AudienceRows.KeyOf(gone),
                World.Storage.Serialize(new ContactRecord { Contact = contact }),
                version: 0);
        }
    }

    public World World { get; }

    /// <summary>Whether nobody may be in doubt, because nothing crashes.</summary>
    public bool IsStrict { get; set; }

    public ICampaignGrain Campaign => World.Client.GrainFactory.Campaign(World.Id);

    private IFeedback Feedback => World.Client.Services.GetRequiredService<IFeedback>();

    public void Dispose() => World.Dispose();

    private static IEnumerable<string> KeysOf(IReadOnlyList<string> addresses, string beginning) =>
        addresses.Where(address => address.StartsWith(beginning, StringComparison.Ordinal)).Select(AudienceRows.KeyOf);

    /// <summary>What came back for an address.</summary>
    public Task Bounce(string address, Outcome outcome, Cause cause) => Feedback.Apply(
        AccountId.Main, AudienceRows.ContactOf(address), Told.Bounce(World.Id, 1, outcome, cause));

    /// <summary>The contact wants no more.</summary>
    public Task Unsubscribe(string address) => Feedback.Apply(
        AccountId.Main,
        AudienceRows.ContactOf(address),
        new FeedbackEvent
        {
            Signal = FeedbackSignal.Unsubscribe,
            Campaign = World.Id,
            Key = "wish",
            At = World.Clock.GetUtcNow(),
            Source = "test",
        });

    /// <summary>Plays it to the end and checks everything that must hold.</summary>
    public void Play(Func<int, Accident> accidents)
    {
        World.Accidents = accidents;
        try
        {
            var played = Task.Factory.StartNew(
                PlayCues, CancellationToken.None, TaskCreationOptions.None, World.Thread).Unwrap();
            World.Watch(played);
            World.RunUntil(() => played.IsCompleted && World.IsOver, LetGo);
            Check();
            Repeat();
        }
        catch (Violation violation)
        {
            var steps = string.Join('\n', World.Trace);
            throw new Violation($"{violation.Message} ({_policy})\n{steps}");
        }
    }

    private async Task PlayCues()
    {
        await Insist(() => World.Client.GrainFactory.Account(AccountId.Main).Grant(Licences, "test", "test"));
        await Insist(() => Campaign.Create(AccountId.Main, new CampaignDefinition
        {
            Name = "model",
            Sender = new("news@sender.example"),
            Content = new() { Subject = "Hello", Html = "<p>Hello</p>" },
            Audience = new() { ListIds = ["list"] },
            InDoubt = _policy,
        }));
        World.IsArmed = true;
        await Insist(() => Campaign.Start(AccountId.Main));
        foreach (var cue in _cues)
        {
            await Cued(cue);
            await Insist(() => cue.Act(this));
        }
    }

    private Task Cued(Cue cue)
    {
        _cued = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _isPatient = cue.AtStep is null;
        _isTime = () => cue.AtStep is { } step ? World.Steps >= step : World.IsOver;
        return _cued.Task;
    }

    // A cue for a step that does not come any more is given when nothing else happens.
    private bool LetGo(bool isIdle) => (_isTime() || (isIdle && !_isPatient)) && _cued.TrySetResult();

    private async Task Insist(Func<Task> act)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (Exception failure) when (failure is not Violation)
            {
                var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var timer = World.Clock.CreateTimer(
                    _ => later.TrySetResult(), null, TimeSpan.FromMilliseconds(200), Timeout.InfiniteTimeSpan);
                await later.Task;
            }
        }
    }

    private void Check()
    {
        var (totals, _) = World.Audience.Count();
        var status = World.Campaign.Status;
        Violation.Unless(totals.IsConserved, $"Conservation: {totals}");
        Violation.Unless(totals.RetriesWaiting == 0, "A retry waits, and nothing waits for it.");
        Violation.Unless(
            totals[Outcome.Queued] == 0 && (World.Campaign.QueuedAt is not null || World.Audience.Rows.Count == 0),
            $"It is {status}, and somebody is queued for ever: {totals}");
        Violation.Unless(
            totals.IsOver || status == CampaignStatus.Cancelled, $"It is {status}, and somebody is not done: {totals}");
        CheckLicences(totals);
        foreach (var row in World.Audience.Rows.Where(row => row.Recipient.Occurrence == 1))
        {
            CheckRecipient(row, status);
        }
    }

    private void CheckLicences(CampaignTotals totals)
    {
        var (account, _) = World.Storage.Read<AccountRecord>("account", $"ac:{AccountId.Main}");
        var ledger = account!.Ledger;
        if (!ledger.Reservations.TryGetValue(World.Id, out var held))
        {
            // It was cancelled before it held any.
            Violation.Unless(totals.Deducted == 0 && ledger.Balance == Licences, "Licences were used and not held.");
            return;
        }

        Violation.Unless(held.IsSettled, "The licences are not settled.");
        Violation.Unless(held.Reserved == held.Deducted + held.Released, $"Licences: {held}");
        Violation.Unless(held.Deducted == totals.Deducted, $"{totals.Deducted} licences were used: {held}");
        Violation.Unless(ledger.Balance == Licences - totals.Deducted, $"{ledger.Balance} licences are left.");
    }

    private void CheckRecipient(AudienceRows.Row row, CampaignStatus status)
    {
        var (name, delivery) = (row.Address, World.Audience.Delivery(row));
        var accepted = World.Relay.Accepted.GetValueOrDefault(name);
        if (World.Audience.SettlementOf(row) is { } settlement)
        {
            CheckSettled(name, settlement, accepted);
            return;
        }

        Violation.Unless(
            !World.Storage.Unreadable.Contains(row.Key) || status == CampaignStatus.Cancelled,
            $"{name} cannot be read, and nothing says so.");
        var history = World.Audience.Contact(row).History;
        var bounces = history.Count(entry => entry.Kind == HistoryKind.Bounce);
        Violation.Unless(
            delivery is not null || (accepted == 0 && status == CampaignStatus.Cancelled), $"{name} is lost.");
        if (delivery is null)
        {
            return;
        }

        var isMarked = delivery.InDoubt || (bounces > 0 && history.Any(entry => entry.Kind == HistoryKind.Doubt));
        Violation.Unless(
            accepted <= 1 + bounces || (isMarked && _policy == InDoubtPolicy.Resend),
            $"{name} got {accepted} e-mails, {(isMarked ? "marked in doubt" : "and nothing says so")}.");
        Violation.Unless(!IsStrict || !delivery.InDoubt, $"{name} is in doubt without a crash.");
        Violation.Unless(accepted == 0 || delivery.Attempts > 0, $"{name} got an e-mail that nothing tells of.");
        Violation.Unless(delivery.Charged == delivery.Attempts > 0, $"{name}: charged {delivery.Charged}.");
        Violation.Unless(
            accepted > 0 || delivery.Outcome != Outcome.Sent || delivery.InDoubt,
            $"{name} counts as sent, and was not.");

        // Who left while the first one was in doubt is not sent a second.
        var hasLeft = delivery is { Outcome: Outcome.Unsubscribed, InDoubt: true };
        Violation.Unless(
            status != CampaignStatus.Cancelled || delivery.Outcome != Outcome.Queued || delivery.Excluded is not null,
            $"{name} is queued in a campaign that is over.");
        Violation.Unless(
            accepted == 0 || bounces > 0 || delivery.Outcome == Outcome.Sent || hasLeft
                || status == CampaignStatus.Cancelled,
            $"{name} got an e-mail and counts as {delivery.Outcome}.");
        Violation.Unless(delivery.Excluded is null || accepted == 0, $"{name} is excluded and got an e-mail.");
        Violation.Unless(
            history.Where(entry => entry.Kind == HistoryKind.Attempt).GroupBy(entry => (entry.Attempt, entry.InDoubt))
                .All(same => same.Count() == 1),
            $"An attempt at {name} was recorded twice.");
    }

    // Its contact could not say anything: what the table says of it must be true all the same.
    private static void CheckSettled(string name, Settlement settlement, int accepted)
    {
        Violation.Unless(accepted <= 1, $"{name} got {accepted} e-mails.");
        Violation.Unless(
            accepted == 0 || settlement.Outcome == Outcome.Sent, $"{name} got an e-mail and is {settlement}.");
        Violation.Unless(
            accepted == 1 || settlement.Outcome != Outcome.Sent || settlement.InDoubt,
            $"{name} counts as sent, and was not.");
        Violation.Unless(settlement.Outcome?.IsTemporary() != true, $"{name} waits for nothing: {settlement}");
    }

    // Whatever is said once more changes nothing.
    private void Repeat()
    {
        World.Accidents = _ => Accident.None;
        var before = Contacts();
        var repeated = Task.Factory.StartNew(
            async () =>
            {
                await Campaign.Start(AccountId.Main);
                for (var partition = 0; partition < World.Campaign.Partitions; partition++)
                {
                    await World.Client.GrainFactory.Partition(World.Id, partition).Start(World.Campaign.Pass);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            World.Thread).Unwrap();
        World.Watch(repeated);
        World.RunUntil(() => repeated.IsCompleted && World.IsOver, _ => false);
        Violation.Unless(before == Contacts(), "Waking it once more has changed something.");
    }

    private string Contacts() => string.Join('\n', World.Audience.Rows.Select(row => System.Text.Json.JsonSerializer
        .Serialize(World.Audience.Contact(row))));
}
