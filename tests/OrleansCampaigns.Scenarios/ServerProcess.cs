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
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly bool _ownsFolder;
    private readonly string[] _command;
    private Process? _process;
    private HttpClient? _http;

    /// <summary>Describes a server; <see cref="Start"/> runs it.</summary>
    /// <param name="relayPort">The port of the relay on this machine.</param>
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
            ["Engine:Retry:MaxAge"] = "00:00:20",
        };
        foreach (var (key, value) in settings ?? [])
        {
            _settings[key] = value;
        }
    }

    public string Folder { get; }

    public string Url { get; }

    /// <summary>The administrator key that the first start printed.</summary>
    public string? Key { get; private set; }

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
    public async Task Start()
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
                : _output.Any(line => line.StartsWith("Listening on", StringComparison.Ordinal)),
            StartLimit);
        Key ??= _output.FirstOrDefault(line => line.Contains("oc_", StringComparison.Ordinal))?.Split(' ')[^1];
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri($"{Url}/v1/"), Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>Runs another command of the executable with the same settings, beside it.</summary>
    public async Task<(int ExitCode, string Output)> Run(params string[] command)
    {
        using var process = Process.Start(Describe(command))!;
        using var limit = new CancellationTokenSource(StartLimit);
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
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> Send(
        HttpMethod method, string path, JsonNode? body = null, string? csv = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
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
        return (response.StatusCode, isJson ? JsonNode.Parse(text)! : JsonValue.Create(text));
    }

    public async Task<JsonNode> Get(string path) => await Ok(HttpMethod.Get, path);

    public async Task<JsonNode> Post(string path, JsonNode? body = null) => await Ok(HttpMethod.Post, path, body);

    /// <summary>Imports addresses into a new list and returns the list.</summary>
    public async Task<string> Import(string csv, TimeSpan? limit = null)
    {
        var list = (string)(await Post("lists", new JsonObject { ["name"] = Guid.NewGuid().ToString("N") }))["id"]!;
        var (status, import) = await Send(HttpMethod.Post, $"lists/{list}/imports", csv: csv);
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {import}");
        await Eventually.Holds("the import ends", async () =>
            (string)(await Get($"imports/{import["id"]}"))["status"]! == "Finished", limit);
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
        limit ?? TimeSpan.FromSeconds(90));

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
        var start = new ProcessStartInfo("dotnet", ["exec", Executable, .. arguments])
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

    private async Task<JsonNode> Ok(HttpMethod method, string path, JsonNode? body = null)
    {
        var (status, answer) = await Send(method, path, body);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        return answer;
    }
}
