using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail;

/// <summary>Checks the section <c>Mail</c>; every problem at once, each with its configuration key.</summary>
internal sealed class MailOptionsValidator : IValidateOptions<MailOptions>
{
    public const int ConnectionsMax = 1000;
    private const int WeightMax = 1000;
    private const int RateMax = 10_000_000;
    private const string RateRule = "must be more than 0 and at most 10000000.";

    // RFC 5321 §4.5.3.1.1 allows 64 octets: this, a plus sign and a token.
    private const int LocalPartMax = 64 - 1 - RecipientTokens.AddressTokenLength;

    // RFC 5321 §4.5.3.1.3: 254 octets in all.
    private const int DomainMax = 254 - 64 - 1;

    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        var problems = new List<string>();
        if (options.Key is not { Length: >= MailOptions.KeyLengthMin })
        {
            problems.Add($"Mail:Key must be a secret of at least {MailOptions.KeyLengthMin} characters.");
        }

        CheckReturnAddress("Mail:ReturnPath", options.ReturnPath, options.Verp, problems);
        CheckReturnAddress("Mail:UnsubscribeAddress", options.UnsubscribeAddress, takesToken: true, problems);
        if (options.UnsubscribeAddress?.Contains('[', StringComparison.Ordinal) ?? false)
        {
            problems.Add("Mail:UnsubscribeAddress must have the name of a domain behind its @.");
        }

        // Without an address for unsubscribing, one is made of the return path's domain.
        CheckReturnDomain(
            "Mail:ReturnPath",
            options.Verp || options.UnsubscribeAddress is null ? options.ReturnPath : null,
            problems);
        CheckReturnDomain("Mail:UnsubscribeAddress", options.UnsubscribeAddress, problems);

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Relays.Count; i++)
        {
            CheckRelay($"Mail:Relays:{i}", options.Relays[i], names, problems);
        }

        var weights = options.Relays.Select((relay, i) => relay.Weight ?? (i == 0 ? 1 : 0));
        if (options.Relays.Count > 0 && weights.All(weight => weight == 0))
        {
            problems.Add("Mail:Relays must have a Weight of more than 0 for one of them.");
        }

        for (var i = 0; i < options.Dkim.Count; i++)
        {
            if (DkimKey.Load($"Mail:Dkim:{i}", options.Dkim[i]).Problem is { } problem)
            {
                problems.Add(problem);
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckReturnAddress(string key, string? configured, bool takesToken, List<string> problems)
    {
        if (configured is null)
        {
            return;
        }

        if (EmailAddress.Parse(configured) is not { } address)
        {
            problems.Add($"{key} is not a properly formatted address.");
        }
        else if (takesToken && (address.LocalPart.Length > LocalPartMax || !address.LocalPart.All(IsPlain)))
        {
            problems.Add(
                $"{key} must have 1 to {LocalPartMax} letters, digits, dots, hyphens, underscores or plus signs before "
                + "its @, because a token follows them.");
        }
    }

    private static void CheckReturnDomain(string key, string? configured, List<string> problems)
    {
        if (EmailAddress.Parse(configured)?.Domain.Length > DomainMax)
        {
            problems.Add(
                $"{key} must have at most {DomainMax} characters behind its @, because a token stands before it.");
        }
    }

    // What needs no quotes in an address and no escaping in a mailto URL (RFC 6068 §2).
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+';

    private static bool IsHost(string? text) => Uri.CheckHostName(text) != UriHostNameType.Unknown;

    private static void CheckRelay(string key, RelayOptions relay, HashSet<string> names, List<string> problems)
    {
        Require(!string.IsNullOrWhiteSpace(relay.Name), "Name", "must not be empty.");
        Require(names.Add(relay.Name ?? ""), "Name", "is used by an earlier relay.");
        Require(IsHost(relay.Host), "Host", "is neither a host name nor an IP address.");
        Require(relay.Port is >= 1 and <= 65535, "Port", "must be between 1 and 65535.");
        Require(Enum.IsDefined(relay.Security), "Security", "must be None, StartTls, StartTlsWhenAvailable or Tls.");
        Require(
            Enum.IsDefined(relay.Provider), "Provider", "must be None, SendGrid, Mailgun, Postmark or Ses.");
        Require(relay.Username is null || relay.Password is not null, "Password", "must go with the Username.");
        Require(relay.Password is null || relay.Username is not null, "Username", "must go with the Password.");
        Require(relay.MaxConnections is >= 1 and <= ConnectionsMax, "MaxConnections", "must be 1 to 1000.");
        Require(relay.Weight is null or (>= 0 and <= WeightMax), "Weight", "must be 0 to 1000.");
        Require(relay.RatePerSecond is null or (> 0 and <= RateMax), "RatePerSecond", RateRule);
        Require(relay.RatePerMinute is null or (> 0 and <= RateMax), "RatePerMinute", RateRule);
        Require(relay.RatePerHour is null or (> 0 and <= RateMax), "RatePerHour", RateRule);
        Require(relay.MaxMessagesPerConnection >= 1, "MaxMessagesPerConnection", "must be at least 1.");
        RequireTime(relay.ConnectTimeout, "ConnectTimeout");
        RequireTime(relay.CommandTimeout, "CommandTimeout");
        RequireTime(relay.AcceptTimeout, "AcceptTimeout");
        RequireTime(relay.IdleTimeout, "IdleTimeout");
        Require(
            relay.LocalDomain is null || IsHost(relay.LocalDomain.Trim('[', ']')),
            "LocalDomain",
            "is neither a host name nor an address literal.");

        void RequireTime(TimeSpan time, string field) =>
            Require(time > TimeSpan.Zero && time <= TimeMax, field, "must be more than zero and at most a day.");

        void Require(bool holds, string field, string rule)
        {
            if (!holds)
            {
                problems.Add($"{key}:{field} {rule}");
            }
        }
    }
}
