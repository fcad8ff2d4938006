using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Tests.Contacts;

/// <summary>An attempt that was given up as in doubt is reported after all.</summary>
public sealed class LateReportTests
{
    private const string Address = "late@mail.example";

    private static readonly DeliveryRules Resend = new() { InDoubt = InDoubtPolicy.Resend };
    private static readonly AttemptReport Sent = new() { Outcome = Outcome.Sent };

    [Fact]
    public async Task While_the_next_attempt_is_made_it_leaves_the_doubt()
    {
        await using var engine = await Engine.Start();
        var (contact, first) = await InDoubt(engine);
        var second = first with { Attempt = 2 };
        var begun = await contact.Begin(second, Resend, engine.Cluster.Silos[0].SiloAddress);
        Assert.Equal(TurnVerdict.Begin, begun.Verdict);

        var late = await contact.Record(first, Sent, Resend);
        var last = await contact.Record(second, Sent, Resend);

        Assert.Equal((Outcome.Queued, true), (late.Outcome, late.InDoubt));
        Assert.Equal((Outcome.Sent, true, 2), (last.Outcome, last.InDoubt, last.Attempts));
    }

    [Fact]
    public async Task Before_the_next_attempt_it_clears_up_the_doubt_and_nothing_is_sent_again()
    {
        await using var engine = await Engine.Start();
        var (contact, first) = await InDoubt(engine);

        var late = await contact.Record(first, Sent, Resend);
        var second = await contact.Begin(
            first with { Attempt = 2 }, Resend, engine.Cluster.Silos[0].SiloAddress);

        Assert.Equal((Outcome.Sent, false, 1), (late.Outcome, late.InDoubt, late.Attempts));
        Assert.Equal(TurnVerdict.Decided, second.Verdict);
    }

    // The contact has forgotten that the attempt was begun, as after the death of the silo that it lived on.
    private static async Task<(IContactGrain Contact, Turn First)> InDoubt(Engine engine)
    {
        var now = TimeProvider.System.GetUtcNow();
        var first = new Turn
        {
            Campaign = CampaignId.Create(now),
            QueuedAt = now,
            Attempt = 1,
            AddressIsValid = true,
            IsReserved = true,
        };
        var contact = engine.Contact(Address);
        var resolved = await contact.ResolveDoubt(first, Resend);
        Assert.Equal((Outcome.Queued, true), (resolved.Delivery!.Outcome, resolved.Delivery.InDoubt));
        return (contact, first);
    }
}
