using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Scenarios;

/// <summary>What every scenario ends with.</summary>
internal static class Counts
{
    public static long Outcome(this JsonNode statistics, string outcome) => (long)statistics["outcomes"]![outcome]!;

    public static int AcceptedSoFar(this SandboxServer sink) => (int)sink.Snapshot().Accepted;

    /// <summary>Audience = outcomes + excluded; reserved = deducted + released.</summary>
    public static void AssertSound(JsonNode statistics)
    {
        var counted = statistics["outcomes"]!.AsObject().Sum(
            pair => (long)pair.Value!) + (long)statistics["excludedTotal"]!;
        Assert.True(counted == (long)statistics["audience"]!, $"Conservation: {statistics}");
        var licences = statistics["licences"]!;
        Assert.True(
            (long)licences["reserved"]! == (
                long)licences["deducted"]! + (long)licences["released"]!, $"Licences: {licences}");
    }

    public static string Csv(IEnumerable<string> addresses) => string.Join('\n', addresses.Prepend("address"));
}
