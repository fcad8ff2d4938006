namespace OrleansCampaigns.Contracts.Feedback;

/// <summary>The one reader of a configured mailbox.</summary>
[Alias("Feedback.IMailboxGrain")]
public interface IMailboxGrain : IGrainWithStringKey
{
    /// <summary>Begins to read, and goes on: from then on a reminder brings the reader back. Repeating it does nothing
    /// more.</summary>
    [Alias("Start")]
    Task Start();

    /// <summary>What the dashboard shows of it: how far it has read.</summary>
    [Alias("GetState")]
    Task<MailboxSummary> GetState();
}

/// <summary>A mailbox as the dashboard shows it.</summary>
/// <param name="LastUid">The last message that was dealt with; IMAP alone.</param>
/// <param name="Done">How many messages were dealt with and may still be there; POP3 alone.</param>
/// <param name="Waiting">How many messages could not be dealt with and are tried again.</param>
/// <param name="Failures">How often in a row its server was in trouble.</param>
/// <param name="IsReading">Whether it is being read now.</param>
[GenerateSerializer, Immutable, Alias("Feedback.MailboxSummary")]
public sealed record MailboxSummary(
    [property: Id(0)] long LastUid,
    [property: Id(1)] int Done,
    [property: Id(2)] int Waiting,
    [property: Id(3)] int Failures,
    [property: Id(4)] bool IsReading);
