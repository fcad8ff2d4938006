namespace OrleansCampaigns.Mail.Messages;

/// <summary>One DKIM key (<c>Mail:Dkim:n</c>).</summary>
public sealed class DkimOptions
{
    /// <summary>The signing domain: messages whose sender is in exactly this domain are signed.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The selector: the public key is at <c>selector._domainkey.domain</c>.</summary>
    public string Selector { get; set; } = "";

    /// <summary>The file that holds the private key, in PEM: RSA of at least 1024 bits, or Ed25519.</summary>
    public string? PrivateKeyPath { get; set; }

    /// <summary>The private key itself, in PEM; instead of a file.</summary>
    public string? PrivateKeyPem { get; set; }
}
