using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>A DKIM key, loaded (RFC 6376; Ed25519 by RFC 8463).</summary>
[SuppressMessage("Design", "CA1001", Justification = "A key lives as long as the process.")]
internal sealed class DkimKey
{
    private const int RsaBitsMin = 1024;

    // What a reader sees or answers by, and what machines act on.
    private static readonly string[] SignedHeaders =
    [
        "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
        "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID",
    ];

    private readonly AsymmetricKeyParameter key;
    private readonly string selector;
    private readonly ThreadLocal<RSA>? native;

    private DkimKey(string domain, string selector, AsymmetricKeyParameter key)
    {
        Domain = domain;
        this.selector = selector;
        this.key = key;
        if (key is RsaPrivateCrtKeyParameters rsa)
        {
            // The platform signs several times faster, and one object must not be used by two threads.
            var parameters = Convert(rsa);
            native = new ThreadLocal<RSA>(() => RSA.Create(parameters));
        }
    }

    /// <summary>The signing domain.</summary>
    public string Domain { get; }

    /// <summary>Loads the key, or says what is wrong with it, naming <paramref name="configurationKey"/>.</summary>
    public static (DkimKey? Key, string? Problem) Load(string configurationKey, DkimOptions options)
    {
        var domain = EmailAddress.Parse($"x@{options.Domain}")?.Domain;
        if (domain is null || domain.StartsWith('['))
        {
            return (null, $"{configurationKey}:Domain is not a domain name.");
        }

        if (EmailAddress.Parse($"x@{options.Selector}.example") is null)
        {
            return (null, $"{configurationKey}:Selector must be letters, digits, hyphens and dots.");
        }

        if (options.PrivateKeyPath is null == options.PrivateKeyPem is null)
        {
            return (null, $"{configurationKey} needs either PrivateKeyPath or PrivateKeyPem.");
        }

        var field = $"{configurationKey}:{(options.PrivateKeyPath is null ? "PrivateKeyPem" : "PrivateKeyPath")}";
        try
        {
            var pem = options.PrivateKeyPem ?? File.ReadAllText(options.PrivateKeyPath!);
            return Read(pem) switch
            {
                RsaPrivateCrtKeyParameters { Modulus.BitLength: >= RsaBitsMin } rsa =>
                    (new(domain, options.Selector, rsa), null),
                RsaPrivateCrtKeyParameters => (null, $"{field} holds an RSA key of fewer than {RsaBitsMin} bits."),
                Ed25519PrivateKeyParameters ed25519 => (new(domain, options.Selector, ed25519), null),
                _ => (null, $"{field} holds no private key for RSA or Ed25519."),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, $"{field} cannot be read: {failure.Message}");
        }
        catch (Exception failure) when (failure is PemException or FormatException or ArgumentException
            or InvalidOperationException or CryptographicException)
        {
            return (null, $"{field} is not a private key in PEM.");
        }
    }

    /// <summary>
    /// Headers that are signed once more than they are there (RFC 6376 §8.15): another one that is added, which readers
    /// would show instead, breaks the signature.
    /// </summary>
    private static readonly string[] SealedHeaders =
        ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"];

    /// <summary>Signs, relaxed in header and body.</summary>
    /// <param name="message">The message, complete; the signature is added to it.</param>
    /// <param name="format">How it will be written.</param>
    /// <param name="at">The time of the signature.</param>
    /// <param name="rewritten">The headers that the relay will write anew: a signature over them would break.</param>
    public void Sign(MimeMessage message, FormatOptions format, DateTimeOffset at, IReadOnlyList<string> rewritten)
    {
        var signer = new Signer(this, at)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        };
        signer.Sign(
            format,
            message,
            [.. SignedHeaders.Where(name => IsPresent(message, name)).Concat(SealedHeaders).Where(
                name => !rewritten.Contains(name, StringComparer.OrdinalIgnoreCase))]);
    }

    private static bool IsPresent(MimeMessage message, string name) =>
        message.Headers.Contains(name) || (message.Body?.Headers.Contains(name) ?? false);

    private static AsymmetricKeyParameter? Read(string pem)
    {
        using var text = new StringReader(pem);
        using var reader = new PemReader(text);
        return reader.ReadObject() switch
        {
            AsymmetricCipherKeyPair pair => pair.Private,
            AsymmetricKeyParameter { IsPrivate: true } single => single,
            _ => null,
        };
    }

    private static RSAParameters Convert(RsaPrivateCrtKeyParameters rsa)
    {
        var octets = (rsa.Modulus.BitLength + 7) / 8;
        var half = (octets + 1) / 2;
        return new RSAParameters
        {
            Modulus = Pad(rsa.Modulus, octets),
            Exponent = rsa.PublicExponent.ToByteArrayUnsigned(),
            D = Pad(rsa.Exponent, octets),
            P = Pad(rsa.P, half),
            Q = Pad(rsa.Q, half),
            DP = Pad(rsa.DP, half),
            DQ = Pad(rsa.DQ, half),
            InverseQ = Pad(rsa.QInv, half),
        };

        static byte[] Pad(Org.BouncyCastle.Math.BigInteger number, int length)
        {
            var digits = number.ToByteArrayUnsigned();
            var padded = new byte[length];
            digits.CopyTo(padded, length - digits.Length);
            return padded;
        }
    }

    private sealed class Signer(DkimKey dkim, DateTimeOffset at) : DkimSigner(
        dkim.key,
        dkim.Domain,
        dkim.selector,
        dkim.native is null ? DkimSignatureAlgorithm.Ed25519Sha256 : DkimSignatureAlgorithm.RsaSha256)
    {
        protected override long GetTimestamp() => at.ToUnixTimeSeconds();

        protected override ISigner CreateSigningContext() =>
            dkim.native is { } native ? new RsaSigner(native.Value!) : base.CreateSigningContext();
    }

    [SuppressMessage(
        "Design", "CA1001", Justification = "MimeKit does not dispose of signers; the hash goes with the signer.")]
    private sealed class RsaSigner(RSA rsa) : ISigner
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public string AlgorithmName => "RSA-SHA256";

        public void Init(bool forSigning, ICipherParameters parameters)
        {
        }

        public void Update(byte input) => hash.AppendData([input]);

        public void BlockUpdate(byte[] input, int inOff, int inLen) => hash.AppendData(input, inOff, inLen);

        public void BlockUpdate(ReadOnlySpan<byte> input) => hash.AppendData(input);

        public int GetMaxSignatureSize() => rsa.KeySize / 8;

        public byte[] GenerateSignature() =>
            rsa.SignHash(hash.GetHashAndReset(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        public bool VerifySignature(byte[] signature) => throw new NotSupportedException("It only signs.");

        public void Reset() => hash.GetHashAndReset();
    }
}
