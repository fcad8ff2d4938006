using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>Tells of relays that cannot be read.</summary>
/// <remarks>
/// The binder leaves out an entry of a list without a word when one of its values is of no use, such as a mistyped
/// name: then mail would go over the next relay, or none.
/// </remarks>
internal sealed class RelayConfigurationCheck(IConfiguration relays) : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        var problems = new List<string>();
        foreach (var relay in relays.GetChildren())
        {
            try
            {
                _ = relay.Get<RelayOptions>();
            }
            catch (InvalidOperationException failure)
            {
                // It names the key.
                problems.Add(failure.Message);
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
