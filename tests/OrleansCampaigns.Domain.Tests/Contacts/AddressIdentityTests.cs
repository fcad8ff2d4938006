using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class AddressIdentityTests
{
    [Theory]
    [InlineData("anna@example.com", "Anna@Example.com", "ANNA@EXAMPLE.COM", "anna@example.COM")]
    [InlineData("anna@example.com", "\u00A0anna@example.com\u00A0", "\uFEFFanna@example.com", "anna@exam\u200Bple.com")]
    [InlineData("anna@example.com", "\u202Aanna@example.com\u202C", "an\u00ADna@example.com", "anna\u2060@example.com")]
    [InlineData("anna@example.com", "\u3000anna@example.com", "\tanna@example.com ", "\"Anna\"@example.com")]
    [InlineData("jos\u00E9@example.com", "JOS\u00C9@example.com", "Jose\u0301@example.com", "JOSE\u0301@example.com")]
    [InlineData(
        "\u03BF\u03B4\u03CC\u03C3@example.gr",
        "\u039F\u0394\u038C\u03A3@example.gr",
        "\u03BF\u03B4\u03CC\u03C2@example.gr")]
    [InlineData("\u0438\u0432\u0430\u043D@example.com", "\u0418\u0412\u0410\u041D@example.com")]
    [InlineData("user@m\u00FCnchen.de", "User@M\u00DCNCHEN.DE", "USER@xn--mnchen-3ya.de", "user@XN--MNCHEN-3YA.de")]
    [InlineData("user@example.com", "u\u017Fer@example.com", "USER\uFE0F@example.com")]
    [InlineData("kelvin@example.com", "\u212Aelvin@example.com")]
    [InlineData("\"first last\"@example.com", "\"First Last\"@EXAMPLE.com", "\"first\\ LAST\"@example.com")]
    [InlineData("user@[IPv6:2001:db8::1]", "USER@[ipv6:2001:DB8:0::1]")]
    [InlineData("no address at all", " No Address At All", "NO ADDRESS\u200B at all")]
    public void All_spellings_of_an_address_are_one(string address, params string[] others) =>
        Assert.All(others, other => Assert.Equal(AddressIdentity.Of(address), AddressIdentity.Of(other)));

    [Theory]
    [InlineData("anna@example.com", "ana@example.com")]
    [InlineData("anna@example.com", "anna@example.org")]
    [InlineData("anna+news@example.com", "anna@example.com")]
    [InlineData("an.na@gmail.com", "anna@gmail.com")]
    [InlineData("jose@example.com", "jos\u00E9@example.com")]
    [InlineData("stra\u00DFe@example.com", "strasse@example.com")]
    [InlineData("\u0131@example.com", "i@example.com")]
    [InlineData("an na@example.com", "anna@example.com")]
    public void Other_addresses_are_other_people(string one, string other) =>
        Assert.NotEqual(AddressIdentity.Of(one), AddressIdentity.Of(other));

    [Fact]
    public void An_address_that_hid_a_character_is_sent_to_without_it() =>
        Assert.Equal("Anna@example.com", EmailAddress.Parse("\u200EAn\u200Bna@example.com\u00A0")?.Normalised);

    [Fact]
    public void A_line_end_is_no_blank() => Assert.Null(EmailAddress.Parse("anna@example.com\r\n"));

    [Fact]
    public void An_identity_is_its_own_and_no_text_makes_it_throw()
    {
        string[] pieces =
        [
            "a", "B", "\u00DF", "\u1E9E", "\u0130", "\u0131", "\u03A3", "\u03C2", "\u0345", "\u0301", "e",
            "\u00C9", "\uFB03", "\u01C5", "\uFFFE", "\uFDD0", "\uD83D", "\uDE00", "\uD83D\uDE00",
            "\uDBFF\uDFFF", "\u200B", "\u00A0", "\uFEFF", ".", "\"", "\\", "@", " ",
        ];
        var texts = Gen.Elements(pieces).ArrayOf().Select(chosen => string.Concat(chosen));
        var likely = from local in texts select $"{local}x@example.com";
        Prop.ForAll(Gen.OneOf(texts, likely).ToArbitrary(), text =>
        {
            var identity = AddressIdentity.Of(text);
            return AddressIdentity.Of(identity) == identity
                && AddressIdentity.Of(text.ToUpperInvariant())
                    == AddressIdentity.Of(text.ToUpperInvariant().ToLowerInvariant());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }
}
