using System.Runtime.InteropServices;

namespace OrleansCampaigns.TestKit;

/// <summary>How much work something is: the time of the processor that the calling thread took.</summary>
/// <remarks>A clock on the wall also counts what other tests and other programs do meanwhile.</remarks>
public static partial class CpuTime
{
    private const int ThreadCpuTime = 3;

    /// <summary>The time that <paramref name="action"/> takes of the processor; it must stay on its thread.</summary>
    public static TimeSpan Of(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var before = Now();
        action();
        return Now() - before;
    }

    private static TimeSpan Now()
    {
        if (!OperatingSystem.IsLinux())
        {
            return TimeSpan.FromMilliseconds(Environment.TickCount64);
        }

        return ReadClock(ThreadCpuTime, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new InvalidOperationException("The clock of the thread cannot be read.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Timespec time);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
