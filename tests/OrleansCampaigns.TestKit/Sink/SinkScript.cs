using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace OrleansCampaigns.TestKit.Sink;

/// <summary>A transaction that waits for its answer.</summary>
/// <param name="Recipient">The envelope's recipient.</param>
/// <param name="Domain">Its domain, in lower case.</param>
/// <param name="MessageId">The Message-ID; <see langword="null"/> before the content was sent.</param>
/// <param name="Attempt">How often this Message-ID has come, from 1; 0 before the content was sent.</param>
public sealed record SinkQuestion(string Recipient, string Domain, string? MessageId, int Attempt);

/// <summary>What the sink answers.</summary>
/// <param name="Code">The reply code; 421 closes the connection.</param>
/// <param name="Text">The rest of the reply.</param>
public sealed record SinkAnswer(int Code, string Text)
{
    /// <summary>Reads <c>451 4.3.0 Try later</c>.</summary>
    public static SinkAnswer Parse(string reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return new(int.Parse(reply.AsSpan(0, 3), CultureInfo.InvariantCulture), reply[4..]);
    }
}

/// <summary>Ready-made scripts for <see cref="SmtpSink.AtContent"/>.</summary>
public static class SinkScript
{
    /// <summary>
    /// The first attempt of about one message in so many gets the reply; which ones follows from their Message-IDs
    /// alone, so that every run with the same ones goes alike.
    /// </summary>
    public static Func<SinkQuestion, SinkAnswer?> FirstAttemptOfOneIn(int count, string reply)
    {
        var answer = SinkAnswer.Parse(reply);
        return question => question is { Attempt: 1, MessageId: { } id } && Hash(id) % (uint)count == 0 ? answer : null;
    }

    /// <summary>The first so many transactions with a domain get the reply.</summary>
    public static Func<SinkQuestion, SinkAnswer?> FirstOfDomain(string domain, int count, string reply)
    {
        var answer = SinkAnswer.Parse(reply);
        var answered = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        return question => question.Domain == domain && answered.AddOrUpdate(domain, 1, (_, one) => one + 1) <= count
            ? answer
            : null;
    }

    // FNV-1a: the same in every process, unlike a string's own hash.
    private static uint Hash(string text) => Encoding.UTF8.GetBytes(text).Aggregate(
        2_166_136_261u, (hash, octet) => unchecked((hash ^ octet) * 16_777_619u));
}
