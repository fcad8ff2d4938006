using System.Text.Json;

namespace OrleansCampaigns.Domain.Tests;

public class IdentifierTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Key = [1, 2, 3];

    [Theory]
    [InlineData("main", true)]
    [InlineData("a-1", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("Main", false)]
    [InlineData("a:b", false)]
    [InlineData("a b", false)]
    [InlineData("01234567890123456789012345678901234567890", false)]
    public void An_account_is_lower_case_letters_digits_and_hyphens(string? text, bool isName) =>
        Assert.Equal(isName ? new AccountId(text!) : null, AccountId.Parse(text));

    [Theory]
    [InlineData("cmp_0123456789abcdef0123456789abcdef", true)]
    [InlineData("cmp_0123456789ABCDEF0123456789abcdef", false)]
    [InlineData("cmp_0123456789abcdef0123456789abcde", false)]
    [InlineData("con_0123456789abcdef0123456789abcdef", false)]
    [InlineData(null, false)]
    public void A_campaign_has_32_hexadecimal_digits(string? text, bool isName) =>
        Assert.Equal(isName ? new CampaignId(text!) : null, CampaignId.Parse(text));

    [Fact]
    public void Later_campaigns_sort_after_earlier_ones()
    {
        var ids = Enumerable.Range(0, 100).Select(second => CampaignId.Create(Now.AddSeconds(second)).Value).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.NotNull(CampaignId.Parse(id)));
    }

    [Fact]
    public void A_contact_is_named_by_key_account_and_address_and_does_not_tell_them()
    {
        var contact = ContactId.Of(Key, AccountId.Main, "user@example.com");

        Assert.Equal(contact, ContactId.Of(Key, AccountId.Main, "user@example.com"));
        Assert.NotEqual(contact, ContactId.Of([9], AccountId.Main, "user@example.com"));
        Assert.NotEqual(contact, ContactId.Of(Key, new("other"), "user@example.com"));
        Assert.Equal(contact, ContactId.Of(Key, AccountId.Main, "User@Example.com"));
        Assert.NotEqual(contact, ContactId.Of(Key, AccountId.Main, "user.@example.com"));
        Assert.Equal(contact, ContactId.Parse(contact.Value));
        Assert.Null(ContactId.Parse("con_" + new string('g', 32)));
    }

    [Theory]
    [InlineData("con_00000000ffffffffffffffffffffffff", 0)]
    [InlineData("con_0000001100000000000000000000000f", 17)]
    [InlineData("con_7fffffff000000000000000000000000", int.MaxValue)]
    [InlineData("con_ffffffff000000000000000000000000", int.MaxValue)]
    [InlineData("con_80000000000000000000000000000000", 0)]
    public void The_first_31_bits_of_a_contact_decide_its_partition(string text, int hash)
    {
        var contact = ContactId.Parse(text)!.Value;

        Assert.Equal(hash, contact.Hash);
        Assert.Equal(hash % 7, contact.PartitionOf(7));
        Assert.Equal(0, contact.PartitionOf(1));
    }

    [Fact]
    public void Json_has_the_printed_form_even_as_a_key()
    {
        var campaign = CampaignId.Create(Now);

        Assert.Equal($"\"{campaign}\"", JsonSerializer.Serialize(campaign));
        Assert.Equal(campaign, JsonSerializer.Deserialize<CampaignId>($"\"{campaign}\""));
        Assert.Equal(
            $$"""{"{{campaign}}":1}""",
            JsonSerializer.Serialize(new Dictionary<CampaignId, int> { [campaign] = 1 }));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CampaignId>("null"));
    }
}
