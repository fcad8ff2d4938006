using System.Text;

namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>Asks for what a message leads to; never for anything elsewhere.</summary>
internal sealed class SandboxBrowser(SandboxWorldOptions options) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxConnectionsPerServer = options.AtOnceMax,
    })
    {
        Timeout = Patience,
    };

    public async Task<(SandboxSignalFate Fate, Uri? Leads)> Ask(
        RequestAction action, SemaphoreSlim places, CancellationToken cancellation)
    {
        if (!options.PublicUrl.IsBaseOf(action.Url))
        {
            return (SandboxSignalFate.Failed, null);
        }

        using var request = new HttpRequestMessage(action.Method, action.Url);
        request.Headers.TryAddWithoutValidation("User-Agent", action.UserAgent);
        if (action.Form is { } form)
        {
            request.Content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded");
        }

        await places.WaitAsync(cancellation);
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return ((int)response.StatusCode switch
            {
                < 400 => SandboxSignalFate.Acknowledged,
                < 500 => SandboxSignalFate.Refused,
                _ => SandboxSignalFate.Failed,
            }, response.Headers.Location);
        }
        catch (Exception broken) when (!cancellation.IsCancellationRequested
            && broken is HttpRequestException or OperationCanceledException)
        {
            return (SandboxSignalFate.Failed, null);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => http.Dispose();
}
