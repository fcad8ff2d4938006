using System.Security.Cryptography.X509Certificates;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>How a <see cref="SandboxServer"/> is set up.</summary>
public sealed record SandboxOptions
{
    /// <summary>The loopback port to listen on; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>How long every message takes to be answered.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How much longer a message to a <c>slow-…</c> recipient takes.</summary>
    public TimeSpan SlowLatency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How many connections it serves at once; one more is greeted with 421.</summary>
    public int ConnectionsMax { get; init; } = int.MaxValue;

    /// <summary>Whom clients must authenticate as; nobody must when absent.</summary>
    public string? Username { get; init; }

    /// <summary>The password that goes with it.</summary>
    public string? Password { get; init; }

    /// <summary>The certificate for STARTTLS; not offered when absent.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Encrypts from the first byte instead of offering STARTTLS.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>Keeps the octets of every accepted message. Costs memory without limit.</summary>
    public bool KeepMessages { get; init; }

    /// <summary>Keeps who got what. Costs memory without limit; without it, only counts are known.</summary>
    public bool KeepDeliveries { get; init; } = true;

    /// <summary>Where accepted messages can be looked into; nowhere when absent.</summary>
    public SandboxInbox? Inbox { get; init; }

    /// <summary>Keeps when every attempt began. Costs memory without limit.</summary>
    public bool KeepAttempts { get; init; }

    /// <summary>The largest message it takes, in octets; announced by SIZE (RFC 1870).</summary>
    public int MessageSizeMax { get; init; } = 64 * 1024 * 1024;
}
