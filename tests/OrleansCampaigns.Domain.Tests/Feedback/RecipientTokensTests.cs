using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Feedback;

public class RecipientTokensTests
{
    private const string Url = "https://shop.example/offer?user=7";

    private static readonly DateTimeOffset Then = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Rotation = Then.AddDays(10);
    private static readonly TokenKey First = new(0, [.. Enumerable.Repeat((byte)1, 16)], DateTimeOffset.MinValue);
    private static readonly TokenKey Second = new(7, [.. Enumerable.Repeat((byte)2, 32)], Rotation);
    private static readonly RecipientTokens Tokens = new(new([First]));
    private static readonly RecipientTokens Rotated = new(new([First, Second]));

    private static readonly CampaignId Campaign = CampaignId.Create(Then);
    private static readonly RecipientToken Recipient = new(Campaign, Contact(1), 3);
    private static readonly AddressToken Email = new(Campaign, 12, 4_999, 2);

    private static readonly TokenPurpose[] UrlPurposes =
        [TokenPurpose.Open, TokenPurpose.Click, TokenPurpose.Unsubscribe];

    private static readonly TokenPurpose[] AddressPurposes =
        [TokenPurpose.ReturnPath, TokenPurpose.UnsubscribeAddress];

    [Fact]
    public void A_token_names_whom_it_was_made_for()
    {
        foreach (var purpose in UrlPurposes)
        {
            var token = Tokens.Make(purpose, Recipient);

            Assert.Equal(Recipient, Tokens.Read(purpose, token));
            Assert.Equal(63, token.Length);
            Assert.Equal(token, Tokens.Make(purpose, Recipient));
        }

        foreach (var purpose in AddressPurposes)
        {
            var token = Tokens.MakeAddress(purpose, Email);

            Assert.Equal(Email, Tokens.ReadAddress(purpose, token));
            Assert.Equal(RecipientTokens.AddressTokenLength, token.Length);
        }
    }

    [Fact]
    public void Whoever_is_named_comes_back_as_it_was() => Prop.ForAll(
        ArbMap.Default.ArbFor<(Guid Campaign, Guid Contact, ushort Link, ushort Partition, int Seq, byte Attempt)>(),
        any =>
        {
            var campaign = CampaignId.Create(Then.AddMilliseconds(any.Seq & 0xffff));
            var recipient = new RecipientToken(campaign, new($"con_{any.Contact:n}"), any.Link);
            var email = new AddressToken(campaign, any.Partition, any.Seq & 0xffffff, any.Attempt);

            Assert.Equal(recipient, Tokens.Read(TokenPurpose.Click, Tokens.Make(TokenPurpose.Click, recipient)));
            Assert.Equal(recipient, Tokens.ReadMessageId($"{Tokens.MakeMessageId(recipient)}@sender.example"));
            Assert.Equal(
                email,
                Tokens.ReadAddress(TokenPurpose.ReturnPath, Tokens.MakeAddress(TokenPurpose.ReturnPath, email)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Altered_in_any_bit_a_link_is_void()
    {
        var token = Tokens.Make(TokenPurpose.Unsubscribe, Recipient);
        var octets = System.Buffers.Text.Base64Url.DecodeFromChars(token);
        foreach (var altered in EveryBitFlipped(octets))
        {
            Assert.Null(Tokens.Read(
                TokenPurpose.Unsubscribe, System.Buffers.Text.Base64Url.EncodeToString(altered)));
        }
    }

    [Fact]
    public void Altered_in_any_character_nothing_is_valid()
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
        AssertVoid(
            Tokens.Make(TokenPurpose.Click, Recipient, Url),
            Letters,
            token => Tokens.Read(TokenPurpose.Click, token, Url) is null);
        AssertVoid(
            Tokens.MakeAddress(TokenPurpose.ReturnPath, Email),
            Letters[..26] + "234567",
            token => Tokens.ReadAddress(TokenPurpose.ReturnPath, token) is null);
        AssertVoid(
            Tokens.MakeMessageId(Recipient),
            Letters[..26] + "234567",
            token => Tokens.ReadMessageId($"{token}@sender.example") is null);
    }

    [Fact]
    public void Cut_off_or_prolonged_nothing_is_valid()
    {
        var link = Tokens.Make(TokenPurpose.Open, Recipient);
        var address = Tokens.MakeAddress(TokenPurpose.ReturnPath, Email);
        for (var length = 0; length < link.Length; length++)
        {
            Assert.Null(Tokens.Read(TokenPurpose.Open, link[..length]));
            Assert.Null(Tokens.ReadAddress(TokenPurpose.ReturnPath, address.AsSpan(0, Math.Min(length, 49))));
        }

        Assert.Null(Tokens.Read(TokenPurpose.Open, link + "A"));
        Assert.Null(Tokens.Read(TokenPurpose.Open, $"{link}="));
        Assert.Null(Tokens.Read(TokenPurpose.Open, $" {link[1..]}"));
        Assert.Null(Tokens.Read(TokenPurpose.Open, null));
        Assert.Null(Tokens.ReadAddress(TokenPurpose.ReturnPath, address + "a"));
        foreach (var id in (string?[])[null, "", "@", "@sender.example", "local", "local@sender.example"])
        {
            Assert.Null(Tokens.ReadMessageId(id));
        }
    }

    [Fact]
    public void A_token_is_void_for_every_other_purpose()
    {
        foreach (var (made, read) in from made in UrlPurposes from read in UrlPurposes select (made, read))
        {
            Assert.Equal(made == read, Tokens.Read(read, Tokens.Make(made, Recipient)) is not null);
        }

        foreach (var (made, read) in from made in AddressPurposes from read in AddressPurposes select (made, read))
        {
            Assert.Equal(made == read, Tokens.ReadAddress(read, Tokens.MakeAddress(made, Email)) is not null);
        }

        var asMessageId = Tokens.MakeMessageId(Recipient);
        Assert.All(UrlPurposes, purpose => Assert.Null(Tokens.Read(purpose, asMessageId)));
    }

    [Fact]
    public void Text_that_was_bound_to_a_token_must_come_with_it_unaltered()
    {
        var token = Tokens.Make(TokenPurpose.Click, Recipient, Url);

        Assert.Equal(Recipient, Tokens.Read(TokenPurpose.Click, token, Url));
        foreach (var other in (string?[])[null, "", "https://evil.example/", Url + "8", Url.ToUpperInvariant()])
        {
            Assert.Null(Tokens.Read(TokenPurpose.Click, token, other));
        }

        Assert.Null(Tokens.Read(TokenPurpose.Click, Tokens.Make(TokenPurpose.Click, Recipient), Url));
    }

    [Fact]
    public void What_survives_servers_that_change_a_local_part()
    {
        var address = Tokens.MakeAddress(TokenPurpose.UnsubscribeAddress, Email);
        var messageId = Tokens.MakeMessageId(Recipient);

        Assert.Equal(Email, Tokens.ReadAddress(TokenPurpose.UnsubscribeAddress, address.ToUpperInvariant()));
        Assert.Equal(Recipient, Tokens.ReadMessageId($"{messageId.ToUpperInvariant()}@SENDER.example"));
        Assert.Matches("^[a-z2-7]{50}$", address);

        // A local part holds 64 octets (RFC 5321 §4.5.3.1.1), of which "unsubscribe+" takes twelve.
        Assert.InRange($"unsubscribe+{address}".Length, 1, 64);
    }

    [Fact]
    public void A_link_that_lost_its_case_is_void() =>
        Assert.Null(Tokens.Read(TokenPurpose.Open, Tokens.Make(TokenPurpose.Open, Recipient).ToLowerInvariant()));

    [Fact]
    public void The_token_of_one_contact_never_is_anothers()
    {
        var tokens = Enumerable.Range(0, 2_000)
            .Select(number => Tokens.Make(TokenPurpose.Unsubscribe, new(Campaign, Contact(number), 0)))
            .ToList();

        Assert.Equal(tokens.Count, tokens.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        foreach (var (number, token) in tokens.Index())
        {
            Assert.Equal(Contact(number), Tokens.Read(TokenPurpose.Unsubscribe, token)!.Value.Contact);
        }
    }

    [Fact]
    public void A_token_tells_nothing_in_clear()
    {
        var octets = System.Buffers.Text.Base64Url.DecodeFromChars(Tokens.Make(TokenPurpose.Open, Recipient));
        var text = Convert.ToHexStringLower(octets);

        Assert.DoesNotContain(Campaign.Value[4..20], text, StringComparison.Ordinal);
        Assert.DoesNotContain(Recipient.Contact.Value[4..12], text, StringComparison.Ordinal);

        // Neighbours do not look alike: no more than what chance makes equal, behind the key's number.
        var other = System.Buffers.Text.Base64Url.DecodeFromChars(
            Tokens.Make(TokenPurpose.Open, Recipient with { Contact = Contact(2) }));
        Assert.InRange(octets.Zip(other).Skip(1).Count(pair => pair.First == pair.Second), 0, 6);
    }

    [Fact]
    public void New_campaigns_use_the_youngest_key_and_older_ones_keep_theirs()
    {
        var newer = Recipient with { Campaign = CampaignId.Create(Rotation) };

        Assert.Equal(Tokens.Make(TokenPurpose.Open, Recipient), Rotated.Make(TokenPurpose.Open, Recipient));
        Assert.Equal(Tokens.MakeMessageId(Recipient), Rotated.MakeMessageId(Recipient));
        Assert.NotEqual(Tokens.Make(TokenPurpose.Open, newer), Rotated.Make(TokenPurpose.Open, newer));
        Assert.Equal(Recipient, Rotated.Read(TokenPurpose.Open, Tokens.Make(TokenPurpose.Open, Recipient)));
        Assert.Equal(newer, Rotated.Read(TokenPurpose.Open, Rotated.Make(TokenPurpose.Open, newer)));

        // What was made before the key was configured.
        Assert.Equal(newer, Rotated.Read(TokenPurpose.Open, Tokens.Make(TokenPurpose.Open, newer)));
    }

    [Fact]
    public void A_key_that_is_taken_out_makes_its_tokens_void()
    {
        var newer = Recipient with { Campaign = CampaignId.Create(Rotation) };

        Assert.Null(Tokens.Read(TokenPurpose.Open, Rotated.Make(TokenPurpose.Open, newer)));
        Assert.Null(Tokens.ReadMessageId($"{Rotated.MakeMessageId(newer)}@sender.example"));
        Assert.Null(Tokens.ReadAddress(
            TokenPurpose.ReturnPath, Rotated.MakeAddress(TokenPurpose.ReturnPath, Email with
            {
                Campaign = newer.Campaign,
            })));
    }

    [Fact]
    public void Another_secret_under_the_same_number_makes_nothing_valid()
    {
        var other = new RecipientTokens(new([First with { Secret = [.. Enumerable.Repeat((byte)9, 16)] }]));

        Assert.Null(other.Read(TokenPurpose.Open, Tokens.Make(TokenPurpose.Open, Recipient)));
    }

    [Fact]
    public void Keys_need_a_number_of_their_own_and_a_secret_worth_the_name()
    {
        Assert.Throws<ArgumentException>(() => new TokenKeys([]));
        Assert.Throws<ArgumentException>(() => new TokenKeys([First, Second with { Id = First.Id }]));
        Assert.Throws<ArgumentException>(() => new TokenKeys([First with { Secret = new byte[15] }]));
    }

    [Fact]
    public void What_has_no_room_in_a_token_is_a_bug()
    {
        Assert.Throws<OverflowException>(
            () => Tokens.Make(TokenPurpose.Click, Recipient with { Link = RecipientTokens.LinkMax + 1 }));
        Assert.Throws<OverflowException>(
            () => Tokens.MakeAddress(TokenPurpose.ReturnPath, Email with { Seq = 1 << 24 }));
        Assert.Equal(
            byte.MaxValue,
            Tokens.ReadAddress(
                TokenPurpose.ReturnPath,
                Tokens.MakeAddress(TokenPurpose.ReturnPath, Email with { Attempt = 300 }))!.Value.Attempt);
    }

    private static ContactId Contact(int number) =>
        ContactId.Of([1, 2, 3], AccountId.Main, $"user{number}@mail.example");

    private static IEnumerable<byte[]> EveryBitFlipped(byte[] octets)
    {
        for (var bit = 0; bit < octets.Length * 8; bit++)
        {
            var altered = (byte[])octets.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return altered;
        }
    }

    // Each character replaced by each other one: every bit of what it spells, and every other spelling of it.
    private static void AssertVoid(string token, string letters, Func<string, bool> isVoid)
    {
        Assert.False(isVoid(token), "The token itself is valid.");
        for (var at = 0; at < token.Length; at++)
        {
            foreach (var letter in letters.Where(letter => letter != token[at]))
            {
                Assert.True(
                    isVoid($"{token[..at]}{letter}{token[(at + 1)..]}"), $"Character {at} may be {letter}, too.");
            }
        }
    }
}
