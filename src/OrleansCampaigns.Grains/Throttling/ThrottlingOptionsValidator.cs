using Microsoft.Extensions.Options;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>Checks <see cref="ThrottlingOptions"/>; each error names its key.</summary>
internal sealed class ThrottlingOptionsValidator : IValidateOptions<ThrottlingOptions>
{
    private const double RateMax = 10_000_000;

    public ValidateOptionsResult Validate(string? name, ThrottlingOptions options)
    {
        var errors = new List<string>();
        CheckLimit("Default", options.Default);
        CheckLimits("Domains", options.Domains, key => !key.Contains('@') && !key.Contains('/'));
        CheckLimits("Senders", options.Senders, key => !key.Contains('/'));
        CheckLimits("Accounts", options.Accounts, _ => true);
        CheckBackOff(options.BackOff);
        Check(
            options.LeaseTime >= TimeSpan.FromSeconds(1) && options.LeaseTime <= TimeSpan.FromMinutes(5),
            "LeaseTime must lie between 00:00:01 and 00:05:00.");
        Check(
            options.Slack >= TimeSpan.Zero && options.Slack <= TimeSpan.FromSeconds(1),
            "Slack must lie between 0 and 00:00:01.");
        Check(
            options.NewsPeriod >= TimeSpan.FromMilliseconds(100) && options.NewsPeriod <= TimeSpan.FromMinutes(5),
            "NewsPeriod must lie between 00:00:00.1 and 00:05:00.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckLimits(string section, Dictionary<string, LimitOptions> limits, Func<string, bool> isName)
        {
            foreach (var (key, limit) in limits)
            {
                Check(isName(key), $"{section}:{key} does not name what {section} are about.");
                CheckLimit($"{section}:{key}", limit);
            }
        }

        void CheckLimit(string key, LimitOptions limit)
        {
            CheckRate(limit.RatePerSecond, $"{key}:RatePerSecond");
            CheckRate(limit.RatePerMinute, $"{key}:RatePerMinute");
            CheckRate(limit.RatePerHour, $"{key}:RatePerHour");
            Check(limit.Concurrency is null or (>= 1 and <= 100_000), $"{key}:Concurrency must be 1 to 100000.");
        }

        void CheckBackOff(BackOffOptions backOff)
        {
            CheckRate(backOff.StartRatePerSecond, "BackOff:StartRatePerSecond");
            CheckRate(backOff.RatePerSecondMin, "BackOff:RatePerSecondMin");
            CheckRate(backOff.Step, "BackOff:Step");
            Check(
                backOff.RatePerSecondMax >= backOff.StartRatePerSecond && backOff.RatePerSecondMax <= RateMax,
                "BackOff:RatePerSecondMax must be at least BackOff:StartRatePerSecond.");
            Check(backOff.Decrease is > 0 and < 1, "BackOff:Decrease must lie between 0 and 1.");
            Check(backOff.StepPeriod >= TimeSpan.FromSeconds(1), "BackOff:StepPeriod must be at least 00:00:01.");
            Check(backOff.Pause > TimeSpan.Zero, "BackOff:Pause must be more than zero.");
            Check(backOff.PauseMax >= backOff.Pause, "BackOff:PauseMax must not be less than BackOff:Pause.");
            Check(backOff.Concurrency >= 1, "BackOff:Concurrency must be at least 1.");
        }

        void CheckRate(double? rate, string key) =>
            Check(rate is null or (> 0 and <= RateMax), $"{key} must be more than 0 and at most 10000000.");

        void Check(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add($"{ThrottlingOptions.Section}:{error}");
            }
        }
    }
}
