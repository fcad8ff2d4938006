using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Tracking;

/// <summary>A campaign that has sent an e-mail to Ann, and what its links lead to.</summary>
internal sealed class Tracked
{
    public const string Browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    private readonly TestApi _api;

    public Tracked(TestApi api, params string[] links)
    {
        _api = api;
        Campaign = CampaignId.Create(api.Clock.GetUtcNow());
        Contact = api.Contacts.Add("ann.lee@example.org").Id;
        api.Recipients.Campaigns[Campaign] = new TrackedCampaign(AccountId.Main, links);
        api.Grains.Contact(AccountId.Main, Contact).Contact = new Contact { Status = ContactStatus.Active };
    }

    public CampaignId Campaign { get; }

    public ContactId Contact { get; }

    public ContactStatus Status => _api.Grains.Contact(AccountId.Main, Contact).Contact.Status;

    public string Token(TokenPurpose purpose, int link = 0, string? bound = null) =>
        _api.Tokens.Make(purpose, new(Campaign, Contact, link), bound);

    public string Open() => $"/t/o/{Token(TokenPurpose.Open)}";

    public string Click(int link, string? bound = null) =>
        $"/t/c/{Token(TokenPurpose.Click, link, bound)}" + (bound is null ? "" : $"?u={Encoded(bound)}");

    public string Unsubscribe() => $"/t/u/{Token(TokenPurpose.Unsubscribe)}";

    public static string Encoded(string url) =>
        System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(url));

    /// <summary>The token with its letter at one place changed to every other one that a token may hold.</summary>
    public static IEnumerable<string> Altered(string token)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var i = 0; i < token.Length; i++)
        {
            // One letter each way is one bit and several; the last letter's unused bits are among them.
            var at = letters.IndexOf(token[i], StringComparison.Ordinal);
            foreach (var other in new[] { at ^ 1, at ^ 2, at ^ 16, at ^ 32 })
            {
                yield return $"{token[..i]}{letters[other]}{token[(i + 1)..]}";
            }
        }

        yield return token[..^1];
        yield return token + "A";
        yield return token.ToUpperInvariant();
        yield return "x";
    }
}
