using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Scenarios;

/// <summary>Many recipients open and click while a campaign runs.</summary>
public sealed class TrackingLoadTests(ITestOutputHelper output)
{
    private const string SecondsVariable = "ORLEANSCAMPAIGNS_TRACKING_SECONDS";
    private const int RequestsPerSecond = 1_000;
    private const int RequestsPerTick = 10;
    private const int Readers = 2_000;
    private const string Html =
        "<p>Hello</p><p><a href=\"https://news.example/one\">One</a> <a href=\"https://news.example/two\">Two</a></p>";

    // The usual run is short; the figures of the README are of 30 seconds.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(int.Parse(
        Environment.GetEnvironmentVariable(SecondsVariable) ?? "5", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Everything_that_was_asked_for_beside_a_running_campaign_is_counted()
    {
        await using var sink = SandboxServer.Start(new SandboxOptions
        {
            KeepMessages = true,
            SlowLatency = TimeSpan.FromMilliseconds(100),
        });
        await using var server = new ServerProcess(sink.Port, new()
        {
            ["Mail:Relays:0:MaxConnections"] = "8",

            // One person clicks faster here than any person can.
            ["Tracking:MachineWindow"] = "00:00:00",
            ["Tracking:MachineBurst"] = "00:00:00",
        });
        await server.Start();
        var list = await server.Import(Counts.Csv(Enumerable.Range(0, Readers).Select(i => $"ok-{i}@mail.example")));
        var read = await Start(server, list, Readers);
        Assert.Equal(Readers, (await server.Ended(read)).Outcome("Sent"));
        var letters = sink.Deliveries().Select(Read).ToList();

        // Its many recipients take longer than the load lasts.
        var others = (int)(Duration.TotalSeconds * 100) + 500;
        var running = await Start(server, await server.Import(
            Counts.Csv(Enumerable.Range(0, others).Select(i => $"slow-{i}@other.example"))), others);

        var load = new Load(letters, seed: 3);
        await load.Run(Duration);
        var campaign = await server.Statistics(running);
        output.WriteLine(load.Describe());
        output.WriteLine($"The campaign beside it had sent {campaign.Outcome("Sent")} of {others}.");

        Assert.Equal(0, load.Errors);
        Assert.True(load.Rate >= 0.95 * RequestsPerSecond, load.Describe());
        Counts.AssertSound(await server.Ended(running, TimeSpan.FromMinutes(5)));
        await AssertCounted(server, read, load);
    }

    private static async Task<string> Start(ServerProcess server, string list, int recipients)
    {
        var campaign = await server.Draft(list, recipients, new()
        {
            ["content"] = new JsonObject { ["subject"] = "Hello", ["html"] = Html },
        });
        await server.Post($"campaigns/{campaign}/start");
        return campaign;
    }

    private static ReceivedMail Read(SandboxDelivery delivery) =>
        ReceivedMail.Read(delivery.Sender, delivery.Recipient, 1, delivery.Content!.Value.ToArray());

    private static async Task AssertCounted(ServerProcess server, string campaign, Load load)
    {
        var statistics = await server.Statistics(campaign);
        Assert.Equal(load.Opens, (long)statistics["opens"]!);
        Assert.Equal(load.Clicks, (long)statistics["clicks"]!);
        Assert.Equal(load.Clickers.Union(load.Openers).Count(), (long)statistics["opened"]!);
        Assert.Equal(load.Clickers.Count, (long)statistics["clicked"]!);
    }

    /// <summary>Asks at a fixed rate, whether answers come or not, and measures from when it was due.</summary>
    private sealed class Load(IReadOnlyList<ReceivedMail> letters, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();
        private readonly List<double> _milliseconds = [];
        private readonly HttpClient _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = 256,
        });

        private TimeSpan _took;

        public long Opens { get; private set; }

        public long Clicks { get; private set; }

        public int Errors { get; private set; }

        public HashSet<string> Openers { get; } = [];

        public HashSet<string> Clickers { get; } = [];

        public double Rate => _milliseconds.Count / _took.TotalSeconds;

        public async Task Run(TimeSpan duration)
        {
            var ticks = (int)(duration.TotalSeconds * RequestsPerSecond / RequestsPerTick);
            var period = TimeSpan.FromSeconds((double)RequestsPerTick / RequestsPerSecond);
            var requests = new List<Task>(ticks * RequestsPerTick);
            var watch = Stopwatch.StartNew();
            using var timer = new PeriodicTimer(period / 2);
            for (var tick = 0; tick < ticks; tick++)
            {
                while (watch.Elapsed < period * tick)
                {
                    await timer.WaitForNextTickAsync();
                }

                for (var i = 0; i < RequestsPerTick; i++)
                {
                    requests.Add(Ask(Pick(), watch, period * tick));
                }
            }

            await Task.WhenAll(requests);
            _took = watch.Elapsed;
        }

        public string Describe()
        {
            _milliseconds.Sort();
            double At(double share) => _milliseconds[(int)((_milliseconds.Count - 1) * share)];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{_milliseconds.Count} requests in {_took.TotalSeconds:0.0} s ({Rate:0}/s), {Opens} opens and {Clicks} "
                    + $"clicks, {Errors} errors; ms: median {At(0.5):0.0}, p99 {At(0.99):0.0}, most {At(1):0.0}");
        }

        private Uri Pick()
        {
            var letter = letters[_random.Next(letters.Count)];
            if (_random.Next(4) > 0)
            {
                Opens++;
                Openers.Add(letter.Recipient);
                return letter.Pixel!;
            }

            Clicks++;
            Clickers.Add(letter.Recipient);
            return letter.Links[_random.Next(letter.Links.Count)];
        }

        private async Task Ask(Uri url, Stopwatch watch, TimeSpan due)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation(
                "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
            var isTaken = false;
            try
            {
                using var response = await _http.SendAsync(request);
                isTaken = (int)response.StatusCode < 400;
            }
            catch (HttpRequestException)
            {
                // Counted as an error.
            }

            lock (_gate)
            {
                _milliseconds.Add((watch.Elapsed - due).TotalMilliseconds);
                Errors += isTaken ? 0 : 1;
            }
        }
    }
}
