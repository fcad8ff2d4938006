namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>What the world sent, kept apart from anything the engine believes.</summary>
internal sealed class SandboxSignals
{
    private readonly Lock gate = new();
    private readonly List<SandboxSignal> signals = [];

    public void Add(SandboxSignal signal)
    {
        lock (gate)
        {
            signals.Add(signal);
        }
    }

    public IReadOnlyList<SandboxSignal> All()
    {
        lock (gate)
        {
            return [.. signals];
        }
    }
}
