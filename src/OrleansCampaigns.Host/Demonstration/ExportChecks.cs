using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>Exports of the list and of the campaign say of contacts everything that can be said of one.</summary>
internal static class ExportChecks
{
    private const string StatusColumn = "status";

    // Fewer contacts do not meet every fate.
    private const int ContactsMin = 200;

    public static async Task<IReadOnlyList<string>> FindViolations(
        DemoClient client, DemoRecord record, CancellationToken cancellation)
    {
        var violations = new Violations();
        if (record.Contacts.Count < ContactsMin)
        {
            return violations.All;
        }

        RecipientStatus[] reached = [RecipientStatus.Delivered, RecipientStatus.Opened, RecipientStatus.Clicked];
        string[] all =
            [.. ContactStatusTable.Rows.Select(row => row.SystemValue), .. reached.Select(status => status.ToString())];
        foreach (var (what, path) in ((string, string)[])
            [
                ("list", $"contacts/export?listId={record.List}"),
                ("campaign", $"campaigns/{record.Campaign}/recipients/export"),
            ])
        {
            var values = await client.GetColumn(path, StatusColumn, cancellation);
            foreach (var value in all)
            {
                violations.Check(values.Contains(value), $"nobody is {value} in the export of the {what}");
            }
        }

        return violations.All;
    }
}
