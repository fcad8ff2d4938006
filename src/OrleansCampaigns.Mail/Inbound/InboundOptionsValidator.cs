using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>Checks the section <c>Mail:Inbound</c>; every problem at once, each with its key and without a secret.
/// </summary>
internal sealed class InboundOptionsValidator(IOptions<MailOptions> mail) : IValidateOptions<InboundOptions>
{
    private const int ConnectionsMax = 10_000;
    private const int MessageOctetsMin = 64 * 1024;
    private const int MessageOctetsMax = 1024 * 1024 * 1024;

    private static readonly TimeSpan IdleTimeoutMax = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, InboundOptions options)
    {
        var problems = new List<string>();
        if (options.Listen is null)
        {
            return ValidateOptionsResult.Success;
        }

        Require(options.EndPoint is not null, "Listen", "must be an IP address and a port, such as 127.0.0.1:2525.");
        Require(
            options.Addresses.Count > 0 || mail.Value.ReturnPath is not null,
            "Listen",
            "needs Mail:ReturnPath or Mail:Inbound:Addresses: every message would be refused.");
        Require(
            options.HostName is null || Uri.CheckHostName(options.HostName) == UriHostNameType.Dns,
            "HostName",
            "is not a host name.");
        foreach (var (i, address) in options.Addresses.Index())
        {
            Require(EmailAddress.Parse(address) is not null, $"Addresses:{i}", "is not a properly formatted address.");
        }

        var (certificate, problem) = options.LoadCertificate();
        certificate?.Dispose();
        Require(problem is null, "Certificate", problem ?? "");
        Require(options.MaxConnections is >= 1 and <= ConnectionsMax, "MaxConnections", "must be 1 to 10000.");
        Require(
            options.MaxMessageOctets is >= MessageOctetsMin and <= MessageOctetsMax,
            "MaxMessageOctets",
            "must be 65536 to 1073741824.");
        Require(
            options.IdleTimeout > TimeSpan.Zero && options.IdleTimeout <= IdleTimeoutMax,
            "IdleTimeout",
            "must be more than zero and at most an hour.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Require(bool holds, string field, string rule)
        {
            if (!holds)
            {
                problems.Add($"{InboundOptions.Section}:{field} {rule}");
            }
        }
    }
}
