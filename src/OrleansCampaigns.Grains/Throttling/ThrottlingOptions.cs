using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>Sending limits that hold across silos: the section <c>Throttling</c>.</summary>
/// <remarks>Every silo must have the same: whichever holds a limit's grain divides it.</remarks>
public sealed class ThrottlingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Throttling";

    /// <summary>What holds for each receiving domain that is not named; nothing by default.</summary>
    public LimitOptions Default { get; set; } = new();

    /// <summary>Limits of receiving domains, by their names.</summary>
    public Dictionary<string, LimitOptions> Domains { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Limits of senders, by the address or the domain of the From header. Both hold.</summary>
    public Dictionary<string, LimitOptions> Senders { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Limits of accounts, by their names.</summary>
    public Dictionary<string, LimitOptions> Accounts { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Limits of relays, by their names: filled from <c>Mail:Relays</c>, where they are set.</summary>
    public Dictionary<string, LimitOptions> Relays { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How domains that push back are slowed.</summary>
    public BackOffOptions BackOff { get; set; } = new();

    /// <summary>
    /// How long a silo's lease holds. A silo that dies keeps its part this long; a silo that joins waits up to half.
    /// </summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How unevenly messages may arrive that were begun evenly. Rates are kept lower by as much, so that they hold on
    /// the server's clock.
    /// </summary>
    public TimeSpan Slack { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a silo that sends asks which domains others have been slowed by.</summary>
    public TimeSpan NewsPeriod { get; set; } = TimeSpan.FromSeconds(2);

    internal LeaseTerms Terms => new(LeaseTime, Slack);

    internal SendingLimit LimitOf(ThrottleName name) => name.Kind switch
    {
        ThrottleKind.Relay => Limit(Relays.GetValueOrDefault(name.Subject)),
        ThrottleKind.Account => Limit(Accounts.GetValueOrDefault(name.Subject)),
        ThrottleKind.Sender => Limit(
            Senders.FirstOrDefault(sender => ThrottleName.OfSender(sender.Key) == name).Value),
        _ => Limit(Domains.GetValueOrDefault(name.Subject, Default)),
    };

    private SendingLimit Limit(LimitOptions? limit) => limit?.ToLimit(Slack) ?? SendingLimit.None;
}

/// <summary>One limit. What is absent does not limit.</summary>
public sealed class LimitOptions
{
    /// <summary>How many messages a second; may be a fraction.</summary>
    public double? RatePerSecond { get; set; }

    /// <summary>How many messages a minute, evenly spaced.</summary>
    public int? RatePerMinute { get; set; }

    /// <summary>How many messages an hour, evenly spaced.</summary>
    public int? RatePerHour { get; set; }

    /// <summary>How many transactions at once.</summary>
    public int? Concurrency { get; set; }

    internal SendingLimit ToLimit(TimeSpan slack) => Rate(RatePerSecond, TimeSpan.FromSeconds(1), slack)
        .And(Rate(RatePerMinute, TimeSpan.FromMinutes(1), slack))
        .And(Rate(RatePerHour, TimeSpan.FromHours(1), slack)) with
    { Concurrency = Concurrency };

    private static SendingLimit Rate(double? count, TimeSpan window, TimeSpan slack) =>
        count is { } some ? SendingLimit.Rate(some, window, slack) : SendingLimit.None;
}

/// <summary>How domains that push back are slowed, and how they recover.</summary>
public sealed class BackOffOptions
{
    /// <summary>The rate after the first push-back; half the configured rate when that is less.</summary>
    public double StartRatePerSecond { get; set; } = 10;

    /// <summary>What each further push-back multiplies the rate by.</summary>
    public double Decrease { get; set; } = 0.5;

    /// <summary>The slowest.</summary>
    public double RatePerSecondMin { get; set; } = 0.1;

    /// <summary>The rate at which a domain without a limit of its own is free again.</summary>
    public double RatePerSecondMax { get; set; } = 20;

    /// <summary>By how many messages a second the rate recovers at each step.</summary>
    public double Step { get; set; } = 1;

    /// <summary>How long a step takes.</summary>
    public TimeSpan StepPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing is sent to a domain that pushed back; doubled when it goes on.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause.</summary>
    public TimeSpan PauseMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many transactions at once with a domain that is slowed.</summary>
    public int Concurrency { get; set; } = 4;

    internal BackOffRules ToRules() => new(
        StartRatePerSecond,
        Decrease,
        RatePerSecondMin,
        RatePerSecondMax,
        Step,
        StepPeriod,
        Pause,
        PauseMax,
        Concurrency);
}
