namespace OrleansCampaigns.TestKit.Sink;

/// <summary>One SMTP transaction as the sink saw it.</summary>
/// <param name="MessageId">The Message-ID without angle brackets; <see langword="null"/> when it came to no
/// content.</param>
/// <param name="Domain">The recipient's domain, in lower case.</param>
/// <param name="BegunAt">When MAIL FROM arrived, since the sink was started.</param>
/// <param name="AnsweredAt">When the last reply was given.</param>
/// <param name="ReplyCode">Its code.</param>
public sealed record SinkRecord(
    string? MessageId, string Domain, TimeSpan BegunAt, TimeSpan AnsweredAt, int ReplyCode)
{
    /// <summary>What whoever sent it called itself (EHLO).</summary>
    public string Client { get; init; } = "";

    /// <summary>Whether the sink has taken the message.</summary>
    public bool IsAccepted => ReplyCode == 250;
}

/// <summary>Questions to what a sink has recorded.</summary>
public static class SinkRecords
{
    /// <summary>How many transactions began within any stretch of time of that length, wherever it begins.</summary>
    public static int MostWithin(this IEnumerable<SinkRecord> records, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(records);
        var times = records.Select(record => record.BegunAt).Order().ToList();
        var most = 0;
        for (var (first, last) = (0, 0); last < times.Count; last++)
        {
            while (times[last] - times[first] >= window)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    /// <summary>How many transactions were under way at the same time.</summary>
    public static int MostAtOnce(this IEnumerable<SinkRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var (now, most) = (0, 0);

        // Ends come before beginnings of the same moment.
        foreach (var (_, change) in records
            .SelectMany(record => new[] { (At: record.BegunAt, Change: 1), (At: record.AnsweredAt, Change: -1) })
            .OrderBy(step => step.At).ThenBy(step => step.Change))
        {
            now += change;
            most = Math.Max(most, now);
        }

        return most;
    }

    /// <summary>The Message-IDs that were accepted more than once, with how often.</summary>
    public static IReadOnlyDictionary<string, int> Repeated(this IEnumerable<SinkRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        return records.Where(record => record is { IsAccepted: true, MessageId: not null })
            .CountBy(record => record.MessageId!)
            .Where(pair => pair.Value > 1)
            .ToDictionary();
    }
}
