using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansCampaigns.Mail.Inbound;

/// <summary>The SMTP server for what comes back: the section <c>Mail:Inbound</c>.</summary>
public sealed class InboundOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Mail:Inbound";

    /// <summary>An IP address and a port, such as <c>0.0.0.0:25</c>; off when absent.</summary>
    public string? Listen { get; set; }

    /// <summary>What the server calls itself; the domain of the return path when absent.</summary>
    public string? HostName { get; set; }

    /// <summary>
    /// Plain addresses that it takes mail for, beside those with a token of ours: where feedback loops report to, the
    /// bare return path.
    /// </summary>
    public IList<string> Addresses { get; set; } = [];

    /// <summary>A file with the certificate for STARTTLS, as PKCS#12 or PEM; not offered when absent.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file with the private key in PEM, when it is not in the same file.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>The password of a PKCS#12 file.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>
    /// How many connections it serves at once: a quarter of them for one address (a /64 of IPv6), half for one network
    /// (a /24, a /48), and the last eighth only for networks that have hardly any.
    /// </summary>
    public int MaxConnections { get; set; } = 64;

    /// <summary>The largest message it takes. Of a large one only the beginning is read.</summary>
    public int MaxMessageOctets { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a client may keep silent (RFC 5321 §4.5.3.2.7 asks for 5 minutes).</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where to listen, or <see langword="null"/> when <see cref="Listen"/> does not say.</summary>
    internal IPEndPoint? EndPoint =>
        Listen is { } text && IPEndPoint.TryParse(text, out var endPoint)
        && text.EndsWith($":{endPoint.Port}", StringComparison.Ordinal)
            ? endPoint
            : null;

    /// <summary>Loads the certificate; the problem has no secret in it.</summary>
    internal (X509Certificate2? Certificate, string? Problem) LoadCertificate()
    {
        if (Certificate is null)
        {
            return (null, null);
        }

        try
        {
            var loaded = X509Certificate2.GetCertContentType(Certificate) == X509ContentType.Pkcs12
                ? X509CertificateLoader.LoadPkcs12FromFile(Certificate, CertificatePassword)
                : X509Certificate2.CreateFromPemFile(Certificate, CertificateKey);
            return loaded.HasPrivateKey ? (loaded, null) : (null, "has no private key.");
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException
            or UnauthorizedAccessException or ArgumentException)
        {
            return (null, "cannot be read as a certificate with its private key.");
        }
    }
}
