using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Domain.Tests.Licences;

public class LedgerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CampaignId Campaign(int number) => new($"cmp_{number:x32}");

    private static Ledger Granted(long amount) => new Ledger().Grant(amount, "op", "bought", null, Now).Value!;

    private static Ledger Reserve(Ledger ledger, int campaign, int pass, long amount) =>
        ledger.Reserve(Campaign(campaign), pass, amount, Now).Value!;

    // Counted from the reservations, not read from what the ledger says of itself.
    private static long HeldBy(Ledger ledger) => ledger.Reservations.Values
        .Where(held => !held.IsSettled).Sum(held => held.Reserved - held.Released - held.Deducted);

    [Fact]
    public void A_grant_adds_to_the_balance_and_says_who_and_why()
    {
        var ledger = Granted(100);

        Assert.Equal(100, ledger.Balance);
        Assert.Equal(new LedgerLine(Now, "grant", 100, 100, null, "op", "bought"), Assert.Single(ledger.Lines));
    }

    [Fact]
    public void Unused_licences_may_be_taken_back_and_no_others()
    {
        var ledger = Reserve(Granted(100), campaign: 1, pass: 1, 60);

        Assert.Equal(0, ledger.Grant(-40, "op", "refund", null, Now).Value!.Balance);
        var refused = ledger.Grant(-41, "op", "refund", null, Now).Refusal!;
        Assert.Equal((RefusalKind.Conflict, "licences.insufficient"), (refused.Kind, refused.Code));
        Assert.Equal("Only 40 licences are free; 41 cannot be taken back.", refused.Detail);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Ledger.AmountMax + 1)]
    [InlineData(-Ledger.AmountMax - 1)]
    [InlineData(Ledger.AmountMax)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void An_amount_beyond_reason_is_refused(long amount)
    {
        var refused = Granted(1).Grant(amount, "op", "mistake", null, Now).Refusal!;

        Assert.Equal((RefusalKind.Invalid, "licences.amount", "amount"), (refused.Kind, refused.Code, refused.Field));
    }

    [Fact]
    public void A_start_that_came_to_nothing_gives_back_what_it_reserved_and_may_reserve_anew()
    {
        var campaign = new CampaignId("cmp_0000000000000000000000000000000a");
        var reserved = Granted(100).Reserve(campaign, 1, 40, Now).Value!;

        var released = reserved.Release(campaign, Now);

        Assert.Equal((60L, 100L), (reserved.Balance, released.Balance));
        Assert.Same(released, released.Release(campaign, Now));
        Assert.Equal(70, released.Reserve(campaign, 1, 30, Now).Value!.Balance);

        // What was used stays used.
        var used = reserved.Report(campaign, 1);
        Assert.Same(used, used.Release(campaign, Now));
    }

    [Fact]
    public void Too_few_licences_refuse_the_start_with_the_shortfall()
    {
        var refused = Granted(70).Reserve(Campaign(1), 1, 100, Now).Refusal!;

        Assert.Equal(
            new Refusal(
                RefusalKind.PaymentRequired,
                "licences.insufficient",
                "The campaign needs 100 licences and 70 are free: 30 are missing. An administrator adds some "
                    + "(POST /v1/licences/grants); who sends for nobody else sets Licences:Unlimited."),
            refused);
    }

    [Fact]
    public void Where_licences_are_unlimited_what_a_start_lacks_is_added_in_its_name_and_counted_once()
    {
        var covered = Granted(70).Cover(Campaign(1), 1, 100, Now);
        Assert.Equal((100, "engine", 30), (covered.Balance, covered.Lines[^1].Actor, covered.Lines[^1].Amount));

        var reserved = covered.Reserve(Campaign(1), 1, 100, Now).Value!;
        Assert.Same(reserved, reserved.Cover(Campaign(1), 1, 100, Now));
        Assert.Same(covered, covered.Cover(Campaign(2), 1, 100, Now));
    }

    [Fact]
    public void A_reservation_counts_once_per_pass()
    {
        var reserved = Reserve(Granted(100), campaign: 1, pass: 1, 60);

        Assert.Equal((40, 60), (reserved.Balance, reserved.Held));
        Assert.Same(reserved, Reserve(reserved, campaign: 1, pass: 1, 60));
        Assert.Same(reserved, Reserve(reserved, campaign: 1, pass: 1, 1_000));
    }

    [Fact]
    public void All_licences_may_be_reserved() => Assert.Equal(0, Reserve(Granted(60), 1, 1, 60).Balance);

    [Fact]
    public void A_report_that_is_repeated_or_late_changes_nothing()
    {
        var reported = Reserve(Granted(100), 1, 1, 60).Report(Campaign(1), 25);

        Assert.Equal((40, 35, 25), (reported.Balance, reported.Held, reported.DeductedTotal));
        Assert.Same(reported, reported.Report(Campaign(1), 25));
        Assert.Same(reported, reported.Report(Campaign(1), 24));
        Assert.Same(reported, reported.Report(Campaign(2), 24));
    }

    [Fact]
    public void At_the_end_reserved_is_deducted_plus_released()
    {
        var settled = Reserve(Granted(100), 1, 1, 60).Report(Campaign(1), 20).Settle(Campaign(1), 45, Now);

        Assert.Equal(new Reservation(60, 45, 15, IsSettled: true, Pass: 1), settled.Reservations[Campaign(1)]);
        Assert.Equal((55, 0, 45), (settled.Balance, settled.Held, settled.DeductedTotal));
        Assert.Same(settled, settled.Settle(Campaign(1), 45, Now));
        Assert.Same(settled, settled.Settle(Campaign(2), 45, Now));
        Assert.Same(settled, settled.Report(Campaign(1), 50));
        Assert.Same(settled, Reserve(settled, 1, 1, 60));
    }

    [Fact]
    public void A_settlement_never_gives_back_what_was_deducted() =>
        Assert.Equal(
            new Reservation(60, 45, 15, IsSettled: true, Pass: 1),
            Reserve(Granted(100), 1, 1, 60)
                .Report(Campaign(1), 45).Settle(Campaign(1), 20, Now).Reservations[Campaign(1)]);

    [Fact]
    public void A_second_pass_holds_only_what_it_reserves_anew()
    {
        var first = Reserve(Granted(100), 1, 1, 60).Settle(Campaign(1), 45, Now);

        var second = Reserve(first, 1, 2, 10);

        Assert.Equal((45, 10, 45), (second.Balance, second.Held, second.DeductedTotal));
        var settled = second.Settle(Campaign(1), 50, Now);
        Assert.Equal(new Reservation(70, 50, 20, IsSettled: true, Pass: 2), settled.Reservations[Campaign(1)]);
        Assert.Equal((50, 0, 50), (settled.Balance, settled.Held, settled.DeductedTotal));
    }

    [Fact]
    public void The_lines_tell_every_change_of_the_balance()
    {
        var lines = Reserve(Granted(100), 1, 1, 60).Settle(Campaign(1), 45, Now).Lines;

        Assert.Equal(
            [("grant", 100, 100), ("reserve", -60, 40), ("settle", 15, 55)],
            lines.Select(line => (line.Kind, line.Amount, line.Balance)));
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        var ledger = Granted(1_000_000);
        for (var campaign = 0; campaign < 3 * Ledger.SettledMax; campaign++)
        {
            ledger = Reserve(ledger, campaign, 1, 10).Settle(Campaign(campaign), 7, Now);
        }

        Assert.InRange(ledger.Reservations.Count, Ledger.SettledMax, 2 * Ledger.SettledMax);
        Assert.Equal(Ledger.LinesMax, ledger.Lines.Count);
        Assert.Contains(Campaign((3 * Ledger.SettledMax) - 1), ledger.Reservations.Keys);
        Assert.Equal(1_000_000 - (3 * Ledger.SettledMax * 7), ledger.Balance);
    }

    [Fact]
    public void What_is_still_held_is_never_forgotten()
    {
        var ledger = Reserve(Granted(1_000_000), 0, 1, 10);
        for (var campaign = 1; campaign < 3 * Ledger.SettledMax; campaign++)
        {
            ledger = Reserve(ledger, campaign, 1, 10).Settle(Campaign(campaign), 7, Now);
        }

        Assert.Equal(10, ledger.Held);
        Assert.Contains(Campaign(0), ledger.Reservations.Keys);
    }

    [Fact]
    public void A_new_pass_of_a_campaign_that_is_forgotten_is_refused_because_it_would_be_charged_again()
    {
        var refused = Granted(100).Reserve(Campaign(1), 2, 0, Now).Refusal;

        Assert.Equal((RefusalKind.Conflict, "licences.forgotten"), (refused?.Kind, refused?.Code));
    }

    [Fact]
    public void Balance_held_and_deducted_always_make_up_what_was_granted()
    {
        var refusals = 0;
        var settlements = 0;
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf().ToArbitrary(), seeds =>
        {
            var ledger = new Ledger();
            var granted = 0L;
            var used = new Dictionary<CampaignId, long>();
            foreach (var seed in seeds)
            {
                var random = new Random(seed);
                var campaign = Campaign(random.Next(4));
                var known = ledger.Reservations.GetValueOrDefault(campaign);
                used[campaign] = known is null ? 0 : Math.Min(
                    known.Reserved - known.Released, used.GetValueOrDefault(campaign) + random.Next(30));
                switch (random.Next(6))
                {
                    case 0:
                        var amount = random.Next(-60, 200);
                        var grant = ledger.Grant(amount, "op", "because", null, Now);
                        granted += grant.IsRefused ? 0 : amount;
                        ledger = grant.IsRefused ? ledger : grant.Value;
                        break;
                    case 1 or 2:
                        var pass = random.Next(2) + (known is null or { IsSettled: false } ? 0 : known.Pass);
                        var number = random.Next(100);
                        var reserve = ledger.Reserve(campaign, pass, number, Now);
                        refusals += reserve.IsRefused ? 1 : 0;
                        ledger = reserve.IsRefused ? ledger : reserve.Value;
                        Assert.True(
                            reserve.IsRefused
                            || ReferenceEquals(ledger, ledger.Reserve(campaign, pass, number, Now).Value));
                        break;
                    case 3 or 4:
                        ledger = ledger.Report(campaign, used[campaign]);
                        Assert.Same(ledger, ledger.Report(campaign, used[campaign]));
                        break;
                    default:
                        ledger = ledger.Settle(campaign, used[campaign], Now);
                        Assert.Same(ledger, ledger.Settle(campaign, used[campaign], Now));
                        settlements += known is { IsSettled: false } ? 1 : 0;
                        break;
                }

                Assert.Equal(HeldBy(ledger), ledger.Held);
                Assert.Equal(granted, ledger.Balance + ledger.Held + ledger.DeductedTotal);
                Assert.True(
                    ledger.Balance >= 0 && ledger.Held >= 0, $"{ledger.Balance} are free and {ledger.Held} held.");
                Assert.All(
                    ledger.Reservations.Values.Where(held => held.IsSettled),
                    held => Assert.Equal(held.Reserved, held.Deducted + held.Released));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

        Assert.True(refusals > 100 && settlements > 100, $"{refusals} refusals and {settlements} settlements.");
    }

    [Fact]
    public void A_grant_with_a_key_counts_once()
    {
        var key = new RequestKey("order-7", "50 licences");
        var granted = new Ledger().Grant(50, "op", "bought", key, Now).Value!;

        Assert.Same(granted, granted.Grant(50, "op", "bought", key, Now.AddDays(1)).Value);
        Assert.Equal(
            "idempotency.mismatch", granted.Grant(60, "op", "bought", key with { Content = "60" }, Now).Refusal!.Code);
        Assert.Equal(100, granted.Grant(50, "op", "bought", key with { Name = "order-8" }, Now).Value!.Balance);
        Assert.Equal(100, granted.Grant(50, "op", "bought", null, Now).Value!.Balance);
    }

    [Fact]
    public void Only_the_latest_keys_are_kept()
    {
        var ledger = new Ledger();
        for (var i = 0; i < AnsweredRequests.CountMax + 10; i++)
        {
            ledger = ledger.Grant(1, "op", "bought", new($"order-{i}", "1"), Now).Value!;
        }

        Assert.Equal(AnsweredRequests.CountMax, ledger.Granted.Keys.Count);
        Assert.Equal("order-10", ledger.Granted.Keys[0].Name);
    }
}
