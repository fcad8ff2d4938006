using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Whose e-mail a message is about.</summary>
/// <param name="Account">The account.</param>
/// <param name="Campaign">The campaign.</param>
/// <param name="Contact">The contact.</param>
/// <param name="Attempt">Which attempt, if that is known.</param>
internal sealed record MatchedEmail(AccountId Account, CampaignId Campaign, ContactId Contact, int? Attempt);

/// <summary>What looking for it came to.</summary>
/// <param name="Email">The e-mail; <see langword="null"/> when nothing tells.</param>
/// <param name="IsForged">Whether it came to an address of ours whose token does not verify.</param>
/// <param name="IsRequest">Whether it came to an address for unsubscribing.</param>
internal sealed record FeedbackMatch(MatchedEmail? Email, bool IsForged, bool IsRequest)
{
    /// <summary>Whether it came to the return path of an e-mail, with a token that verifies.</summary>
    public bool IsReturned { get; init; }
}

/// <summary>Finds the e-mail that a message is about, by our own signed marks alone.</summary>
/// <remarks>
/// First the token in the address that the message was delivered to; then the Message-ID of our e-mail; then the tokens
/// of its other headers, as far as they came back. An address of a contact never finds anything: anyone can write one.
/// </remarks>
internal sealed class FeedbackMatcher(
    RecipientTokens tokens, FeedbackAddresses addresses, IRecipientDirectory directory)
{
    private const int AttemptMax = byte.MaxValue - 1;

    public async Task<FeedbackMatch> Find(
        FeedbackReading reading, string? envelopeRecipient, CancellationToken cancellation)
    {
        var delivered = Delivered(reading, envelopeRecipient);
        if (delivered.Kind == FeedbackAddressKind.Void)
        {
            // Whoever forges a token may know a Message-ID, too.
            return new FeedbackMatch(null, IsForged: true, IsRequest: false);
        }

        var isRequest = delivered.Kind == FeedbackAddressKind.Unsubscribe;
        if (delivered.Token is { } token)
        {
            return new FeedbackMatch(await Find(token, cancellation), IsForged: false, isRequest)
            {
                IsReturned = delivered.Kind == FeedbackAddressKind.ReturnPath,
            };
        }

        return new FeedbackMatch(await FindByTraces(reading, cancellation), IsForged: false, isRequest);
    }

    /// <summary>Where it was delivered to; the envelope has the last word if it is one of our addresses.</summary>
    private FeedbackAddress Delivered(FeedbackReading reading, string? envelopeRecipient)
    {
        var envelope = envelopeRecipient is null ? default : addresses.Read(envelopeRecipient);
        if (envelope.Kind != FeedbackAddressKind.Foreign)
        {
            return envelope;
        }

        var read = reading.Arrival.DeliveredTo.Select(addresses.Read).ToList();
        var valid = read.Find(address => address.Token is not null);
        return valid.Token is not null ? valid : read.Find(address => address.Kind == FeedbackAddressKind.Void);
    }

    private async Task<MatchedEmail?> FindByTraces(FeedbackReading reading, CancellationToken cancellation)
    {
        var origin = reading.Origin ?? OriginTraces.None;
        IEnumerable<string?> ids = [reading.Original.MessageId, .. origin.MessageIds];
        var links = ids.Select(tokens.ReadMessageId)
            .Concat(origin.UnsubscribeTokens.Select(link => tokens.Read(TokenPurpose.Unsubscribe, link)))
            .OfType<RecipientToken>();
        foreach (var link in links.Distinct())
        {
            if (await directory.FindCampaign(link.Campaign, cancellation) is { } campaign)
            {
                return new MatchedEmail(campaign.Account, link.Campaign, link.Contact, null);
            }
        }

        foreach (var token in origin.Addresses.Select(address => addresses.Read(address).Token).OfType<AddressToken>())
        {
            if (await Find(token, cancellation) is { } email)
            {
                return email;
            }
        }

        return null;
    }

    private async Task<MatchedEmail?> Find(AddressToken token, CancellationToken cancellation) =>
        await directory.FindRecipient(token.Campaign, token.Partition, token.Seq, cancellation) is var (account,
            contact)
            ? new MatchedEmail(account, token.Campaign, contact, Attempt(token.Attempt))
            : null;

    // A token has room for so many attempts; beyond that it does not tell which.
    private static int? Attempt(int attempt) => attempt is > 0 and <= AttemptMax ? attempt : null;
}
