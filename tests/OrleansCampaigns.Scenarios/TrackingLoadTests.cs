using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>Many recipients open and click while a campaign runs.</summary>
[Trait("Speed", "slow")]
public sealed class TrackingLoadTests(ITestOutputHelper output)
{
    private const string SecondsVariable = "ORLEANSCAMPAIGNS_TRACKING_SECONDS";
    private const int RequestsPerSecond = 1_000;
    private const int RequestsPerTick = 10;
    private const int Readers = 2_000;
    private const int OpenMax = 256;
    private const int TriesMax = 12;
    private const string Html =
        "<p>Hello</p><p><a href=\"https://news.example/one\">One</a> <a href=\"https://news.example/two\">Two</a></p>";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    // The usual run is short and shows that nothing is lost: there is no more under way than OpenMax requests, and a
    // machine that is slow is asked more slowly. How fast it is depends on the machine and on what else it does, and is
    // asked for only where the variable says for how long.
    private static readonly int? SecondsAskedFor =
        int.TryParse(Environment.GetEnvironmentVariable(SecondsVariable), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : null;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(SecondsAskedFor ?? 5);

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
        var others = (int)((WarmUp + Duration).TotalSeconds * 100) + 500;
        var running = await Start(server, await server.Import(
            Counts.Csv(Enumerable.Range(0, others).Select(i => $"slow-{i}@other.example"))), others);

        using var load = new Load(letters, seed: 3);
        await load.Run(WarmUp);
        var (before, processors) = (load.Count, server.ProcessorTime);
        await load.Run(Duration);
        processors = (server.ProcessorTime - processors) / (load.Count - before);
        var campaign = await server.Statistics(running);
        output.WriteLine(load.Describe());
        output.WriteLine(
            $"The campaign beside it had sent {campaign.Outcome("Sent")} of {others}; the server took "
            + $"{processors.TotalMicroseconds:0} µs of a processor per request, the campaign included.");

        Assert.Equal(0, load.Errors);
        Assert.True(SecondsAskedFor is null || load.Rate >= 0.95 * RequestsPerSecond, load.Describe());
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
        var statistics = await Eventually.Get("the statistics are those of now", async () =>
            await server.Statistics(campaign) is var now && (long)now["opens"]! + (long)now["clicks"]! == load.Count
                ? now
                : null);
        Assert.Equal(load.Opens.Values.Sum(), (long)statistics["opens"]!);
        Assert.Equal(load.Clicks.Values.Sum(), (long)statistics["clicks"]!);
        Assert.Equal(load.Clicks.Keys.Union(load.Opens.Keys).Count(), (long)statistics["opened"]!);
        Assert.Equal(load.Clicks.Count, (long)statistics["clicked"]!);
        Assert.Equal(0, (long)statistics["machineOpens"]! + (long)statistics["machineClicks"]!);

        // And one by one, as the contacts themselves tell it.
        var recipients = (await server.Recipients(campaign)).Select(item =>
            (Contact: (string)item["contactId"]!, Address: (string)item["address"]!)).ToList();
        Assert.Equal(Readers, recipients.Count);
        foreach (var some in recipients.Chunk(8))
        {
            await Task.WhenAll(some.Select(async recipient =>
            {
                var activity = await server.Get($"contacts/{recipient.Contact}/activity");
                var done = activity["items"]!.AsArray().Single(item => (string)item!["campaignId"]! == campaign)!;
                Assert.Equal(load.Opens.GetValueOrDefault(recipient.Address), (long)done["opens"]!);
                Assert.Equal(load.Clicks.GetValueOrDefault(recipient.Address), (long)done["clicks"]!);
            }));
        }
    }

    /// <summary>
    /// Asks at a fixed rate and measures from when a request was due; whether answers come or not, when it measures.
    /// </summary>
    private sealed class Load(IReadOnlyList<ReceivedMail> letters, int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();
        private List<double> _milliseconds = [];
        private int _counted;
        private readonly HttpClient _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = OpenMax,
        });
        private readonly SemaphoreSlim _open = new(SecondsAskedFor is null ? OpenMax : int.MaxValue);

        private TimeSpan _took;

        /// <summary>How often each recipient opened.</summary>
        public Dictionary<string, long> Opens { get; } = [];

        /// <summary>How often each recipient clicked.</summary>
        public Dictionary<string, long> Clicks { get; } = [];

        public int Errors { get; private set; }

        public int Count => _counted + _milliseconds.Count;

        public double Rate => _milliseconds.Count / _took.TotalSeconds;

        public async Task Run(TimeSpan duration)
        {
            // What was measured before, as long as everything was new, is counted and not measured.
            _counted += _milliseconds.Count;
            _milliseconds = [];
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
                    await _open.WaitAsync();
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
                $"{_milliseconds.Count} requests in {_took.TotalSeconds:0.0} s ({Rate:0}/s), "
                    + $"{Opens.Values.Sum()} opens and {Clicks.Values.Sum()} clicks, {Errors} errors; "
                    + $"ms: median {At(0.5):0.0}, p99 {At(0.99):0.0}, most {At(1):0.0}");
        }

        public void Dispose()
        {
            _http.Dispose();
            _open.Dispose();
        }

        private Uri Pick()
        {
            var letter = letters[_random.Next(letters.Count)];
            if (_random.Next(4) > 0)
            {
                Opens[letter.Recipient] = Opens.GetValueOrDefault(letter.Recipient) + 1;
                return letter.Pixel!;
            }

            Clicks[letter.Recipient] = Clicks.GetValueOrDefault(letter.Recipient) + 1;
            return letter.Links[_random.Next(letter.Links.Count)];
        }

        private async Task Ask(Uri url, Stopwatch watch, TimeSpan due)
        {
            var isTaken = false;
            try
            {
                isTaken = await IsTaken(url);
            }
            catch (HttpRequestException)
            {
                // Counted as an error.
            }
            finally
            {
                _open.Release();
            }

            lock (_gate)
            {
                _milliseconds.Add((watch.Elapsed - due).TotalMilliseconds);
                Errors += isTaken ? 0 : 1;
            }
        }

        // What the server cannot take now it takes after the wait that it asks for.
        private async Task<bool> IsTaken(Uri url)
        {
            for (var tries = 1; ; tries++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.TryAddWithoutValidation(
                    "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
                using var response = await _http.SendAsync(request);
                if (tries == TriesMax || response.Headers.RetryAfter?.Delta is not { } wait)
                {
                    return (int)response.StatusCode < 400;
                }

                await ServerProcess.WaitAsAsked(wait);
            }
        }
    }
}
