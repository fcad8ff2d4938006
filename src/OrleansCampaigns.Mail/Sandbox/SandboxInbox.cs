namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>One message in a sandbox's inbox.</summary>
/// <param name="Number">Which one it is, from 1, in the order of arrival.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="Sender">The envelope's sender; empty when there was none.</param>
/// <param name="Recipient">The envelope's recipient.</param>
/// <param name="Content">Its octets, as they arrived.</param>
public sealed record SandboxMail(
    long Number, DateTimeOffset At, string Sender, string Recipient, ReadOnlyMemory<byte> Content);

/// <summary>The last messages that a sandbox accepted, kept to be looked into. Thread-safe.</summary>
/// <param name="messagesMax">How many it keeps; the oldest go first.</param>
/// <param name="octetsMax">How many octets of messages it keeps. The last one stays, however large it is.</param>
public sealed class SandboxInbox(int messagesMax = 2_000, long octetsMax = 64L * 1024 * 1024)
{
    private readonly Lock gate = new();
    private readonly LinkedList<SandboxMail> mails = [];
    private long count;
    private long octets;

    /// <summary>How many messages arrived, forgotten ones included.</summary>
    public long Count
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    /// <summary>Keeps a message that was accepted.</summary>
    /// <param name="sender">The envelope's sender; empty when there was none.</param>
    /// <param name="recipient">The envelope's recipient.</param>
    /// <param name="at">When.</param>
    /// <param name="content">Its octets; they must not change any more.</param>
    public void Add(string sender, string recipient, DateTimeOffset at, ReadOnlyMemory<byte> content)
    {
        lock (gate)
        {
            mails.AddFirst(new SandboxMail(++count, at, sender, recipient, content));
            octets += content.Length;
            while (mails.Count > 1 && (mails.Count > messagesMax || octets > octetsMax))
            {
                octets -= mails.Last!.Value.Content.Length;
                mails.RemoveLast();
            }
        }
    }

    /// <summary>A message; <see langword="null"/> when there is none of that number, or none any more.</summary>
    public SandboxMail? Find(long number)
    {
        lock (gate)
        {
            return mails.FirstOrDefault(mail => mail.Number == number);
        }
    }

    /// <summary>A page of what is kept, the newest first.</summary>
    /// <param name="recipient">A part of the recipient's address, in any letter case; all when absent.</param>
    /// <param name="before">Only messages of lower numbers; from the newest on when absent.</param>
    /// <param name="size">How many at most.</param>
    public IReadOnlyList<SandboxMail> Query(string? recipient, long? before, int size)
    {
        lock (gate)
        {
            return [.. mails
                .Where(mail => (before is null || mail.Number < before)
                    && (string.IsNullOrEmpty(recipient)
                        || mail.Recipient.Contains(recipient, StringComparison.OrdinalIgnoreCase)))
                .Take(size)];
        }
    }
}
