using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Sandbox.World;

/// <summary>What the world means to do, before it does it.</summary>
public sealed class SandboxPlansTests
{
    private static readonly Uri PublicUrl = new("http://127.0.0.1:1/");

    [Fact]
    public void The_same_seed_plans_the_same_octet_by_octet_and_another_seed_something_else()
    {
        foreach (var rule in SandboxRules.All.Where(rule => Reacts(rule)))
        {
            var (first, second, other) = (Plan(rule.Word, 7), Plan(rule.Word, 7), Plan(rule.Word, 8));

            Assert.Equal(Describe(first), Describe(second));
            Assert.NotEqual(Describe(first), Describe(other));
        }
    }

    [Fact]
    public void Every_rule_that_reacts_sends_something_and_no_other_does()
    {
        foreach (var rule in SandboxRules.All)
        {
            Assert.Equal((rule.Word, Reacts(rule)), (rule.Word, Plan(rule.Word, 7).Count > 0));
        }
    }

    [Fact]
    public void People_are_slower_than_machines()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            foreach (var word in (string[])["reader", "clicker", "clickonly"])
            {
                var plan = Plan(word, seed);
                Assert.True(plan[0].AfterMinutes >= 40, $"{word} after {plan[0].AfterMinutes} minutes");
                Assert.All(plan.Skip(1), step => Assert.True(step.AfterMinutes >= 10));
                Assert.DoesNotContain(plan, step => step.Actions.Any(action => action.IsMachine));
            }

            foreach (var word in (string[])["scanner", "prefetch"])
            {
                var plan = Plan(word, seed);
                Assert.True(plan.Sum(step => step.AfterMinutes) <= 2);
                Assert.DoesNotContain(plan, step => step.Actions.Any(action => !action.IsMachine));
            }
        }
    }

    [Fact]
    public void A_full_mailbox_bounces_as_often_as_its_number_says()
    {
        Assert.NotEmpty(Plan("asyncfull2", 7, attempt: 2));
        Assert.Empty(Plan("asyncfull2", 7, attempt: 3));
        Assert.NotEmpty(Plan("asyncmissing", 7, attempt: 9));
    }

    [Fact]
    public void A_share_is_delivered_twice_with_the_very_same_octets()
    {
        var repeated = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var actions = Plan("asyncmissing", seed).SelectMany(step => step.Actions).Cast<MessageAction>().ToList();
            if (actions is [var first, { IsRepeat: true } second])
            {
                repeated++;
                Assert.Same(first.Content, second.Content);
                Assert.False(first.IsRepeat);
            }
        }

        Assert.InRange(repeated, 15, 50);
    }

    [Fact]
    public void Whoever_forges_has_no_token_that_is_ours()
    {
        var scanned = Plan("scanner", 1).SelectMany(step => step.Actions).Cast<RequestAction>();
        var ours = scanned.Select(request => request.Url).ToHashSet();
        for (var seed = 0; seed < 50; seed++)
        {
            var actions = Plan("forged", seed).SelectMany(step => step.Actions).ToList();
            Assert.Equal(5, actions.Count);
            Assert.All(actions, action => Assert.True(action.IsForged));
            Assert.All(actions.OfType<RequestAction>(), request => Assert.DoesNotContain(request.Url, ours));
            var bounce = Assert.Single(actions.OfType<MessageAction>());
            var text = System.Text.Encoding.Latin1.GetString(bounce.Content);
            Assert.DoesNotContain(Letters.Token, bounce.To, StringComparison.Ordinal);
            Assert.DoesNotContain($"<{Letters.Token}@sender.example>", text, StringComparison.Ordinal);
        }
    }

    private static bool Reacts(SandboxRule rule) =>
        rule.Stage == SandboxStage.Later || rule.Reaction != SandboxReaction.None;

    private static IReadOnlyList<SandboxStep> Plan(string word, int seed, int attempt = 1)
    {
        var recipient = $"{word}-1@mail.example";
        var options = new SandboxWorldOptions { Seed = seed, InboundPort = 1, PublicUrl = PublicUrl };
        var mail = ReceivedMail.Read(Letters.ReturnPath, recipient, attempt, Letters.To(recipient, PublicUrl));
        return new SandboxPlans(options, new ManualClock()).For(SandboxRules.For(recipient), mail);
    }

    private static IEnumerable<string> Describe(IReadOnlyList<SandboxStep> plan) =>
        plan.SelectMany(step => step.Actions, (step, action) => $"{step.AfterMinutes:R} {action switch
        {
            MessageAction message => $"{message.To} {Convert.ToBase64String(message.Content)}",
            _ => action.ToString(),
        }}");
}
