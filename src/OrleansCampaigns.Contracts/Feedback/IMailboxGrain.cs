namespace OrleansCampaigns.Contracts.Feedback;

/// <summary>The one reader of a configured mailbox.</summary>
[Alias("Feedback.IMailboxGrain")]
public interface IMailboxGrain : IGrainWithStringKey
{
    /// <summary>Begins to read, and goes on: from then on a reminder brings the reader back. Repeating it does nothing
    /// more.</summary>
    [Alias("Start")]
    Task Start();
}
