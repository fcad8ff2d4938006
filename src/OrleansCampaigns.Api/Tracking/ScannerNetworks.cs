using System.Net;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Networks from which services look behind links in e-mails, as their makers publish them.</summary>
/// <remarks>
/// Their makers publish them so that firewalls let them through, and no mail program of a person asks from there. The
/// table is kept small: what is not in it gives itself away by its name or by its haste, and
/// <c>Tracking:MachineNetworks</c> adds to it. The sources stand in ADR 0022.
/// </remarks>
internal static class ScannerNetworks
{
    public static IReadOnlyList<(string Maker, IReadOnlyList<IPNetwork> Networks)> All { get; } =
    [
        Of("Microsoft Exchange Online Protection", "40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17"),
        Of("Proofpoint", "67.231.144.0/20", "208.84.64.0/22", "208.86.200.0/22", "62.209.50.0/24", "91.209.104.0/24"),
        Of("Barracuda Email Gateway Defense", "209.222.80.0/21"),
    ];

    private static (string Maker, IReadOnlyList<IPNetwork> Networks) Of(string maker, params string[] networks) =>
        (maker, [.. networks.Select(text => IPNetwork.Parse(text))]);
}
