using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public sealed class ContactDirectoryTests : IDisposable
{
    private readonly TestDatabase _test = new();
    private readonly ContactDirectory _contacts;

    public ContactDirectoryTests() => _contacts = new(_test.Database);

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_contact_is_found_as_it_was_made()
    {
        var made = (await _contacts.Create(Account, Input(" Anna@EXAMPLE.com ", " Anna Ärmel ", ("city", "Köln")))).Value!;

        Assert.Equal("Anna@example.com", made.Address);
        Assert.True(made.AddressIsValid);
        Assert.Equal("Anna Ärmel", made.Name);
        Assert.Equal("Köln", made.Attributes["city"]);
        Assert.Equal(ContactStatus.New, made.Status);
        Assert.Null(made.LastStatus);
        Assert.Equal(_test.Clock.GetUtcNow(), made.CreatedAt);
        Assert.Equal(ContactId.Of(_test.Database.ContactKey.Span, Account, "Anna@example.com"), made.Id);
        Assert.Equivalent(made, await _contacts.Find(Account, made.Id));
        Assert.Equivalent(made, await _contacts.FindByAddress(Account, "Anna@Example.COM"));
    }

    [Fact]
    public async Task An_address_belongs_to_one_contact_of_an_account_and_to_another_of_another()
    {
        var made = (await _contacts.Create(Account, Input("anna@example.com"))).Value!;
        var again = await _contacts.Create(Account, Input("anna@EXAMPLE.com"));
        var elsewhere = (await _contacts.Create(Other, Input("anna@example.com"))).Value!;

        Assert.Equal("contact.exists", again.Refusal!.Code);
        Assert.Equal(RefusalKind.Conflict, again.Refusal.Kind);
        Assert.DoesNotContain("anna", again.Refusal.Detail, StringComparison.Ordinal);
        Assert.NotEqual(made.Id, elsewhere.Id);
        Assert.Null(await _contacts.Find(Other, made.Id));
        Assert.Equal(1, await _contacts.Count(Account, new ContactFilter()));
    }

    [Fact]
    public async Task A_malformed_address_is_kept_and_marked()
    {
        var made = (await _contacts.Create(Account, Input("  anna at example "))).Value!;

        Assert.False(made.AddressIsValid);
        Assert.Equal("anna at example", made.Address);
        Assert.Equal(made.Id, (await _contacts.FindByAddress(Account, "anna at example"))!.Id);
    }
}
