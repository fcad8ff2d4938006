using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansCampaigns.Host.Logs;

/// <summary>
/// One line per event: time, level, category, message, exception. No address and no contact key in any of it, no false
/// alarms, and of warnings that come by the hundred only the first.
/// </summary>
internal sealed class RedactingConsoleFormatter(TimeProvider clock, LineLimit limit, FalseAlarms falseAlarms)
    : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "redacting";

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (falseAlarms.Contain(logEntry))
        {
            return;
        }

        var template = TemplateOf(logEntry.State) ?? logEntry.EventId.ToString();
        var isAdmitted = limit.Admit(logEntry.Category, logEntry.LogLevel, template, out var heldBack);
        foreach (var kind in heldBack)
        {
            Write(textWriter, kind.Level, kind.Category, $"{kind.Lines} more like this were left out: {kind.Template}");
        }

        if (!isAdmitted)
        {
            return;
        }

        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } exception)
        {
            message = $"{message} | {exception}";
        }

        Write(textWriter, logEntry.LogLevel, logEntry.Category, message);
    }

    private void Write(TextWriter writer, LogLevel level, string category, string message)
    {
        var time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = Redaction.Apply(message).ReplaceLineEndings(" ⏎ ");
        writer.WriteLine($"{time} {Level(level)} {category}: {line}");
    }

    private static string? TemplateOf<TState>(TState state)
    {
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            for (var i = values.Count - 1; i >= 0; i--)
            {
                if (values[i] is { Key: "{OriginalFormat}", Value: string template })
                {
                    return template;
                }
            }
        }

        return null;
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
