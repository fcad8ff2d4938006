using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Checks <see cref="EngineOptions"/>; each error names its key.</summary>
internal sealed class EngineOptionsValidator : IValidateOptions<EngineOptions>
{
    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        var errors = new List<string>();
        Check(options.PartitionSize is >= 1 and <= 100_000, "Engine:PartitionSize must lie between 1 and 100000.");
        Check(options.WindowMax is >= 1 and <= 1_000, "Engine:WindowMax must lie between 1 and 1000.");
        Check(options.PumpsMax is >= 1 and <= 1_000, "Engine:PumpsMax must lie between 1 and 1000.");
        Check(
            options.ReminderPeriod >= TimeSpan.FromSeconds(1) && options.ReminderPeriod <= TimeSpan.FromHours(1),
            "Engine:ReminderPeriod must lie between 00:00:01 and 01:00:00.");
        CheckSchedule(options.Retry.Deferred, "Engine:Retry:Deferred");
        CheckSchedule(options.Retry.SoftBounced, "Engine:Retry:SoftBounced");
        Check(options.Retry.MaxAge > TimeSpan.Zero, "Engine:Retry:MaxAge must be positive.");
        Check(
            options.Retry.SoftBouncesMax is >= 1 and <= 100, "Engine:Retry:SoftBouncesMax must lie between 1 and 100.");
        Check(options.Retry.Jitter is >= 0 and <= 0.9, "Engine:Retry:Jitter must lie between 0 and 0.9.");
        Check(options.Rest.MailboxFull >= TimeSpan.Zero, "Engine:Rest:MailboxFull must not be negative.");
        Check(options.Rest.Unavailable >= TimeSpan.Zero, "Engine:Rest:Unavailable must not be negative.");
        Check(options.Fuse.Refusals is >= 0 and <= 1_000_000, "Engine:Fuse:Refusals must lie between 0 and 1000000.");
        Check(options.Fuse.Domains is >= 1 and <= 10_000, "Engine:Fuse:Domains must lie between 1 and 10000.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckSchedule(RetrySchedule schedule, string key)
        {
            Check(schedule.First > TimeSpan.Zero, $"{key}:First must be positive.");
            Check(schedule.Factor is >= 1 and <= 100, $"{key}:Factor must lie between 1 and 100.");
            Check(schedule.Max >= schedule.First, $"{key}:Max must not be less than {key}:First.");
        }

        void Check(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }
    }
}
