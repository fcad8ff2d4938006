using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Host.Sandboxing;

/// <summary>Settings of a server whose world is a sandbox: what takes hours in the real one takes a second.</summary>
internal static class WorldPace
{
    /// <summary>The settings, beside those of a server's own.</summary>
    /// <param name="relayPort">Where the sandbox takes messages.</param>
    public static Dictionary<string, string?> Settings(int relayPort) => new(StringComparer.OrdinalIgnoreCase)
    {
        // The world's people need 40 minutes, which are 4 seconds; its machines 2 minutes at most.
        ["Tracking:MachineWindow"] = "00:00:02.5",
        ["Tracking:MachineBurst"] = "00:00:00.3",
        ["Mail:ReturnPath"] = "bounces@sandbox.example",
        ["Mail:Inbound:Listen"] = "127.0.0.1:0",
        ["Mail:Inbound:Addresses:0"] = "complaints@sandbox.example",
        ["Mail:Relays:0:Name"] = "sandbox",
        ["Mail:Relays:0:Host"] = SandboxServer.Host,
        ["Mail:Relays:0:Port"] = $"{relayPort}",
        ["Mail:Relays:0:Security"] = "None",

        // Domains that push back are slowed here, too, but at the pace of this world's minutes.
        ["Throttling:BackOff:StartRatePerSecond"] = "200",
        ["Throttling:BackOff:RatePerSecondMin"] = "50",
        ["Throttling:BackOff:RatePerSecondMax"] = "400",
        ["Throttling:BackOff:Step"] = "100",
        ["Throttling:BackOff:StepPeriod"] = "00:00:01",
        ["Throttling:BackOff:Pause"] = "00:00:00.02",
        ["Throttling:BackOff:PauseMax"] = "00:00:00.5",
        ["Engine:Retry:Deferred:First"] = "00:00:01",
        ["Engine:Retry:Deferred:Factor"] = "1.5",
        ["Engine:Retry:Deferred:Max"] = "00:00:03",
        ["Engine:Retry:SoftBounced:First"] = "00:00:01",
        ["Engine:Retry:SoftBounced:Factor"] = "1.5",
        ["Engine:Retry:SoftBounced:Max"] = "00:00:03",
        ["Engine:Retry:MaxAge"] = "00:00:08",
    };
}
