using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Mail.Tests.Sandbox;

public sealed class SandboxContactsTests
{
    [Fact]
    public void The_mix_is_a_thousand_per_mille() => Assert.Equal(1000, SandboxContacts.Mix.Sum(share =>
        share.PerMille));

    [Fact]
    public void The_same_seed_makes_the_same_contacts_and_another_makes_others()
    {
        static IEnumerable<string> Addresses(int seed) =>
            SandboxContacts.Generate(seed, 500).Select(contact => contact.Address);

        Assert.Equal(Addresses(7), Addresses(7));
        Assert.NotEqual(Addresses(7), Addresses(8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(200)]
    [InlineData(2000)]
    public void There_are_as_many_as_asked_for_and_they_are_what_they_say(int count)
    {
        var contacts = SandboxContacts.Generate(7, count).ToList();

        Assert.Equal(count, contacts.Count);
        var seen = new HashSet<string>();
        foreach (var contact in contacts)
        {
            var address = EmailAddress.Parse(contact.Address);
            Assert.Equal(contact.Kind == SandboxContactKind.Malformed, address is null);
            if (address is null)
            {
                Assert.Equal(Outcome.Invalid, contact.Expected);
                continue;
            }

            Assert.Equal(contact.Kind == SandboxContactKind.Duplicate, !seen.Add(address.Normalised));
            Assert.Equal(contact.Rule, SandboxRules.For(address.Normalised).Word);
            Assert.Matches(@"\.(example|test)$", address.Domain);
            Assert.NotEmpty(contact.Attributes["first_name"]);
        }
    }

    [Fact]
    public void Among_two_hundred_every_sort_and_every_outcome_occurs()
    {
        var contacts = SandboxContacts.Generate(7, 200).ToList();

        var rules = contacts.Where(contact => contact.Kind == SandboxContactKind.Ordinary).Select(
            contact => contact.Rule);
        Assert.Subset(rules.ToHashSet(), SandboxContacts.Mix.Select(share => share.Rule.TrimEnd('3'))
            .Except(["malformed", "duplicate", "unsubscribed"]).ToHashSet());
        Assert.Equal(
            [Outcome.Invalid, Outcome.Sent, Outcome.Duplicated, Outcome.Rejected, Outcome.Spam, Outcome.Unsubscribed,
                Outcome.Bounced],
            contacts.Select(contact => contact.Expected).Distinct().Order());
    }

    [Fact]
    public void Among_two_hundred_everything_that_an_export_can_say_of_a_contact_occurs()
    {
        var contacts = SandboxContacts.Generate(7, 200).ToList();

        var said = contacts.Select(contact =>
            RecipientStatusRules.SystemValue(contact.ExpectedReach, contact.ExpectedStatus));
        Assert.Equal(
            ContactStatusTable.Rows.Select(row => row.SystemValue).Concat(["Delivered", "Opened", "Clicked"]).Order(),
            said.Distinct().Order());
    }

    [Fact]
    public void Some_are_sent_to_before_and_those_who_turn_sour_are_all_among_them()
    {
        var contacts = SandboxContacts.Generate(7, 2000).ToList();

        Assert.All(contacts.Where(contact => contact.Rule == "soured"), contact => Assert.True(contact.IsEarly));
        var early = contacts.Where(contact => contact.IsEarly).ToList();
        Assert.InRange(early.Count, 20, 100);
        Assert.All(early, contact => Assert.Contains(contact.Rule, (string[])["soured", "ok", "reader"]));
    }
}
