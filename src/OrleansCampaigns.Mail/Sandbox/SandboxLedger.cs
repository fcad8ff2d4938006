using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>What the sandbox saw, kept apart from anything the engine believes.</summary>
internal sealed class SandboxLedger(TimeProvider clock, SandboxOptions options)
{
    private const int HeaderOctetsMax = 32 * 1024;

    private readonly ConcurrentDictionary<string, int> attempts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock gate = new();
    private readonly List<SandboxDelivery> deliveries = [];
    private readonly List<SandboxAttempt> attemptLog = [];
    private readonly HashSet<string> messageIds = [];
    private long accepted;
    private long duplicates;
    private long attemptCount;
    private long transactions;
    private long octets;

    /// <summary>Counts an attempt at a recipient.</summary>
    /// <returns>Which one it is, from 1.</returns>
    public int CountAttempt(string recipient, DateTimeOffset began)
    {
        Interlocked.Increment(ref attemptCount);
        if (options.KeepAttempts)
        {
            lock (gate)
            {
                attemptLog.Add(new(recipient, began));
            }
        }

        return attempts.AddOrUpdate(recipient, 1, (_, count) => count + 1);
    }

    public int AttemptsAt(string recipient) => attempts.GetValueOrDefault(recipient);

    public void CountTransaction(long size)
    {
        Interlocked.Increment(ref transactions);
        Interlocked.Add(ref octets, size);
    }

    public void Accept(string sender, string recipient, in ReadOnlySequence<byte> content)
    {
        var at = clock.GetUtcNow();
        var kept = options.KeepMessages || options.Inbox is not null ? content.ToArray() : (ReadOnlyMemory<byte>?)null;
        options.Inbox?.Add(sender, recipient, at, kept!.Value);
        Interlocked.Increment(ref accepted);
        if (!options.KeepDeliveries)
        {
            return;
        }

        var messageId = FindMessageId(content);
        var delivery = new SandboxDelivery(
            messageId, sender, recipient, at, content.Length, options.KeepMessages ? kept : null);
        lock (gate)
        {
            deliveries.Add(delivery);
            if (messageId.Length > 0 && !messageIds.Add(messageId))
            {
                duplicates++;
            }
        }
    }

    public IReadOnlyList<SandboxDelivery> Deliveries()
    {
        lock (gate)
        {
            return [.. deliveries];
        }
    }

    public IReadOnlyList<SandboxAttempt> Attempts()
    {
        lock (gate)
        {
            return [.. attemptLog];
        }
    }

    public SandboxSnapshot Snapshot(long connections, int connectionsNow, int connectionsAtOnceMax)
    {
        lock (gate)
        {
            return new SandboxSnapshot
            {
                Accepted = Interlocked.Read(ref accepted),
                Duplicates = duplicates,
                Attempts = Interlocked.Read(ref attemptCount),
                Transactions = Interlocked.Read(ref transactions),
                Octets = Interlocked.Read(ref octets),
                Connections = connections,
                ConnectionsNow = connectionsNow,
                ConnectionsAtOnceMax = connectionsAtOnceMax,
            };
        }
    }

    private static string FindMessageId(in ReadOnlySequence<byte> content)
    {
        var head = Encoding.Latin1.GetString(content.Slice(0, Math.Min(content.Length, HeaderOctetsMax)));
        var end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        head = "\r\n" + (end < 0 ? head : head[..end]);
        const string Name = "\r\nMessage-ID:";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return "";
        }

        var open = head.IndexOf('<', at + Name.Length);
        var close = open < 0 ? -1 : head.IndexOf('>', open);
        return close < 0 ? "" : head[(open + 1)..close];
    }
}
