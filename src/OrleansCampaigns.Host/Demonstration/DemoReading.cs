namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// What the API tells of each recipient of the campaign, page by page, and of each contact's history.
/// </summary>
internal sealed class DemoReading
{
    private const int PageSize = 500;
    private const int HistoriesMax = 10_000;
    private const int AtOnce = 8;

    private readonly DemoClient _client;

    private DemoReading(
        DemoClient client,
        IReadOnlyList<DemoRecipient> recipients,
        IReadOnlyDictionary<string, IReadOnlyList<DemoEntry>>? histories)
    {
        _client = client;
        Recipients = recipients;
        Histories = histories;
    }

    /// <summary>Every occurrence of every address.</summary>
    public IReadOnlyList<DemoRecipient> Recipients { get; }

    /// <summary>By contact; <see langword="null"/> where there are too many to ask them one by one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DemoEntry>>? Histories { get; }

    public static async Task<DemoReading> Read(
        DemoClient client, DemoRecord record, CancellationToken cancellation)
    {
        var recipients = await client.All(
            $"campaigns/{record.Campaign}/recipients?limit={PageSize}",
            DemoJson.Default.DemoPageDemoRecipient,
            cancellation);
        if (record.Contacts.Count > HistoriesMax)
        {
            return new(client, recipients, null);
        }

        var histories = new Dictionary<string, IReadOnlyList<DemoEntry>>();
        foreach (var some in recipients.Where(recipient => recipient.Occurrence == 1).Chunk(AtOnce))
        {
            var read = await Task.WhenAll(some.Select(recipient =>
                ReadHistory(client, recipient.ContactId, cancellation)));
            foreach (var (recipient, entries) in some.Zip(read))
            {
                histories[recipient.ContactId] = entries;
            }
        }

        return new(client, recipients, histories);
    }

    /// <summary>A few histories worth reading.</summary>
    public async Task<IReadOnlyList<(string Address, IReadOnlyList<DemoEntry> Entries)>> PickHistories(
        CancellationToken cancellation)
    {
        Func<DemoRecipient, bool>[] interests =
        [
            recipient => recipient is { Outcome: "Sent", Attempts: > 1 }
                && recipient.Address.StartsWith("greylist", StringComparison.Ordinal),
            recipient => recipient is { Outcome: "Bounced", Attempts: 3 },
            recipient => recipient is { Outcome: "Sent", Attempts: > 1 }
                && recipient.Address.StartsWith("asyncfull", StringComparison.Ordinal),
            recipient => recipient.RecipientStatus == "Clicked",
            recipient => recipient.ContactStatus == "Complained",
        ];
        var histories = new List<(string, IReadOnlyList<DemoEntry>)>();
        foreach (var interest in interests)
        {
            if (Recipients.FirstOrDefault(interest) is { } chosen)
            {
                histories.Add((chosen.Address, await ReadHistory(_client, chosen.ContactId, cancellation)));
            }
        }

        return histories;
    }

    private static async Task<IReadOnlyList<DemoEntry>> ReadHistory(
        DemoClient client, string contact, CancellationToken cancellation) => await client.All(
            $"contacts/{contact}/history?limit={PageSize}", DemoJson.Default.DemoPageDemoEntry, cancellation);
}
