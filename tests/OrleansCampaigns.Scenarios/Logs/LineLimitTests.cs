using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansCampaigns.Host.Logs;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Logs;

/// <summary>What is written of what is logged.</summary>
public sealed class LineLimitTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Of_warnings_of_one_kind_a_few_are_written_each_minute_and_the_others_counted()
    {
        var formatter = Formatter();
        for (var i = 0; i < 5_000; i++)
        {
            Write(formatter, LogLevel.Warning, "A recipient's turn failed ({Failure}).", ("Failure", i));
        }

        Assert.Equal("", Write(formatter, LogLevel.Warning, "A recipient's turn failed ({Failure}).", ("Failure", 1)));
        Assert.Contains("Another.", Write(formatter, LogLevel.Warning, "Another."), StringComparison.Ordinal);

        _clock.Advance(TimeSpan.FromMinutes(1));
        var lines = Write(formatter, LogLevel.Information, "Something else.").Split('\n');
        Assert.Contains(
            $" warn Test: {5_001 - LineLimit.LinesMax} more like this were left out: A recipient's turn failed",
            lines[0],
            StringComparison.Ordinal);
        Assert.Contains("Something else.", lines[1], StringComparison.Ordinal);
        Assert.NotEqual(
            "", Write(formatter, LogLevel.Warning, "A recipient's turn failed ({Failure}).", ("Failure", 2)));
    }

    [Fact]
    public void What_is_no_warning_is_never_held_back()
    {
        var formatter = Formatter();
        for (var i = 0; i < 500; i++)
        {
            Assert.NotEqual(
                "", Write(formatter, LogLevel.Information, "Campaign {Campaign} started.", ("Campaign", i)));
        }
    }

    [Fact]
    public void The_watchdog_is_silent_when_it_is_late_by_more_than_the_process_is_old()
    {
        const string template = "Participant check thread has not completed for {TimeSinceLastTick}, potentially …";
        var formatter = Formatter();

        Assert.Equal("", Write(
            formatter, LogLevel.Warning, template, "Orleans.Runtime.Watchdog",
            ("TimeSinceLastTick", TimeSpan.FromDays(12))));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.NotEqual("", Write(
            formatter, LogLevel.Warning, template, "Orleans.Runtime.Watchdog",
            ("TimeSinceLastTick", TimeSpan.FromMinutes(9))));
    }

    [Fact]
    public void A_failure_that_will_be_told_as_a_sentence_is_not_logged_before_and_any_other_is()
    {
        var falseAlarms = new FalseAlarms(_clock)
        {
            Explanation = failure => failure is IOException ? failure.Message : null,
        };
        var formatter = new RedactingConsoleFormatter(_clock, new LineLimit(_clock), falseAlarms);

        Assert.Equal("", Write(formatter, LogLevel.Error, "Hosting failed to start", new IOException("told later")));
        Assert.Contains("a bug", Write(
            formatter, LogLevel.Error, "Hosting failed to start", new InvalidOperationException("a bug")),
            StringComparison.Ordinal);
        falseAlarms.IsStarting = false;
        Assert.Contains("told now", Write(formatter, LogLevel.Error, "A write failed", new IOException("told now")),
            StringComparison.Ordinal);
    }

    private RedactingConsoleFormatter Formatter() => new(_clock, new LineLimit(_clock), new FalseAlarms(_clock));

    private static string Write(
        RedactingConsoleFormatter formatter, LogLevel level, string template, params (string, object?)[] values) =>
        Write(formatter, level, template, "Test", values);

    private static string Write(
        RedactingConsoleFormatter formatter,
        LogLevel level,
        string template,
        string category,
        params (string Key, object? Value)[] values)
    {
        IReadOnlyList<KeyValuePair<string, object?>> state =
        [
            .. values.Select(value => KeyValuePair.Create(value.Key, value.Value)),
            KeyValuePair.Create("{OriginalFormat}", (object?)template),
        ];
        return Write(formatter, new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(
            level, category, default, state, null, (_, _) => template));
    }

    private static string Write(
        RedactingConsoleFormatter formatter, LogLevel level, string message, Exception failure) =>
        Write(formatter, new LogEntry<string>(level, "Test", default, message, failure, (text, _) => text));

    private static string Write<TState>(RedactingConsoleFormatter formatter, LogEntry<TState> entry)
    {
        using var writer = new StringWriter();
        formatter.Write(entry, null, writer);
        return writer.ToString();
    }
}
