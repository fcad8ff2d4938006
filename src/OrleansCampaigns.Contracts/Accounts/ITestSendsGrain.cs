namespace OrleansCampaigns.Contracts.Accounts;

/// <summary>Counts the test messages of an account: they cost no licence, and must not become a way to send for free.
/// </summary>
[Alias("Accounts.ITestSendsGrain")]
public interface ITestSendsGrain : IGrainWithStringKey
{
    /// <summary>Counts one more, unless there were as many in the last hour as the setting allows.</summary>
    /// <remarks>Not idempotent: a call whose answer is lost has counted.</remarks>
    /// <returns>When the next one may go; <see langword="null"/> when this one may.</returns>
    [Alias("Take")]
    Task<DateTimeOffset?> Take();

    /// <summary>What the dashboard shows of it.</summary>
    [Alias("GetState")]
    Task<TestSendsSummary> GetState();
}

/// <summary>Test messages as the dashboard shows them.</summary>
/// <param name="LastHour">How many there were in the last hour.</param>
[GenerateSerializer, Immutable, Alias("Accounts.TestSendsSummary")]
public sealed record TestSendsSummary([property: Id(0)] int LastHour);
