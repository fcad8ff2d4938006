using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Domain.Tests.Throttling;

/// <summary>Processes that share one throttle: clocks differ, answers take their time, and processes die.</summary>
internal sealed class ThrottleModel(SendingLimit limit, LeaseTerms terms, Random random)
{
    private readonly List<Process> _processes = [];
    private readonly List<(Process By, LeaseRequest Request, DateTimeOffset AskedAt, DateTimeOffset At)> _questions =
        [];

    private readonly List<(Process To, Lease Lease, DateTimeOffset AskedAt, DateTimeOffset At)> _answers = [];
    private readonly List<(Process Of, DateTimeOffset At)> _ends = [];
    private Throttle _throttle = new();
    private int _born;

    public DateTimeOffset Now { get; private set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public List<DateTimeOffset> Starts { get; } = [];

    public int AtOnceMax { get; private set; }

    public int Deaths { get; private set; }

    public HashSet<string> Holders { get; } = [];

    public void Run(int steps, int processes)
    {
        for (var i = 0; i < processes; i++)
        {
            _processes.Add(NewProcess());
        }

        for (var step = 0; step < steps; step++)
        {
            PassTime(TimeSpan.FromMilliseconds(random.Next(60)));
            var process = _processes[random.Next(processes)];
            switch (random.Next(40))
            {
                case 0:
                    Die(process);
                    break;
                case < 15:
                    Ask(process);
                    break;
                default:
                    Start(process);
                    break;
            }

            // As long as something is under way a process renews: else its share would be somebody else's.
            foreach (var busy in _processes.Where(one => one.InUse > 0
                && one.Held.ValidUntil - one.Clock(Now) < terms.LeaseTime / 2))
            {
                Ask(busy);
            }
        }
    }

    private Process NewProcess() => new($"process-{++_born}", TimeSpan.FromSeconds(random.Next(-1000, 1000)));

    private void Die(Process process)
    {
        Deaths++;
        _ends.RemoveAll(end => end.Of == process);
        _questions.RemoveAll(question => question.By == process);
        _answers.RemoveAll(answer => answer.To == process);
        _processes[_processes.IndexOf(process)] = NewProcess();
    }

    private void Ask(Process process)
    {
        if (_answers.Exists(answer => answer.To == process) || _questions.Exists(question => question.By == process))
        {
            return;
        }

        var share = process.Held.ShareAt(process.Clock(Now));
        _questions.Add((process, new(process.Name, random.Next(60), process.InUse, share), Now, OnTheWay(Now)));
    }

    private DateTimeOffset OnTheWay(DateTimeOffset since) => since.AddMilliseconds(random.Next(80));

    private void Start(Process process)
    {
        var now = process.Clock(Now);
        var lookAhead = now + TimeSpan.FromMilliseconds(random.Next(200));
        while (process.Held.Openings(now, lookAhead, process.InUse) > 0 && random.Next(8) > 0)
        {
            var at = process.Held.EarliestFrom(now) ?? throw new InvalidOperationException("An opening has a time.");
            Assert.InRange(at, now, lookAhead);
            process.Held = process.Held.Start(at);
            process.InUse++;
            Holders.Add(process.Name);
            Starts.Add(at - process.Skew);
            _ends.Add((process, at - process.Skew + TimeSpan.FromMilliseconds(random.Next(1_000))));
            AtOnceMax = Math.Max(AtOnceMax, _processes.Sum(one => one.InUse));
        }
    }

    private void PassTime(TimeSpan by)
    {
        Now += by;
        foreach (var (asker, request, askedAt, at) in _questions.Where(question => question.At <= Now).OrderBy(
            question => question.At))
        {
            (_throttle, var lease) = _throttle.Grant(request, limit, terms, at);
            _answers.Add((asker, lease, askedAt, OnTheWay(at)));
        }

        _questions.RemoveAll(question => question.At <= Now);
        foreach (var (to, lease, askedAt, at) in _answers.Where(answer => answer.At <= Now))
        {
            to.Held = to.Held.With(lease, to.Clock(askedAt), to.Clock(at));
        }

        _answers.RemoveAll(answer => answer.At <= Now);
        foreach (var (of, _) in _ends.Where(end => end.At <= Now))
        {
            of.InUse--;
        }

        _ends.RemoveAll(end => end.At <= Now);
    }

    private sealed class Process(string name, TimeSpan skew)
    {
        public string Name => name;

        public TimeSpan Skew => skew;

        public HeldLease Held { get; set; } = new();

        public int InUse { get; set; }

        public DateTimeOffset Clock(DateTimeOffset time) => time + skew;
    }
}
