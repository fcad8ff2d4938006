using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Which providers may tell us of events, and how they prove who they are: the section
/// <c>Mail:Webhooks</c>.</summary>
/// <remarks>A provider without settings is refused. Validated at start-up; no error shows a secret.</remarks>
public sealed class WebhookOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Mail:Webhooks";

    /// <summary>Amazon SES, by way of SNS.</summary>
    public SesWebhookOptions Ses { get; set; } = new();

    /// <summary>SendGrid.</summary>
    public SendGridWebhookOptions SendGrid { get; set; } = new();

    /// <summary>Mailgun.</summary>
    public MailgunWebhookOptions Mailgun { get; set; } = new();

    /// <summary>Postmark.</summary>
    public PostmarkWebhookOptions Postmark { get; set; } = new();
}

/// <summary>Amazon SES publishes to SNS, which signs with a key whose certificate Amazon serves.</summary>
public sealed class SesWebhookOptions
{
    /// <summary>The topics whose messages count, and whose subscriptions are confirmed.</summary>
    public IList<string> TopicArns { get; set; } = [];
}

/// <summary>SendGrid signs each request (Signed Event Webhook).</summary>
public sealed class SendGridWebhookOptions
{
    /// <summary>The verification key that SendGrid shows: an ECDSA P-256 key in Base64.</summary>
    public string? PublicKey { get; set; }
}

/// <summary>Mailgun signs each request.</summary>
public sealed class MailgunWebhookOptions
{
    /// <summary>The HTTP webhook signing key.</summary>
    public string? SigningKey { get; set; }
}

/// <summary>Postmark signs nothing: it sends what its webhook's URL or headers are given.</summary>
public sealed class PostmarkWebhookOptions
{
    /// <summary>The user of HTTP basic authentication.</summary>
    public string? Username { get; set; }

    /// <summary>The password that goes with it.</summary>
    public string? Password { get; set; }

    /// <summary>In their place: what the custom header <c>X-Webhook-Secret</c> must hold.</summary>
    public string? Secret { get; set; }
}

/// <summary>Checks <see cref="WebhookOptions"/>; each error names its key.</summary>
internal sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>
{
    private const int SecretLengthMin = 16;

    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var problems = new List<string>();
        foreach (var (i, topic) in options.Ses.TopicArns.Index())
        {
            Require(TopicArn().IsMatch(topic), $"Ses:TopicArns:{i} is not the ARN of an SNS topic.");
        }

        var key = options.SendGrid.PublicKey;
        Require(key is null || IsKey(key), "SendGrid:PublicKey is not an ECDSA P-256 public key in Base64.");
        Require(options.Mailgun.SigningKey is not "", "Mailgun:SigningKey must not be empty.");
        var postmark = options.Postmark;
        Require(postmark.Username is null == postmark.Password is null, "Postmark:Username must go with a Password.");
        RequireSecret(postmark.Password, "Postmark:Password");
        RequireSecret(postmark.Secret, "Postmark:Secret");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        // The only thing that tells Postmark from anybody else must not be guessed.
        void RequireSecret(string? secret, string field) => Require(
            secret is null || secret.Length >= SecretLengthMin,
            $"{field} must have at least {SecretLengthMin} characters.");

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add($"{WebhookOptions.Section}:{problem}");
            }
        }
    }

    private static bool IsKey(string key)
    {
        try
        {
            using var read = SendGridWebhook.ReadKey(key);
            return true;
        }
        catch (Exception failure) when (failure is FormatException or CryptographicException)
        {
            return false;
        }
    }

    [GeneratedRegex(
        @"^arn:aws(-cn|-us-gov)?:sns:[a-z0-9-]{1,40}:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TopicArn();
}
