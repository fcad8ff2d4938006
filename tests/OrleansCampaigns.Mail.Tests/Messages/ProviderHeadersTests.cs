using System.Text.Json;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>What an e-mail carries for the service that relays it, and for no other.</summary>
public sealed class ProviderHeadersTests
{
    private static readonly string[] Names = ["X-SMTPAPI", "X-PM-Metadata-message-id", "X-PM-KeepID"];

    [Theory]
    [InlineData(RelayProvider.None)]
    [InlineData(RelayProvider.SendGrid, "X-SMTPAPI")]
    [InlineData(RelayProvider.Mailgun)]
    [InlineData(RelayProvider.Postmark, "X-PM-Metadata-message-id", "X-PM-KeepID")]
    [InlineData(RelayProvider.Ses)]
    public void Each_service_is_told_in_its_own_words(RelayProvider provider, params string[] expected)
    {
        var message = Given.Message(Given.Definition(), Given.Recipient().Placed(), Options(provider));
        var (mime, raw) = Given.ReadBack(message);

        Assert.Equal(expected, Names.Where(mime.Headers.Contains));
        Assert.All(raw.Split("\r\n"), line => Assert.True(line.Length <= 998 && line.All(char.IsAscii), line));
    }

    [Fact]
    public void The_argument_for_SendGrid_is_JSON_in_one_line_and_tells_nothing_but_the_token()
    {
        var message = Given.Message(
            Given.Definition(), Given.Recipient(name: "Anna").Placed(), Options(RelayProvider.SendGrid));
        var (mime, raw) = Given.ReadBack(message);
        var token = message.MessageId.Split('@')[0];

        var line = Assert.Single(raw.Split("\r\n"), line => line.StartsWith("X-SMTPAPI:", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line["X-SMTPAPI:".Length..]);
        Assert.Equal(
            (token, 1, 1),
            (json.RootElement.GetProperty("unique_args").GetProperty("message_id").GetString(),
                json.RootElement.EnumerateObject().Count(),
                json.RootElement.GetProperty("unique_args").EnumerateObject().Count()));
        Assert.Equal(line["X-SMTPAPI: ".Length..], mime.Headers["X-SMTPAPI"]);
    }

    [Fact]
    public void The_relay_of_the_campaign_decides()
    {
        var options = Options(RelayProvider.SendGrid);
        options.Relays.Add(new RelayOptions { Name = "second", Provider = RelayProvider.Postmark });

        Assert.Contains("X-SMTPAPI", Headers(null));
        Assert.Contains("X-SMTPAPI", Headers("MAIN"));
        Assert.Contains("X-PM-KeepID", Headers("Second"));
        Assert.DoesNotContain("X-SMTPAPI", Headers("second"));
        Assert.DoesNotContain("X-SMTPAPI", Headers("unknown"));

        IEnumerable<string> Headers(string? relay) => Given.Message(
            Given.Definition() with { Relay = relay }, Given.Recipient().Placed(), options).Headers.Keys;
    }

    private static MailOptions Options(RelayProvider provider)
    {
        var relay = Given.RelayAt(25);
        relay.Provider = provider;
        return Given.Options(relay);
    }
}
