using System.Collections.Immutable;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Licences;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    private static readonly TimeSpan TestSendLimit = TimeSpan.FromSeconds(10);

    public async Task<Result<ValidationReport>> Validate(AccountId account)
    {
        if (NotFound(account) is { } missing)
        {
            return missing;
        }

        // While the relay is asked, the audience is counted.
        var unreachable = FindUnreachable();
        var report = await FindProblems(deep: true);
        return report with { Warnings = await FindWarnings(report, await unreachable) };
    }

    public async Task<Result<MessagePreview>> Preview(AccountId account, ContactId contact)
    {
        var composed = await ComposeFor(account, contact, address: null);
        return composed.IsRefused
            ? composed.Refusal
            : new MessagePreview(
                composed.Value.Subject,
                composed.Value.Html,
                composed.Value.Text,
                composed.Value.Headers.ToImmutableDictionary());
    }

    public async Task<Result<TestSendReport>> TestSend(AccountId account, string address, ContactId? contact)
    {
        if (EmailAddress.Parse(address) is not { } parsed)
        {
            return Refusal.Invalid(
                "test_send.address", "address is not a properly formatted e-mail address.", "address");
        }

        if (await audiences.IsSuppressed(account, parsed.Normalised))
        {
            return Refusal.Conflict(
                "test_send.suppressed", "The account never sends to this address or its domain.");
        }

        if (FindRelayProblem() is { } unknown)
        {
            return unknown;
        }

        var composed = await ComposeFor(account, contact, parsed.Normalised);
        if (composed.IsRefused)
        {
            return composed.Refusal;
        }

        if (await GrainFactory.TestSends(account).Take() is { } next)
        {
            return TooManyTests(next);
        }

        using var limit = new CancellationTokenSource(TestSendLimit, clock);
        try
        {
            var lanes = await relays.Reserve(Definition.Relay, 1, limit.Token);
            await using var lane = lanes[0];
            using var pass = await limits.Pass(
                [
                    limits.OfDomain(composed.Value.Recipient),
                    limits.OfRelay(lane.Relay),
                    .. limits.OfSender(account.Value, Definition.Sender?.Address),
                ],
                limit.Token);
            await pass.Wait(limit.Token);
            var report = await lane.Send(composed.Value, limit.Token);
            return report is null
                ? Refusal.Conflict("relay.unavailable", "The relay closed the connection; try again.")
                : new TestSendReport(report);
        }
        catch (OperationCanceledException)
        {
            return Refusal.Conflict(
                "relay.unavailable",
                $"Relay {Relay.Name} took no message within 10 seconds: {Relay.Detail ?? "busy"}.");
        }
    }

    private Refusal TooManyTests(DateTimeOffset next) => new(
        RefusalKind.Throttled,
        "test_send.limit",
        options.Value.TestSendsPerHour is > 0 and var most
            ? $"An account sends at most {most} test messages an hour (Engine:TestSendsPerHour); "
                + $"the next one may go at {next:yyyy-MM-dd'T'HH:mm:ss'Z'}."
            : "Test messages are switched off (Engine:TestSendsPerHour is 0).");

    private async Task<Result<IOutgoingMessage>> ComposeFor(AccountId account, ContactId? contact, string? address)
    {
        if (NotFound(account) is { } missing)
        {
            return missing;
        }

        var compiled = await compilation.Compile(Id, Definition);
        if (compiled.Composer is not { } composer)
        {
            return compiled.Problems[0];
        }

        if (contact is not { } wanted)
        {
            // Without a contact every field shows its own name, so that the layout can be judged.
            var names = composer.RequiredFields.ToDictionary(field => field, field => field);
            var nobody = new ContactId("con_00000000000000000000000000000000");
            return composer.Compose(new(account, nobody, address!, "name", names), clock.GetUtcNow());
        }

        var profile = await audiences.FindContact(account, wanted);
        return profile?.Address is null
            ? Refusal.NotFound("contact.unknown", "There is no such contact.")
            : composer.Compose(
                new(account, wanted, address ?? profile.Address, profile.Name, profile.Attributes), clock.GetUtcNow());
    }

    /// <summary>What forbids a start.</summary>
    /// <param name="deep">Whether to look into large audiences, too, however long that takes. Otherwise they may be
    /// reported as not counted: 0.</param>
    private async Task<ValidationReport> FindProblems(bool deep)
    {
        var wanted = Definition;
        var account = Stored.Value.Campaign.Account;
        var compiled = await compilation.Compile(Id, wanted);
        var problems = compiled.Problems.ToList();
        if (FindRelayProblem() is { } unknown)
        {
            problems.Add(unknown);
        }

        foreach (var list in await audiences.FindUnknownLists(account, wanted.Audience))
        {
            problems.Add(
                Refusal.Invalid("campaign.audience.unknown_list", $"There is no list {list}.", "audience.listIds"));
        }

        if (wanted.Audience.ListIds.IsEmpty && wanted.Audience.Filter is null)
        {
            problems.Add(Refusal.Invalid(
                "campaign.audience.missing", "audience needs listIds, a filter, a view or recipients.", "audience"));
        }

        var free = (await GrainFactory.Account(account).GetLedger()).Balance;
        var isUnlimited = options.Value.AreLicencesUnlimited;
        var imports = await FindImports();
        if (!deep && await IsCheckedLater(account, wanted.Audience, isUnlimited ? long.MaxValue : free))
        {
            return new(0, 0, free, [.. problems]) { Imports = [.. imports] };
        }

        var count = await audiences.Count(account, wanted.Audience);
        if (count.Recipients == 0 && problems.Count == 0 && imports.Count == 0)
        {
            problems.Add(Refusal.Invalid("campaign.audience.empty", "The audience holds nobody.", "audience"));
        }

        if (count.Sendable > free && !isUnlimited)
        {
            problems.Add(Ledger.Insufficient(count.Sendable, free));
        }

        if (deep || count.Recipients <= options.Value.CheckedBeforeAnswerMax)
        {
            problems.AddRange(await FindMissingFields() is { } missing ? [missing] : await FindUnmade());
        }

        return new(count.Recipients, count.Sendable, free, [.. problems]) { Imports = [.. imports] };
    }

    // Counting a million takes longer than a caller should wait. What is found when the audience is taken ends the
    // start then; only where licences are likely to be short is the shortfall worth the wait.
    private async Task<bool> IsCheckedLater(AccountId account, Audience audience, long free)
    {
        var most = options.Value.CheckedBeforeAnswerMax;
        return free > most && await audiences.IsLargerThan(account, audience, most);
    }

    private Refusal? FindRelayProblem() => Definition.Relay is var wanted && relays.Knows(wanted)
        ? null
        : Refusal.Invalid(
            "campaign.relay.unknown",
            wanted is null ? "No relay is configured." : $"There is no relay named {wanted}.",
            "relay");

    private async Task<Refusal?> FindMissingFields()
    {
        var wanted = Definition;
        if ((await compilation.Compile(Id, wanted)).Composer is not { RequiredFields.Count: > 0 } composer)
        {
            return null;
        }

        var lacking = (
            await audiences.CountMissing(Stored.Value.Campaign.Account, wanted.Audience, composer.RequiredFields))
            .Where(pair => pair.Value > 0)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ToList();
        var named = string.Join(", ", lacking.Select(pair => $"{pair.Key} ({pair.Value} contacts)"));
        return lacking.Count == 0
            ? null
            : Refusal.Invalid(
                "template.missing_field",
                "The templates use fields that contacts lack and that have no fallback: "
                    + $"{named}.",
                "content.fallbacks");
    }

    // The contacts with the longest values: if their messages can be made, those of the others very likely can.
    private async Task<IEnumerable<Refusal>> FindUnmade()
    {
        var wanted = Definition;
        var account = Stored.Value.Campaign.Account;
        if ((await compilation.Compile(Id, wanted)).Composer is not { } composer)
        {
            return [];
        }

        var fields = composer.UsedFields.Append("address").Distinct(StringComparer.Ordinal).ToList();
        var longest = await audiences.FindLongest(account, wanted.Audience, fields);
        return longest
            .Where(recipient => recipient.Address is not null)
            .DistinctBy(recipient => recipient.Contact)
            .Select(recipient => (
                recipient.Contact,
                composer.Compose(
                    new(account, recipient.Contact, recipient.Address!, recipient.Name, recipient.Attributes),
                    clock.GetUtcNow()).Refusal))
            .Where(made => made.Refusal is not null)
            .Select(made => made.Refusal! with
            {
                Detail = $"The message cannot be made for contact {made.Contact}: {made.Refusal.Detail}",
            })
            .ToList();
    }
}
