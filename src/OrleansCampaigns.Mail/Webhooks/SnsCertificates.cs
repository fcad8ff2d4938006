using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>What is asked of Amazon SNS over the network.</summary>
internal interface ISnsClient
{
    /// <summary>A certificate in PEM; <see langword="null"/> when there is none at that address.</summary>
    Task<string?> GetCertificate(Uri url, CancellationToken cancellation);

    /// <summary>Confirms a subscription.</summary>
    Task Confirm(Uri url, CancellationToken cancellation);
}

/// <summary>The certificates that SNS signs with, fetched once each.</summary>
internal sealed class SnsCertificates(ISnsClient client, TimeProvider clock) : IDisposable
{
    private const int EntriesMax = 20;

    // Requests that name certificates which do not exist must not keep others waiting in a line without end.
    private const int WaitingMax = 16;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, X509Certificate2> _entries = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _fetching = new(1);
    private int _waiting;

    /// <summary>The certificate, if it is valid now; <see langword="null"/> otherwise.</summary>
    /// <remarks>
    /// Who serves it is proven by TLS, so that it is as good as the web's own; its own chain would prove no more.
    /// </remarks>
    public async Task<X509Certificate2?> Find(Uri url, CancellationToken cancellation)
    {
        if (!_entries.TryGetValue(url.AbsoluteUri, out var certificate))
        {
            certificate = await Fetch(url, cancellation);
        }

        var now = clock.GetUtcNow().UtcDateTime;
        return certificate is not null
            && now >= certificate.NotBefore.ToUniversalTime()
            && now <= certificate.NotAfter.ToUniversalTime()
                ? certificate
                : null;
    }

    public void Dispose() => _fetching.Dispose();

    private async Task<X509Certificate2?> Fetch(Uri url, CancellationToken cancellation)
    {
        // One at a time: whoever floods us with addresses that do not exist must not make us flood Amazon.
        if (Interlocked.Increment(ref _waiting) > WaitingMax || !await _fetching.WaitAsync(WaitMax, cancellation))
        {
            Interlocked.Decrement(ref _waiting);
            throw new IOException("Too many certificates are asked for at the same time.");
        }

        try
        {
            if (_entries.TryGetValue(url.AbsoluteUri, out var known))
            {
                return known;
            }

            if (Read(await client.GetCertificate(url, cancellation)) is not { } certificate)
            {
                return null;
            }

            if (_entries.Count >= EntriesMax)
            {
                _entries.Clear();
            }

            return _entries[url.AbsoluteUri] = certificate;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            _fetching.Release();
        }
    }

    private static X509Certificate2? Read(string? pem)
    {
        try
        {
            return pem is null ? null : X509Certificate2.CreateFromPem(pem);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>SNS on the real network.</summary>
internal sealed class SnsClient : ISnsClient, IDisposable
{
    private const int AnswerBytesMax = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // It goes nowhere but to the address that was checked.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    public async Task<string?> GetCertificate(Uri url, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(url, cancellation);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    public async Task Confirm(Uri url, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(url, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}
