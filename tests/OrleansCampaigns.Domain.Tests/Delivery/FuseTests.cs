using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class FuseTests
{
    private static readonly FuseLimits Limits = new(Refusals: 6, Domains: 3);

    [Fact]
    public void Equal_refusals_of_many_domains_blow_it()
    {
        var fuse = new Fuse(Limits);
        var said = Enumerable.Range(0, 6).Select(i => fuse.Refuse($"d{i % 3}.example", Ours($"550 5.7.26 No, {i}")));

        Assert.Equal([true, true, true, true, true, false], said.Select(reason => reason is null));
    }

    [Fact]
    public void The_reason_names_the_cause_and_the_code()
    {
        var fuse = new Fuse(new(1, 1));

        Assert.EndsWith(
            ": authentication, 550", fuse.Refuse("d.example", Ours("550 5.7.26 No")), StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_of_few_domains_do_not()
    {
        var fuse = new Fuse(Limits);

        Assert.All(
            Enumerable.Range(0, 50), i => Assert.Null(fuse.Refuse($"d{i % 2}.example", Ours("550 5.7.26 No"))));
    }

    [Fact]
    public void Another_refusal_in_between_begins_anew()
    {
        var fuse = new Fuse(Limits);

        Assert.All(
            Enumerable.Range(0, 50),
            i => Assert.Null(fuse.Refuse(
                $"d{i}.example", i % 5 == 0 ? Of(Cause.Blocked, "554 Blocked") : Ours("550 5.7.26 No"))));
    }

    [Fact]
    public void The_same_words_about_each_recipient_are_equal()
    {
        var fuse = new Fuse(Limits);
        var said = Enumerable.Range(0, 6).Select(i => fuse.Refuse(
            $"d{i}.example", Of(Cause.NoSuchMailbox, $"550 5.1.1 <p{i}@d{i}.example>: User unknown"))).ToList();

        Assert.NotNull(said[^1]);
    }

    [Fact]
    public void Different_words_are_not()
    {
        var fuse = new Fuse(Limits);
        string[] words = ["User unknown", "No such user here", "Mailbox does not exist"];

        Assert.All(
            Enumerable.Range(0, 50),
            i => Assert.Null(fuse.Refuse($"d{i}.example", Of(Cause.NoSuchMailbox, $"550 {words[i % 3]}"))));
    }

    [Fact]
    public void Without_a_limit_it_never_blows()
    {
        var fuse = new Fuse(new(0, 1));

        Assert.All(Enumerable.Range(0, 500), i => Assert.Null(fuse.Refuse($"d{i}.example", Ours("550 5.7.26 No"))));
    }

    private static AttemptReport Ours(string reply) => Of(Cause.Authentication, reply);

    private static AttemptReport Of(Cause cause, string reply) =>
        new() { Outcome = Outcome.Rejected, Cause = cause, Reply = SmtpReplyParser.Parse(reply) };
}
