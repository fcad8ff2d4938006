using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>The built executable, run as an operator runs it: <c>serve</c> in a process of its own.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    // A request that is answered 503 so often, each time after the wait that was asked for, has failed.
    private const int TriesMax = 12;

    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly bool _ownsFolder;
    private readonly string[] _command;
    private Process? _process;
    private HttpClient? _http;

    /// <summary>Describes a server; <see cref="Start"/> runs it.</summary>
    /// <param name="relayPort">The port of the relay on this machine; 0 where no relay is to be named.</param>
    /// <param name="settings">Further settings, in the spelling of the configuration
    /// (<c>Engine:Retry:MaxAge</c>).</param>
    /// <param name="folder">The folder of the data; a fresh one when absent.</param>
    /// <param name="command">What it is started with; <c>serve</c> on that folder when absent.</param>
    public ServerProcess(
        int relayPort, Dictionary<string, string>? settings = null, string? folder = null, string[]? command = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("oc-scenario-").FullName;
        _command = command ?? ["serve", "--data", Folder];
        Url = $"http://127.0.0.1:{FreePort()}";
        _settings = new()
        {
            ["Mail:Relays:0:Name"] = "sink",
            ["Mail:Relays:0:Host"] = "127.0.0.1",
            ["Mail:Relays:0:Port"] = $"{relayPort}",
            ["Mail:Relays:0:Security"] = "None",
            ["Tracking:PublicUrl"] = Url,
            ["Engine:ReminderPeriod"] = "00:00:01",
            ["Engine:Retry:Deferred:First"] = "00:00:01",
            ["Engine:Retry:Deferred:Max"] = "00:00:02",
            ["Engine:Retry:SoftBounced:First"] = "00:00:01",
            ["Engine:Retry:SoftBounced:Max"] = "00:00:02",

            // No retry is given up because a busy machine came to it late.
            ["Engine:Retry:MaxAge"] = "00:10:00",
        };
        foreach (var (key, value) in settings ?? [])
        {
            _settings[key] = value;
        }

        if (relayPort == 0)
        {
            foreach (var key in _settings.Keys.Where(key => key.StartsWith("Mail:Relays:", StringComparison.Ordinal)))
            {
                _settings.Remove(key);
            }
        }
    }

    public string Folder { get; }

    public string Url { get; }

    /// <summary>The administrator key: what the first start printed, unless another process was told it.</summary>
    public string? Key { get; set; }

    /// <summary>The account that requests are for; the key's own one when absent.</summary>
    public string? Account { get; set; }

    /// <summary>What runs; the executable next to the tests unless it is another version's.</summary>
    public string Program { get; init; } = Executable;

    public IEnumerable<string> Output => _output;

    public IEnumerable<string> Errors => _errors;

    /// <summary>For requests that nothing here sends.</summary>
    public HttpClient Http => _http!;

    /// <summary>Whether the process has been started and not ended.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What the system calls the process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>The executable next to the tests.</summary>
    public static string Executable => Path.Combine(AppContext.BaseDirectory, "orleans-campaigns.dll");

    /// <summary>The settings of a process that is a whole cluster on a PostgreSQL database.</summary>
    public static Dictionary<string, string> OnPostgres(string connectionString) => new()
    {
        ["Postgres:ConnectionString"] = connectionString,
        ["Cluster:AdvertisedAddress"] = "127.0.0.1",
        ["Cluster:SiloPort"] = $"{FreePort()}",
        ["Cluster:GatewayPort"] = $"{FreePort()}",
    };

    /// <summary>How much of the processors it has taken since it was started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The most memory that it has held, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process!.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Runs it and waits until it listens.</summary>
    /// <param name="key">The administrator key, when another process on the same database has printed it.</param>
    public async Task Start(string? key = null)
    {
        Directory.CreateDirectory(Folder); // It is where the process works.
        _output.Clear();
        _process = Process.Start(Describe([.. _command, "--listen", Url]))!;
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.Holds(
            "the server listens",
            () => _process.HasExited
                ? throw new InvalidOperationException($"The server ended: {string.Join('\n', _errors)}")
                : _output.Any(line => line.StartsWith("Listening on", StringComparison.Ordinal)));
        Key ??= key ?? _output.FirstOrDefault(line => line.Contains("oc_", StringComparison.Ordinal))?.Split(' ')[^1];
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri($"{Url}/v1/"), Timeout = Eventually.Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>Runs another command of the executable with the same settings, beside it.</summary>
    public async Task<(int ExitCode, string Output)> Run(params string[] command)
    {
        using var process = Process.Start(Describe(command))!;
        using var limit = new CancellationTokenSource(Eventually.Patience);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, output + await errors);
    }

    /// <summary>Ends it as a power failure does: nothing of it runs any more when this returns.</summary>
    public async Task Kill()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Nothing of it runs until it is thawed, and its connections stay open.</summary>
    public Task Freeze() => Signal("-STOP");

    /// <summary>It goes on as if nothing had been.</summary>
    public Task Thaw() => Signal("-CONT");

    /// <summary>Ends it as an operator does.</summary>
    public async Task<int> Terminate()
    {
        await Signal("-TERM");
        try
        {
            await _process!.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The process never ended after SIGTERM: {string.Join('\n', _errors)}");
        }

        return _process.ExitCode;
    }

    /// <summary>Sends a request once, and tells what is answered.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> Send(
        HttpMethod method, string path, JsonNode? body = null, string? csv = null, string? key = null)
    {
        var (status, answer, _) = await SendOnce(method, path, body, csv, key);
        return (status, answer);
    }

    public Task<JsonNode> Get(string path) => Ok(HttpMethod.Get, path);

    public Task<JsonNode> Post(string path, JsonNode? body = null) => Ok(HttpMethod.Post, path, body);

    /// <summary>Imports addresses into a new list and returns the list.</summary>
    public async Task<string> Import(string csv, TimeSpan? limit = null)
    {
        var list = (string)(await Post("lists", new JsonObject { ["name"] = Guid.NewGuid().ToString("N") }))["id"]!;
        var import = (await Ok(HttpMethod.Post, $"lists/{list}/imports", csv: csv))["id"];
        var ended = await Eventually.Get(
            "the import ends",
            async () => await Get($"imports/{import}") is var now && (string)now["status"]! != "Running" ? now : null,
            limit);
        Assert.True((string)ended["status"]! == "Finished", $"{ended}");
        return list;
    }

    /// <summary>A draft to a list, with licences enough.</summary>
    public async Task<string> Draft(string list, long licences, JsonObject? changes = null)
    {
        await Post(
            "licences/grants", new JsonObject { ["amount"] = licences, ["actor"] = "test", ["reason"] = "test" });
        var definition = new JsonObject
        {
            ["name"] = "scenario",
            ["sender"] = new JsonObject { ["address"] = "news@sender.example" },
            ["content"] = new JsonObject { ["subject"] = "Hello", ["html"] = "<p>Hello</p>" },
            ["audience"] = new JsonObject { ["listIds"] = new JsonArray(list) },
        };
        foreach (var (key, value) in changes ?? [])
        {
            definition[key] = value?.DeepClone();
        }

        return (string)(await Post("campaigns", definition))["id"]!;
    }

    public Task<JsonNode> Statistics(string campaign) => Get($"campaigns/{campaign}/statistics");

    /// <summary>The recipients of a campaign.</summary>
    public Task<List<JsonNode>> Recipients(string campaign) => Items($"campaigns/{campaign}/recipients");

    /// <summary>Everything on all pages of a listing.</summary>
    public async Task<List<JsonNode>> Items(string path)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var rest = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var page = await Get($"{path}?limit=500{rest}");
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        return items;
    }

    /// <summary>The statistics once the campaign has ended.</summary>
    public Task<JsonNode> Ended(string campaign, TimeSpan? limit = null) => Eventually.Get(
        "the campaign ends",
        async () => await Statistics(campaign) is { } statistics
            && (string)statistics["status"]! is "Finished" or "FinishedWithFailures" or "Cancelled"
            ? await Statistics(campaign)
            : null,
        limit);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await Kill();
        }

        _process?.Dispose();
        _http?.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Waits as long as the answer 503 has asked its client to (RFC 9110, 10.2.3).</summary>
    public static async Task WaitAsAsked(TimeSpan retryAfter)
    {
        using var timer = new PeriodicTimer(retryAfter > TimeSpan.Zero ? retryAfter : TimeSpan.FromMilliseconds(1));
        await timer.WaitForNextTickAsync();
    }

    public static int FreePort()
    {
        // Below the ports that outgoing connections take: one of those may come between this look and the server's.
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(20_000, 32_000));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }

    private async Task Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private ProcessStartInfo Describe(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        CommandRun.ForgetSettings(start);
        foreach (var (key, value) in _settings)
        {
            start.Environment[$"ORLEANSCAMPAIGNS_{key.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        }

        return start;
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode Body, TimeSpan? RetryAfter)> SendOnce(
        HttpMethod method, string path, JsonNode? body, string? csv, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (Account is not null)
        {
            request.Headers.Add("X-Account", Account);
        }

        if (body is not null || csv is not null)
        {
            request.Content = new StringContent(
                csv ?? body!.ToJsonString(), Encoding.UTF8, csv is null ? "application/json" : "text/csv");
        }

        using var response = await _http!.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith(
            "json", StringComparison.Ordinal) == true;
        return (
            response.StatusCode,
            isJson ? JsonNode.Parse(text)! : JsonValue.Create(text),
            response.Headers.RetryAfter?.Delta);
    }

    /// <summary>
    /// Sends a request as a client should: again with the same <c>Idempotency-Key</c> while the answer is that the
    /// server cannot do it now, each time after the wait that it asks for.
    /// </summary>
    private async Task<JsonNode> Ok(HttpMethod method, string path, JsonNode? body = null, string? csv = null)
    {
        // The answer that makes an API key holds a secret, and is not kept for a second request.
        var key = method == HttpMethod.Post && !path.EndsWith("api-keys", StringComparison.Ordinal)
            ? $"{Guid.NewGuid():N}"
            : null;
        for (var tries = 1; ; tries++)
        {
            var (status, answer, wait) = await SendOnce(method, path, body, csv, key);
            var code = answer is JsonObject problem ? (string?)problem["code"] : null;
            if (tries < TriesMax && (status == HttpStatusCode.ServiceUnavailable || code == "idempotency.in_progress"))
            {
                await WaitAsAsked(wait ?? TimeSpan.FromSeconds(1));
                continue;
            }

            // The try before was answered 503, and did what it was to do.
            var isDone = tries > 1 && code == "campaign.already_started";
            Assert.True(isDone || (int)status is >= 200 and < 300, $"{method} {path}, try {tries}: {status} {answer}");
            return answer;
        }
    }
}
