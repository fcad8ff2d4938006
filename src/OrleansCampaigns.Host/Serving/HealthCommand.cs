using System.CommandLine;

namespace OrleansCampaigns.Host.Serving;

/// <summary><c>health</c>: asks the process next to it whether it is ready, for containers without a browser.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Option<string?> Url = new("--url")
    {
        Description = "What to ask (default: /health/ready at the address that the setting Listen names).",
    };

    public static Command Create()
    {
        var command = new Command("health", "Asks a process that serves whether it is ready; exit code 0 if it is.")
        {
            Url, ServerConfiguration.Listen, ServerConfiguration.Config,
        };
        command.SetAction(Run);
        return command;
    }

    /// <summary>What a process that listens at an address is asked on the same machine.</summary>
    internal static Uri UrlOf(string listen) =>
        new(new ServerSettings { Listen = listen }.LocalUrl, "health/ready");

    private static async Task<int> Run(ParseResult arguments, CancellationToken cancellation)
    {
        var status = 1;
        var explained = await ServerConfiguration.Explain(async () => status = await Ask(arguments, cancellation));
        return explained == 0 ? status : explained;
    }

    private static async Task<int> Ask(ParseResult arguments, CancellationToken cancellation)
    {
        var given = arguments.GetValue(Url);
        if (given is not null
            && !(Uri.TryCreate(given, UriKind.Absolute, out var own) && own.Scheme is "http" or "https"))
        {
            throw new SettingsException(
                $"--url must be a URL such as http://127.0.0.1:8025/health/ready, not '{given}'.");
        }

        var url = given is null
            ? UrlOf(ServerSettings.Read(ServerConfiguration.Read(arguments)).Listen)
            : new Uri(given);
        using var handler = new HttpClientHandler();
        if (url.IsLoopback)
        {
            // Its certificate names the public host, never this address.
            handler.ServerCertificateCustomValidationCallback =
                HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        }

        using var http = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(url, cancellation);
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"{url} does not answer: {failure.Message}");
            return 1;
        }
    }
}
