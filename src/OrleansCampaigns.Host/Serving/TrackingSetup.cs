using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Registers the tokens by which everything that comes back finds its recipient.</summary>
internal static class TrackingSetup
{
    public static void AddTracking(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TrackingOptions>()
            .Bind(configuration.GetSection(TrackingOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<TrackingOptions>, TrackingOptionsValidator>();
        services.AddSingleton(provider => new RecipientTokens(KeysOf(
            provider.GetRequiredService<IOptions<MailOptions>>().Value.Key!,
            provider.GetRequiredService<IOptions<TrackingOptions>>().Value)));
    }

    // Number 0 is what campaigns used before any key was configured: their tokens stay valid.
    private static TokenKeys KeysOf(string installationKey, TrackingOptions options) => new(options.Keys
        .Select(key => new TokenKey((byte)key.Id, Encoding.UTF8.GetBytes(key.Secret), key.Since))
        .Append(new TokenKey(0, Encoding.UTF8.GetBytes(installationKey), DateTimeOffset.MinValue)));
}

/// <summary>Checks <see cref="TrackingOptions"/>; each error names its key and never shows a secret.</summary>
internal sealed class TrackingOptionsValidator : IValidateOptions<TrackingOptions>
{
    private const int SecretLengthMin = 16;

    public ValidateOptionsResult Validate(string? name, TrackingOptions options)
    {
        var errors = new List<string>();
        if (options.PublicUrl is { } url && !IsPlainUrl(url))
        {
            errors.Add("Tracking:PublicUrl must be an http or https URL without query or fragment.");
        }

        if (options.MachineWindow < TimeSpan.Zero)
        {
            errors.Add("Tracking:MachineWindow must not be negative.");
        }

        if (options.MachineBurst < TimeSpan.Zero)
        {
            errors.Add("Tracking:MachineBurst must not be negative.");
        }

        CheckNetworks("MachineNetworks", options.MachineNetworks, errors);
        CheckNetworks("TrustedProxies", options.TrustedProxies, errors);
        foreach (var (i, key) in options.Keys.Index())
        {
            if (key.Id is < 1 or > 255 || options.Keys.Count(other => other.Id == key.Id) > 1)
            {
                errors.Add($"Tracking:Keys:{i}:Id must lie between 1 and 255 and be used once.");
            }

            if (key.Secret.Length < SecretLengthMin)
            {
                errors.Add($"Tracking:Keys:{i}:Secret must have at least {SecretLengthMin} characters.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckNetworks(string name, IList<string> networks, List<string> errors) => errors.AddRange(
        networks.Index()
            .Where(network => !IPNetwork.TryParse(network.Item, out _))
            .Select(network => $"Tracking:{name}:{network.Index} must be a network such as 10.0.0.0/8."));

    private static bool IsPlainUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme is "http" or "https")
        && url.Query.Length == 0
        && url.Fragment.Length == 0;
}
