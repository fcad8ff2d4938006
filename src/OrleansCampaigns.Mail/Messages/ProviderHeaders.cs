using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What a message tells the service that relays it, so that the service's events name the recipient.</summary>
/// <remarks>
/// It is the token of the Message-ID, which each service takes out before it sends the message on. The token goes
/// without the domain: Postmark's metadata have room for 80 characters.
/// </remarks>
internal static class ProviderHeaders
{
    /// <summary>The headers, by name.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(RelayProvider provider, string messageId)
    {
        var token = messageId[..messageId.IndexOf('@', StringComparison.Ordinal)];
        return provider switch
        {
            RelayProvider.SendGrid => [("X-SMTPAPI", $"{{\"unique_args\":{{\"message_id\":\"{token}\"}}}}")],
            RelayProvider.Postmark => [("X-PM-Metadata-message-id", token), ("X-PM-KeepID", "true")],
            _ => [],
        };
    }

    /// <summary>The headers that the service writes anew.</summary>
    public static IReadOnlyList<string> Rewrites(RelayProvider provider) =>
        provider == RelayProvider.Ses ? ["Message-ID", "Date"] : [];
}
