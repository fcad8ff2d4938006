using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>One message of Amazon SNS over HTTP.</summary>
internal sealed partial record SnsMessage
{
    public const string Notification = "Notification";
    public const string SubscriptionConfirmation = "SubscriptionConfirmation";
    public const string UnsubscribeConfirmation = "UnsubscribeConfirmation";

    public required string Type { get; init; }

    public required string MessageId { get; init; }

    public required string TopicArn { get; init; }

    public required string Message { get; init; }

    public required string Timestamp { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    public required string SignatureVersion { get; init; }

    public required byte[] Signature { get; init; }

    public required Uri CertificateUrl { get; init; }

    public string? Subject { get; init; }

    public string? Token { get; init; }

    public string? SubscribeUrl { get; init; }

    /// <summary>The message; <see langword="null"/> when something is missing that every one has.</summary>
    public static SnsMessage? Read(JsonElement json)
    {
        if (json.Text("Type") is not (Notification or SubscriptionConfirmation or UnsubscribeConfirmation)
            || json.Text("MessageId") is not { } id
            || json.Text("TopicArn") is not { } topic
            || json.Text("Message") is not { } message
            || json.Text("Timestamp") is not { } timestamp
            || json.Time("Timestamp") is not { } sentAt
            || json.Text("SignatureVersion") is not { } version
            || Secrets.FromBase64(json.Text("Signature")) is not { } signature
            || !Uri.TryCreate(json.Text("SigningCertURL"), UriKind.Absolute, out var certificate))
        {
            return null;
        }

        return new()
        {
            Type = json.Text("Type")!,
            MessageId = id,
            TopicArn = topic,
            Message = message,
            Timestamp = timestamp,
            SentAt = sentAt,
            SignatureVersion = version,
            Signature = signature,
            CertificateUrl = certificate,
            Subject = json.Text("Subject"),
            Token = json.Text("Token"),
            SubscribeUrl = json.Text("SubscribeURL"),
        };
    }

    /// <summary>Whether Amazon serves the certificate: nobody else's counts, and nobody else is asked for it.</summary>
    public bool IsCertificateOfAmazon =>
        IsAmazon(CertificateUrl)
        && CertificateUrl.Query.Length == 0
        && Certificate().IsMatch(CertificateUrl.AbsolutePath);

    /// <summary>Where the subscription is confirmed, if that is with Amazon.</summary>
    public Uri? ConfirmationUrl =>
        Uri.TryCreate(SubscribeUrl, UriKind.Absolute, out var url)
        && IsAmazon(url)
        && url.AbsolutePath == "/"
        && url.Query.Contains("Action=ConfirmSubscription", StringComparison.Ordinal)
            ? url
            : null;

    /// <summary>Whether the signature is of this message and of that key.</summary>
    public bool IsSignedBy(X509Certificate2 certificate)
    {
        HashAlgorithmName? hash = SignatureVersion switch
        {
            "1" => HashAlgorithmName.SHA1, // What a topic uses unless it is told otherwise.
            "2" => HashAlgorithmName.SHA256,
            _ => null,
        };
        using var key = certificate.GetRSAPublicKey();
        return key is not null
            && hash is not null
            && key.VerifyData(
                Encoding.UTF8.GetBytes(TextToSign()), Signature, hash.Value, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The fields that are signed, by name in the order of the alphabet.</summary>
    public string TextToSign()
    {
        var text = new StringBuilder();
        Add("Message", Message);
        Add("MessageId", MessageId);
        if (Type == Notification)
        {
            Add("Subject", Subject);
        }
        else
        {
            Add("SubscribeURL", SubscribeUrl);
        }

        Add("Timestamp", Timestamp);
        if (Type != Notification)
        {
            Add("Token", Token);
        }

        Add("TopicArn", TopicArn);
        Add("Type", Type);
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name).Append('\n').Append(value).Append('\n');
            }
        }
    }

    // arn:partition:sns:region:account:name. The topic is one of ours, so that a stranger cannot choose the host.
    private bool IsAmazon(Uri url)
    {
        var parts = TopicArn.Split(':');
        var domain = parts.ElementAtOrDefault(1) == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
        return url.Scheme == Uri.UriSchemeHttps
            && url.IsDefaultPort
            && url.UserInfo.Length == 0
            && url.Host == $"sns.{parts.ElementAtOrDefault(3)}.{domain}";
    }

    [GeneratedRegex(@"^/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Certificate();
}
