namespace OrleansCampaigns.TestKit;

/// <summary>What the labels of the second corpus say of one reply or of one recipient of a message.</summary>
/// <param name="Name">The reply, or the file and its recipient.</param>
/// <param name="Subject">The text of the reply, or the path of the file.</param>
/// <param name="Kind">What the message is; empty for a reply.</param>
/// <param name="Index">Which of a message's recipients, from 1.</param>
/// <param name="Recipients">The addresses that are right, in lower case; none where any is.</param>
/// <param name="Outcomes">The outcomes that are right.</param>
/// <param name="Statuses">The contact statuses that are right.</param>
/// <param name="Causes">The causes that are right.</param>
public sealed record SecondCorpusLabel(
    string Name, string Subject, string Kind, int Index, string[] Recipients, string[] Outcomes, string[] Statuses,
    string[] Causes)
{
    /// <summary>Whether the contact must be called non-existent.</summary>
    public bool IsMissing => Statuses is ["DoesNotExist"];
}

/// <summary>The labelled replies and messages of the second corpus, if this machine has them.</summary>
public static class SecondCorpus
{
    private const string Name = "corpus2";

    /// <summary>The labels of the replies, or <see langword="null"/>.</summary>
    public static IReadOnlyList<SecondCorpusLabel>? Replies =>
        Corpus.Find(Name, "smtp_replies.csv") is { } file
            ? [.. Csv.Read(file).Select(row => Label(row, row["id"], row["reply"].ReplaceLineEnds(), "", 1, ""))]
            : null;

    /// <summary>The labels of the messages, or <see langword="null"/>.</summary>
    public static IReadOnlyList<SecondCorpusLabel>? Messages =>
        Corpus.Find(Name, "dsn", "labels.csv") is { } file
            ? [.. Csv.Read(file).Select(row =>
            {
                var index = int.Parse(row["rec_index"], System.Globalization.CultureInfo.InvariantCulture);
                var path = Path.Combine(Path.GetDirectoryName(file)!, row["file"]);
                return Label(row, $"{row["file"]}#{index}", path, row["kind"], index, row["recipient_accept"]);
            })]
            : null;

    private static SecondCorpusLabel Label(
        IReadOnlyDictionary<string, string> row, string name, string subject, string kind, int index, string recipients)
        => new(
            name,
            subject,
            kind,
            index,
            recipients.ToLowerInvariant().Split('|', StringSplitOptions.RemoveEmptyEntries),
            [.. row["outcome_accept"].Split('|').Append(row["outcome"]).Select(Joined).Distinct()],
            [.. row["contact_accept"].Split('|').Append(row["contact_status"]).Select(Joined).Distinct()],
            CausesOf(row["cause"], row["notes"]));

    private static string[] CausesOf(string label, string notes)
    {
        // "cause server-fault/throttled are as good"
        var asGood = notes.Contains("as good", StringComparison.Ordinal)
            && notes.Contains("cause ", StringComparison.Ordinal)
            ? notes[(notes.IndexOf("cause ", StringComparison.Ordinal) + 6)..].Split(' ')[0].Split('/')
            : [];
        return [label, .. asGood];
    }

    private static string ReplaceLineEnds(this string text) => text.ReplaceLineEndings(" ");

    /// <summary>"Does not exist" as the product prints it.</summary>
    private static string Joined(string words) => words switch
    {
        "(none)" => "none",
        "(unchanged)" => "unchanged",
        _ => string.Concat(words.Split(' ').Select(word => $"{char.ToUpperInvariant(word[0])}{word[1..]}")),
    };
}
