using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansCampaigns.TestKit;

/// <summary>How long a processor works at something, which is the same whatever else the machine does.</summary>
public static partial class ProcessorTime
{
    // CLOCK_THREAD_CPUTIME_ID of Linux.
    private const int ThreadClock = 3;

    /// <summary>Runs something that stays on its thread, and tells how long that thread had a processor.</summary>
    /// <remarks>Where a thread's time is not told, by another system than Linux, it is the time that passed.</remarks>
    public static TimeSpan Of(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var before = Now();
        work();
        return Now() - before;
    }

    private static TimeSpan Now() =>
        OperatingSystem.IsLinux() && Read(ThreadClock, out var time) == 0
            ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100))
            : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
