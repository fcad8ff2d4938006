using System.Runtime.InteropServices;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// Ends a demo at once when it is told to (Ctrl-C, kill, a terminal that closes) and leaves nothing behind: what is in
/// flight goes to a sandbox and needs no end.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalExit = 128;
    private const int DeletionsMax = 20;

    private readonly List<PosixSignalRegistration> _registrations;
    private readonly string? _folder;
    private volatile bool _isEnding;

    /// <summary>From now on signals end the process.</summary>
    /// <param name="folder">What is deleted then; nothing when absent.</param>
    public Interruption(string? folder)
    {
        _folder = folder;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, 2)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => End(signal, 1)),
        ];
    }

    /// <summary>The result, once there is one: from then on, to be told to end is no failure.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Lets nothing be logged once the end has begun: what still runs misses the folder.</summary>
    public void Silence(LoggerFilterOptions options)
    {
        var rules = options.Rules.Prepend(new LoggerFilterRule(null, null, options.MinLevel, null)).ToList();
        options.Rules.Clear();
        foreach (var rule in rules)
        {
            options.Rules.Add(new LoggerFilterRule(
                rule.ProviderName,
                rule.CategoryName,
                rule.LogLevel,
                (provider, category, level) => !_isEnding && (rule.Filter?.Invoke(provider, category, level) ?? true)));
        }
    }

    /// <summary>Deletes the folder, which something may still write to.</summary>
    public void Clean()
    {
        for (var i = 0; i < DeletionsMax && Directory.Exists(_folder); i++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException)
            {
                // A file was written meanwhile.
            }
        }
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void End(PosixSignalContext signal, int number)
    {
        signal.Cancel = true;
        lock (_registrations)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
        }

        Clean();
        Environment.Exit(ExitCode ?? SignalExit + number);
    }
}
